import type { Holdfast } from '@holdfast/core';
import type { DeadRecord } from './dead-letter.js';
import type { FoundRecord } from './record.js';

/** From where to where a reader moves. */
export type Move = Parameters<Holdfast['offsets']['advance']>[0];

/** What a consumer does with records. */
export interface Taking {
  /**
   * Makes runs of records that follow one another, or puts them away, and moves the reader past them. False if it does
   * not stand at the beginning of the move any more; then nothing happened that another reader did not see to.
   */
  take(records: readonly FoundRecord[], move: Move): Promise<boolean>;
}

/** Puts a record away. Rejects if it cannot. */
export type Bury = (dead: Pick<DeadRecord, keyof FoundRecord | 'error'>) => Promise<void>;
