import type { EntryOutcome, StoreEntry } from '../store/index.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import { type BatchLimits, takeBatch } from './batch.js';
import type { EngineDeps } from './deps.js';

/** Ten thousand small starts go out together; large values do not make a statement that a server takes long to read. */
const BATCH_LIMITS: BatchLimits = { entries: 10_000, chars: 8_000_000 };

interface Waiting {
  readonly entry: StoreEntry;
  readonly resolve: (outcome: EntryOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: entries of all runs wait here; everything pending goes out as one statement, and each caller resolves
 * when that commit returned. One batch is under way at a time, the next gathers meanwhile. When nothing is under way,
 * a batch goes out at the end of the current turn of the event loop: no timer, so a lone run waits for nothing.
 *
 * While the store cannot be reached the batch is repeated: every entry is harmless when written twice.
 */
export class Committer {
  readonly #deps: EngineDeps;
  readonly #waiting: Waiting[] = [];
  readonly #halted = new AbortController();
  #isBusy = false;
  #idle: (() => void)[] = [];

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  /** Writes an entry. Resolves after the commit; rejects only if the store refuses for good. */
  submit(entry: StoreEntry): Promise<EntryOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (this.#isBusy) return;
      this.#isBusy = true;
      setImmediate(() => void this.#work());
    });
  }

  /** Resolves when everything submitted so far is written. */
  async drained(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Stops dead: what is pending is neither written nor answered. */
  halt(): void {
    this.#halted.abort();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#halted.signal.aborted) {
      const batch = takeBatch(this.#waiting, BATCH_LIMITS);
      try {
        const outcomes = await this.#commit(batch.map(({ entry }) => entry));
        for (const [index, waiting] of batch.entries()) waiting.resolve(outcomes[index]!);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
      // The resolved runs act in the microtasks and turns that follow; their next entries belong in one batch.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#isBusy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #commit(entries: readonly StoreEntry[]): Promise<readonly EntryOutcome[]> {
    const { store, logger } = this.#deps;
    for (let tries = 0; ; tries++) {
      try {
        const outcomes = await store.commit(entries);
        if (this.#halted.signal.aborted) return await never();
        return outcomes;
      } catch (error) {
        if (this.#halted.signal.aborted) return await never();
        if (!store.isTransient(error)) throw error;
        logger.warn(
          { error, entries: entries.length, tries },
          'the store cannot be reached; the commit is repeated',
        );
        await pause(STORE_BACKOFF, tries, this.#deps, this.#halted.signal);
        if (this.#halted.signal.aborted) return await never();
      }
    }
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
