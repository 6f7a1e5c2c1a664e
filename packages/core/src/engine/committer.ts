import type { EntryOutcome, StoreEntry } from '../store/index.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import { type BatchLimits, type Carrier, takeBatch } from './batch.js';
import type { EngineDeps } from './deps.js';
import { strandsOf } from './strands.js';

/** Ten thousand small starts go out together; large values do not make a statement that a server takes long to read. */
const BATCH_LIMITS: BatchLimits = { entries: 10_000, chars: 8_000_000 };

/**
 * How many batches may be under way at once, so that the process does not stand idle while the store works on one, nor the
 * store while the process hands out its outcomes.
 */
const LANES = 2;

/** So many entries are worth a batch beside one that is under way. Fewer gather until that one returns. */
const WORTH_A_BATCH = 50;

interface Waiting extends Carrier {
  /** Whether it goes out with those beside it: one of many that were submitted together, or held back by their strand. */
  readonly keepsTogether: boolean;
  readonly resolve: (outcome: EntryOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: entries of all runs wait here; what is pending goes out as one statement, and each caller resolves when
 * that commit returned. Few batches are under way at a time, the next gathers meanwhile. When nothing is under way, a batch
 * goes out at the end of the current turn of the event loop: no timer, so a lone run waits for nothing.
 *
 * While the store cannot be reached a batch is repeated: every entry is harmless when written twice.
 */
export class Committer {
  readonly #deps: EngineDeps;
  readonly #waiting: Waiting[] = [];
  readonly #busy = new Set<string>();
  readonly #halted = new AbortController();
  #underWay = 0;
  #isSending = false;
  #idle: (() => void)[] = [];

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  /**
   * Writes an entry. Resolves after the commit; rejects only if the store refuses for good.
   *
   * @param isOfMany whether it belongs to many that are to be written in one round trip.
   */
  submit(entry: StoreEntry, isOfMany = false): Promise<EntryOutcome> {
    return new Promise((resolve, reject) => {
      const keepsTogether = isOfMany || (entry.op === 'start' && entry.run.queue !== null);
      this.#waiting.push({ entry, strands: strandsOf(entry), keepsTogether, resolve, reject });
      this.#sendSoon();
    });
  }

  /** Resolves when everything submitted so far is written. */
  async drained(): Promise<void> {
    if (!this.#isIdle) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Stops dead: what is pending is neither written nor answered. */
  halt(): void {
    this.#halted.abort();
  }

  get #isIdle(): boolean {
    return this.#underWay === 0 && (this.#waiting.length === 0 || this.#halted.signal.aborted);
  }

  /** What runs do in the microtasks of this turn, and in those that follow from it, belongs in one batch. */
  #sendSoon(): void {
    if (this.#isSending || this.#underWay === LANES) return;
    this.#isSending = true;
    setImmediate(() => {
      this.#isSending = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#underWay < LANES && !this.#halted.signal.aborted) {
      if (this.#waiting.length < (this.#underWay === 0 ? 1 : WORTH_A_BATCH)) break;
      const batch = takeBatch(this.#waiting, { ...BATCH_LIMITS, entries: this.#share }, this.#busy);
      if (batch.length === 0) break;
      void this.#write(batch);
    }
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /**
   * What waits is shared out evenly to the lanes that are free: else all of it would go back and forth on one of them.
   */
  get #share(): number {
    const together = this.#waiting.filter(({ keepsTogether }) => keepsTogether).length;
    const even = together + Math.ceil((this.#waiting.length - together) / (LANES - this.#underWay));
    return Math.min(BATCH_LIMITS.entries, Math.max(WORTH_A_BATCH, even));
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    this.#underWay += 1;
    for (const { strands } of batch) for (const strand of strands) this.#busy.add(strand);
    try {
      const outcomes = await this.#commit(batch.map(({ entry }) => entry));
      for (let index = 0; index < batch.length; index++) batch[index]!.resolve(outcomes[index]!);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
    for (const { strands } of batch) for (const strand of strands) this.#busy.delete(strand);
    this.#underWay -= 1;
    this.#sendSoon();
  }

  #seen({ length: entries }: readonly StoreEntry[], sinceMs: number, isFailed: boolean): void {
    const durationMs = this.#deps.clock.now() - sinceMs;
    this.#deps.telemetry?.committed({ entries, durationMs, isFailed });
  }

  async #commit(entries: readonly StoreEntry[]): Promise<readonly EntryOutcome[]> {
    const { store, logger, telemetry, clock } = this.#deps;
    for (let tries = 0; ; tries++) {
      const sinceMs = telemetry ? clock.now() : 0;
      try {
        const outcomes = await store.commit(entries);
        if (telemetry) this.#seen(entries, sinceMs, false);
        if (this.#halted.signal.aborted) return await never();
        return outcomes;
      } catch (error) {
        if (this.#halted.signal.aborted) return await never();
        if (telemetry) this.#seen(entries, sinceMs, true);
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
