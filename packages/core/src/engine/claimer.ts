import type { OwnedRun, ServedWorkflow } from '../store/index.js';
import type { CancelTimer } from '../time/index.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import type { EngineDeps } from './deps.js';

/** The most runs one claim takes. */
const CLAIM_LIMIT = 200;

/** Pauses between looks for work, in milliseconds: when signals arrive, and when polling is the only means. */
const POLL_MS = { hearing: 5000, deafFirst: 50, deafMax: 1000 };

/** What the claimer asks of the engine. */
export interface ClaimerHost {
  readonly deps: EngineDeps;
  readonly executorId: string;
  readonly serves: readonly ServedWorkflow[];
  /** How many more runs this executor would take. */
  readonly capacity: number;
  /** Takes runs that are now this executor's. Resolves when they execute. */
  adopt(runs: readonly OwnedRun[]): Promise<void>;
  /** Finds and adopts runs in this executor's name that it does not hold. */
  adoptStrays(): Promise<void>;
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
  #deafMs = POLL_MS.deafFirst;
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
  }

  async #claimAll(): Promise<void> {
    while (this.#again && !this.#stopped.signal.aborted) {
      this.#again = false;
      const limit = Math.min(CLAIM_LIMIT, this.#host.capacity);
      if (limit > 0 && this.#host.serves.length > 0) await this.#claim(limit);
    }
  }

  async #claim(limit: number): Promise<void> {
    const { deps, executorId, serves } = this.#host;
    try {
      const { runs, nextDueInMs } = await deps.store.claim({ executorId, serves, limit });
      if (runs.length > 0) await this.#host.adopt(runs);
      if (runs.length === limit) this.#again = true;
      this.#schedule(runs.length, nextDueInMs);
    } catch (error) {
      deps.logger.warn({ error }, 'a claim failed; it is repeated');
      await pause(STORE_BACKOFF, 3, deps, this.#stopped.signal);
      // The claim may have been committed and its answer lost.
      if (!this.#stopped.signal.aborted) await this.#host.adoptStrays();
      this.#again = true;
    }
  }

  #schedule(claimed: number, nextDueInMs: number | null): void {
    const { clock } = this.#host.deps;
    this.#deafMs = claimed > 0 ? POLL_MS.deafFirst : Math.min(this.#deafMs * 1.5, POLL_MS.deafMax);
    const pollMs = this.hears ? POLL_MS.hearing : this.#deafMs;
    // Rounded up, or the claim would come a fraction of a millisecond early and find nothing.
    this.dueAt(clock.now() + Math.min(pollMs, Math.ceil(nextDueInMs ?? pollMs) + 1));
  }
}
