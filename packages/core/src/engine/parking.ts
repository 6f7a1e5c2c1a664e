import type { NotedWait, OwnedRun } from '../store/index.js';
import type { CancelTimer } from '../time/index.js';
import type { OpenCall } from './call.js';
import { idleVerdict } from './idleness.js';
import type { RunHost } from './run-host.js';

/**
 * How long a run waits in memory for something without a known end while it has a slot that others may wait for: among
 * them what it waits for.
 */
const PARK_SCARCE_AFTER_MS = 50;

/** How long a run stays in memory if it cannot be noted what it waits for, in milliseconds. */
const NOTE_AGAIN_AFTER_MS = 1000;

/** What parking asks of the run that may be parked. */
export interface Parkable {
  readonly run: OwnedRun;
  readonly host: RunHost;
  nowMs(): number;
  /** It is to be given another turn. */
  ask(): void;
  parked(wakeAtMs: number | null): void;
  lose(): void;
  broken(error: unknown): void;
}

/** Sees to it that a run with nothing to do leaves memory: since when it is idle, until when it may linger, and its parking. */
export class Parking {
  readonly #of: Parkable;
  #isUnderWay = false;
  #isNoting = false;
  /** The calls of which the store has noted what they wait for. */
  #noted: ReadonlySet<number> = new Set();
  #signals: number;
  #idleSinceMs: number | undefined;
  #cancelLinger: CancelTimer | undefined;

  constructor(of: Parkable) {
    this.#of = of;
    this.#signals = of.run.signals;
  }

  /** Whether the store is being told that the run is parked. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Something happened: the run is not idle. */
  stir(): void {
    this.#idleSinceMs = undefined;
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
  }

  /** Calls back then, unless something happens before. One that is waited for already comes first. */
  linger(untilMs: number, then: () => void): void {
    this.#cancelLinger ??= this.#of.host.deps.clock.at(untilMs, () => {
      this.#cancelLinger = undefined;
      then();
    });
  }

  /** The run has nothing to do but wait for these: parks it, or has it wait in memory. */
  consider(calls: Iterable<OpenCall>): void {
    const { host } = this.#of;
    const nowMs = this.#of.nowMs();
    this.#idleSinceMs ??= nowMs;
    const { isDraining } = host;
    const sinceMs = this.#idleSinceMs;
    const verdict = idleVerdict({ calls, nowMs, sinceMs, parkAfterMs: this.#parkAfterMs(), isDraining });
    if (verdict.kind === 'linger') this.linger(verdict.untilMs, () => this.#of.ask());
    if (verdict.kind !== 'park') return;
    const { wakeAtMs, waits } = verdict;
    const isNoted = waits.every(({ seq }) => this.#noted.has(seq));
    const leaving = isNoted ? this.#park(wakeAtMs, waits) : this.#note(waits);
    leaving.catch((error: unknown) => this.#of.broken(error));
  }

  #parkAfterMs(): number {
    const { isSlotScarce, keepsSlot } = this.#of.run;
    const { parkAfterMs } = this.#of.host;
    return isSlotScarce && !keepsSlot ? Math.min(parkAfterMs, PARK_SCARCE_AFTER_MS) : parkAfterMs;
  }

  /**
   * Notes what the run waits for of other runs, which know nothing of it. Hazard: what happens before that is written brings
   * it no news. So the store looks once more afterwards; and what happens from then on raises the run's signals, and so
   * keeps it from being parked.
   */
  async #note(waits: readonly NotedWait[]): Promise<void> {
    if (this.#isNoting) return;
    this.#isNoting = true;
    const { host, run } = this.#of;
    const { id: runId, epoch } = run;
    try {
      const hasComeAbout = await host.waitNotes.note({ runId, epoch, waits });
      if (hasComeAbout) await this.#lookAgain(waits);
      else this.#noted = new Set(waits.map(({ seq }) => seq));
      if (hasComeAbout) this.stir();
    } catch (error) {
      host.deps.logger.warn(
        { error, runId },
        'a run that only waits cannot be parked yet; it is tried again',
      );
      this.linger(host.deps.clock.now() + NOTE_AGAIN_AFTER_MS, () => this.#of.ask());
      return;
    } finally {
      this.#isNoting = false;
    }
    this.#of.ask();
  }

  async #park(wakeAtMs: number | null, waits: readonly NotedWait[]): Promise<void> {
    this.#isUnderWay = true;
    const { host, run } = this.#of;
    const { id: runId, epoch, keepsSlot } = run;
    const signals = this.#signals;
    const parked = await host.committer.submit({ op: 'park', runId, epoch, wakeAtMs, signals, keepsSlot });
    if (parked.kind === 'written') return this.#of.parked(wakeAtMs);
    if (parked.kind === 'lost') return this.#of.lose();
    if (parked.kind === 'refused') return this.#of.broken(parked.error);
    if (parked.kind !== 'signalled') return;
    // Not parked with the new number of signals before it is known what they were.
    await this.#lookAgain(waits);
    this.#isUnderWay = false;
    this.#signals = parked.signals;
    this.#noted = new Set();
    this.stir();
    this.#of.ask();
  }

  /** Resolves when whoever waits here for what may have come about has been told. */
  async #lookAgain(waits: readonly NotedWait[]): Promise<void> {
    const { host, run } = this.#of;
    const { events, messages, streams } = host.post;
    const targets = [...new Set(waits.map(({ targetId }) => targetId))];
    const ofOthers = targets.flatMap((id) => [events.recheck(id), streams.recheck(id)]);
    await Promise.all([host.recheckOutcomes(), messages.recheck(run.id), ...ofOthers]);
  }
}
