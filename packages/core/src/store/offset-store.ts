import type { NewRun } from './run.js';

/** How far a reader has come in a log. */
export interface OffsetRecord {
  readonly log: string;
  /** Where it reads on: the reader's own word, compared but never understood. */
  readonly position: string;
}

/** A reader goes on in a log, and starts the runs of what it read. */
export interface OffsetMove {
  readonly reader: string;
  readonly log: string;
  /** Where it stood; null if it has not read this log yet. */
  readonly from: string | null;
  readonly to: string;
  /** In the order of what was read. None is in the name of an executor. */
  readonly starts: readonly NewRun[];
}

/** How far readers have come in logs that others keep: a partition of a topic, a feed of changes, a folder of files. */
export interface OffsetStore {
  /** How far a reader has come, in all logs that it reads. */
  read(reader: string): Promise<readonly OffsetRecord[]>;
  /**
   * Moves a reader on and records the runs, in one transaction: both, or neither. False if the reader does not stand
   * where it was believed to; then nothing is written. A start whose id, or deduplication key, is taken is passed over.
   *
   * Repeated after its answer was lost it is false: the reader has moved by then.
   *
   * @throws HoldfastError STORE_WRITE_REFUSED, STORE_REFUSED for a run that cannot be stored; then nothing is written.
   */
  advance(move: OffsetMove): Promise<boolean>;
  /** Forgets how far a reader has come in a log, or in all. Answers in how many. */
  forget(reader: string, log: string | null): Promise<number>;
}
