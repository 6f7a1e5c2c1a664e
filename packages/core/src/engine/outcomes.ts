import { isFinal, type RunStatus } from '../store/index.js';
import type { CancelTimer } from '../time/index.js';
import type { EngineDeps } from './deps.js';
import { runNotFound } from './run-errors.js';

/** The first and the longest pause between two looks at the store, in milliseconds. */
const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = { hearing: 5000, deaf: 500 };

/** How a wait for an outcome is done. */
export interface WaitOptions {
  /** Ends the wait: its promise never settles then. */
  readonly signal?: AbortSignal;
  /** Told when the run was seen not to have ended since the wait began. Perhaps more than once. */
  readonly pending?: () => void;
}

interface Waiter {
  readonly resolve: (status: RunStatus) => void;
  readonly reject: (error: unknown) => void;
  readonly pending: (() => void) | undefined;
  /** Whether a look began since it waits: what an earlier one saw says nothing. */
  isLookedFor: boolean;
}

/**
 * Who waits for which run's outcome. Runs that end in this process are told at once; for the others one query looks at
 * all that are waited for: when another process says that one ended, and at growing intervals in case nobody does.
 */
export class Outcomes {
  readonly #deps: EngineDeps;
  readonly #isHere: (runId: string) => boolean;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #cancelTimer: CancelTimer | undefined;
  #pauseMs = FIRST_LOOK_MS;
  #isLooking = false;
  #lookAgain = false;
  #isHalted = false;
  #rechecks: (() => void)[] = [];
  /** Whether other processes' signals arrive. */
  hears = false;

  /** @param isHere whether a run is executing in this process, so that its end will be told. */
  constructor(deps: EngineDeps, isHere: (runId: string) => boolean) {
    this.#deps = deps;
    this.#isHere = isHere;
  }

  /** Resolves with a run's final status. @throws RUN_NOT_FOUND */
  wait(runId: string, { signal, pending }: WaitOptions = {}): Promise<RunStatus> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return;
      // Many waits may share a signal that outlives them, as those of one run do: nothing of them may stay on it.
      const over = (): void => signal?.removeEventListener('abort', forget);
      const waiter: Waiter = {
        resolve(status) {
          over();
          resolve(status);
        },
        reject(error) {
          over();
          reject(error);
        },
        pending,
        isLookedFor: false,
      };
      const forget = (): void => this.#forget(runId, waiter);
      const waiters = this.#waiters.get(runId) ?? new Set();
      this.#waiters.set(runId, waiters.add(waiter));
      signal?.addEventListener('abort', forget, { once: true });
      if (this.#isHere(runId)) pending?.();
      else this.look();
    });
  }

  /** A run ended: whoever waits for it is told. */
  settle(status: RunStatus): void {
    const waiters = this.#waiters.get(status.id);
    this.#waiters.delete(status.id);
    for (const { resolve } of waiters ?? []) resolve(status);
  }

  /** Other processes say that these runs ended; without ids, anything may have happened. */
  heard(runIds?: readonly string[]): void {
    if (!runIds || runIds.some((id) => this.#waiters.has(id))) this.look();
  }

  /** Looks at the store now, and starts over with short pauses. */
  look(): void {
    this.#pauseMs = FIRST_LOOK_MS;
    this.#lookAgain = true;
    if (!this.#isLooking) void this.#look();
  }

  /** Looks at the store now. Resolves when a look that began after this call has been answered. */
  recheck(): Promise<void> {
    return new Promise((resolve) => {
      this.#rechecks.push(resolve);
      this.look();
    });
  }

  halt(): void {
    this.#isHalted = true;
    this.#cancelTimer?.();
  }

  /** Tells everybody who waits that there is no point. */
  fail(error: Error): void {
    this.halt();
    for (const waiters of this.#waiters.values()) for (const { reject } of waiters) reject(error);
    this.#waiters.clear();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#cancelTimer?.();
    while (this.#lookAgain && !this.#isHalted) {
      this.#lookAgain = false;
      const rechecks = this.#rechecks.splice(0);
      const ids = [...this.#waiters.keys()].filter((id) => !this.#isHere(id));
      if (ids.length === 0 || (await this.#read(ids))) for (const resolve of rechecks) resolve();
      else this.#rechecks.push(...rechecks);
    }
    this.#isLooking = false;
    this.#schedule();
  }

  async #read(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) for (const waiter of this.#waiters.get(id) ?? []) waiter.isLookedFor = true;
    try {
      const statuses = await this.#deps.store.statuses(ids);
      if (this.#isHalted) return false;
      const found = new Set(statuses.map(({ id }) => id));
      for (const status of statuses) {
        if (isFinal(status.state)) this.settle(status);
        else this.#pending(status.id);
      }
      for (const id of ids) if (!found.has(id)) this.#missing(id);
      return true;
    } catch (error) {
      this.#deps.logger.debug({ error }, 'outcomes could not be read; they are looked for again');
      return false;
    }
  }

  #pending(runId: string): void {
    for (const { isLookedFor, pending } of this.#waiters.get(runId) ?? []) if (isLookedFor) pending?.();
  }

  #missing(runId: string): void {
    if (this.#isHere(runId)) return;
    const waiters = this.#waiters.get(runId);
    this.#waiters.delete(runId);
    for (const { reject } of waiters ?? []) reject(runNotFound(runId));
  }

  #schedule(): void {
    const isNeeded = [...this.#waiters.keys()].some((id) => !this.#isHere(id));
    if (!isNeeded || this.#isHalted) return;
    const { clock } = this.#deps;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.at(clock.now() + this.#pauseMs, () => {
      this.#lookAgain = true;
      if (!this.#isLooking) void this.#look();
    });
    this.#pauseMs = Math.min(
      this.#pauseMs * 1.6,
      this.hears ? LONGEST_LOOK_MS.hearing : LONGEST_LOOK_MS.deaf,
    );
  }

  #forget(runId: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(runId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(runId);
  }
}
