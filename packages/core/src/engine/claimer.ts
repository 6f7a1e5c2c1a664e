import type { OwnedRun, ServedWorkflow } from '../store/index.js';
import type { CancelTimer } from '../time/index.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import type { EngineDeps } from './deps.js';

/** The most runs one claim takes. */
const CLAIM_LIMIT = 200;

/** Pauses between looks for work, in milliseconds: when signals arrive, and when polling is the only means. */
const POLL_MS = { hearing: 5000, deafFirst: 50, deafMax: 1000 };

/**
 * When to look once more for runs of a claim that has had no answer, in milliseconds: a server that waits for a lock does not
 * see at once that its connection is gone, and commits all the same.
 */
const LATE_MS = [5000, 15_000, 60_000];

/** What the claimer asks of the engine. */
export interface ClaimerHost {
  readonly deps: EngineDeps;
  readonly executorId: string;
  readonly serves: readonly ServedWorkflow[];
  /** The queues to take from; null for all. */
  readonly queues: readonly string[] | null;
  /** How many more runs this executor would take. */
  readonly capacity: number;
  /** Takes runs that are now this executor's. Resolves when they execute. */
  adopt(runs: readonly OwnedRun[]): Promise<void>;
  /** Finds and adopts runs in this executor's name that it does not hold. */
  adoptStrays(): Promise<void>;
  /** Tells other executors that there is work for them. */
  announceWork(): void;
}

/**
 * Claims due runs: when there is word of work, when a run is due, and at intervals in case word was missed. Takes no
 * more than the executor can run.
 */
export class Claimer {
  readonly #host: ClaimerHost;
  readonly #stopped = new AbortController();
  #cancelTimer: CancelTimer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #work: Promise<void> | undefined;
  #again = false;
  /** Slots of queues that were left since the last claim. */
  #slotsLeft = 0;
  #deafMs = POLL_MS.deafFirst;
  /** Whether there was no room when it was to claim last. */
  #lacksRoom = false;
  #cancelLook: CancelTimer | undefined;
  /** Whether the last claim left runs that are due in queues whose limits are reached. */
  isHeldBack = false;
  /** Whether other processes' signals arrive. */
  hears = false;

  constructor(host: ClaimerHost) {
    this.#host = host;
  }

  /** There is work, or room for it: claims now. */
  poke(): void {
    if (this.#stopped.signal.aborted) return;
    this.#again = true;
    this.#work ??= this.#claimAll().finally(() => {
      this.#work = undefined;
      if (this.#again) this.poke();
    });
  }

  /**
   * A run left a slot that others may wait for. This executor tries to fill it, and if it cannot, the others are told: they
   * are not woken for every run that ends.
   */
  slotLeft(): void {
    this.#slotsLeft += 1;
    if (this.#stopped.signal.aborted) this.#tellOfSlots();
    else this.poke();
  }

  /** A run has left, or a start came to nothing: takes what was left when there was no room. */
  roomMade(): void {
    if (this.#lacksRoom) this.poke();
  }

  /** A run will be due then: makes sure to look. */
  dueAt(atMs: number): void {
    if (this.#stopped.signal.aborted || atMs >= this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = atMs;
    this.#cancelTimer = this.#host.deps.clock.at(atMs, () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.poke();
    });
  }

  /** Claims no more. Resolves when a claim under way has been dealt with. */
  async stop(): Promise<void> {
    this.halt();
    await this.#work;
  }

  /** Stops dead. */
  halt(): void {
    this.#stopped.abort();
    this.#cancelTimer?.();
    this.#cancelLook?.();
  }

  async #claimAll(): Promise<void> {
    while (this.#again && !this.#stopped.signal.aborted) {
      this.#again = false;
      const limit = Math.min(CLAIM_LIMIT, this.#host.capacity);
      this.#lacksRoom = limit === 0;
      if (limit > 0 && this.#host.serves.length > 0) await this.#claim(limit);
      else this.#tellOfSlots();
    }
  }

  #tellOfSlots(): void {
    if (this.#slotsLeft > 0) this.#host.announceWork();
    this.#slotsLeft = 0;
  }

  async #claim(limit: number): Promise<void> {
    const { deps, executorId, serves, queues } = this.#host;
    const slotsLeft = this.#slotsLeft;
    const { telemetry, clock } = deps;
    const sinceMs = telemetry ? clock.now() : 0;
    try {
      const request = { executorId, serves, queues, limit, chance: deps.random() };
      const { runs, nextDueInMs, isHeldBack } = await deps.store.claim(request);
      telemetry?.claimed({ runs: runs.length, durationMs: clock.now() - sinceMs, isFailed: false });
      this.isHeldBack = isHeldBack;
      const filled = runs.filter(({ queue }) => queue !== null).length;
      this.#slotsLeft -= slotsLeft;
      if (filled < slotsLeft) this.#host.announceWork();
      if (runs.length > 0) await this.#host.adopt(runs);
      if (runs.length === limit) this.#again = true;
      this.#schedule(runs.length, nextDueInMs);
    } catch (error) {
      telemetry?.claimed({ runs: 0, durationMs: clock.now() - sinceMs, isFailed: true });
      deps.logger.warn({ error }, 'a claim failed; it is repeated');
      await pause(STORE_BACKOFF, 3, deps, this.#stopped.signal);
      // The claim may have been committed and its answer lost.
      if (!this.#stopped.signal.aborted) await this.#host.adoptStrays();
      this.#again = true;
      this.#lookAgainFor(LATE_MS);
    }
  }

  #lookAgainFor([pauseMs, ...later]: readonly number[]): void {
    this.#cancelLook?.();
    if (pauseMs === undefined || this.#stopped.signal.aborted) return;
    const { clock } = this.#host.deps;
    this.#cancelLook = clock.at(clock.now() + pauseMs, () => {
      void this.#host.adoptStrays();
      this.#lookAgainFor(later);
    });
  }

  #schedule(claimed: number, nextDueInMs: number | null): void {
    const { clock } = this.#host.deps;
    this.#deafMs = claimed > 0 ? POLL_MS.deafFirst : Math.min(this.#deafMs * 1.5, POLL_MS.deafMax);
    const pollMs = this.hears ? POLL_MS.hearing : this.#deafMs;
    // Rounded up, or the claim would come a fraction of a millisecond early and find nothing.
    this.dueAt(clock.now() + Math.min(pollMs, Math.ceil(nextDueInMs ?? pollMs) + 1));
  }
}
