import type { OwnedRun } from '../store/index.js';
import type { CancelTimer } from '../time/index.js';
import type { OpenCall } from './call.js';
import { idleVerdict } from './idleness.js';
import type { RunHost } from './run-host.js';

/**
 * How long a run waits in memory for something without a known end while it has a slot that others may wait for: among
 * them what it waits for.
 */
const PARK_SCARCE_AFTER_MS = 50;

/** What parking asks of the run that may be parked. */
export interface Parkable {
  readonly run: OwnedRun;
  readonly host: RunHost;
  nowMs(): number;
  /** It is to be given another turn. */
  ask(): void;
  parked(wakeAtMs: number | null): void;
  release(): Promise<void>;
  lose(): void;
  broken(error: unknown): void;
}

/** Sees to it that a run with nothing to do leaves memory: since when it is idle, until when it may linger, and its parking. */
export class Parking {
  readonly #of: Parkable;
  #isUnderWay = false;
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

  /** The run has nothing to do but wait for these: parks it, gives it back, or has it wait in memory. */
  consider(calls: Iterable<OpenCall>): void {
    const { host } = this.#of;
    const nowMs = this.#of.nowMs();
    this.#idleSinceMs ??= nowMs;
    const { isDraining } = host;
    const sinceMs = this.#idleSinceMs;
    const verdict = idleVerdict({ calls, nowMs, sinceMs, parkAfterMs: this.#parkAfterMs(), isDraining });
    if (verdict.kind === 'linger') this.linger(verdict.untilMs, () => this.#of.ask());
    if (verdict.kind === 'release') this.#of.release().catch((error: unknown) => this.#of.broken(error));
    if (verdict.kind === 'park')
      this.#park(verdict.wakeAtMs).catch((error: unknown) => this.#of.broken(error));
  }

  #parkAfterMs(): number {
    const { isSlotScarce, keepsSlot } = this.#of.run;
    const { parkAfterMs } = this.#of.host;
    return isSlotScarce && !keepsSlot ? Math.min(parkAfterMs, PARK_SCARCE_AFTER_MS) : parkAfterMs;
  }

  async #park(wakeAtMs: number | null): Promise<void> {
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
    await Promise.all([host.recheckOutcomes(), host.post.messages.recheck(runId)]);
    this.#isUnderWay = false;
    this.#signals = parked.signals;
    this.stir();
    this.#of.ask();
  }
}
