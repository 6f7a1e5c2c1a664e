import type { Payload } from '../replay/index.js';

/** A new run that goes on from a call of another. */
export interface Fork {
  /** The run whose journal it takes over, up to that call. */
  readonly of: string;
  readonly id: string;
  readonly key: string;
  /** Null for the other run's. */
  readonly version: string | null;
  /** JSON text of an object; null for the other run's. */
  readonly tags: string | null;
  readonly queue: string | null;
  /** How long it may take, from when it is first taken up; null for no limit. */
  readonly timeoutMs: number | null;
  readonly traceContext: string | null;
  /** The first call that is made anew. */
  readonly fromSeq: number;
  /** Results that it has in place of those recorded. */
  readonly replaced: readonly ReplacedResult[];
}

export interface ReplacedResult {
  readonly seq: number;
  readonly value: Payload;
}

/** What became of a fork: recorded; its id belongs to a run already; or there is no run to be forked. */
export type ForkOutcome = 'written' | 'exists' | 'missing';

/** A run that is taken up again from the moment before a result was handed to it. */
export interface Retry {
  readonly runId: string;
  /** As it was when this was decided. */
  readonly epoch: number;
  /** Results from this ordinal on are forgotten; null for none. */
  readonly fromOrdinal: number | null;
}

/** Mending runs by hand. Each method is one statement. */
export interface RepairStore {
  /**
   * Records a fork, pending and at epoch 1, with the results, events and stream values that the other run had from calls
   * before `fromSeq`. Derived values and the time it begins at are those of the other run. What was
   * undone is not to be undone by its forks.
   */
  fork(fork: Fork): Promise<ForkOutcome>;
  /**
   * Forgets results, makes failed attempts count no more, and gives these runs back: all of them, or none if one of them
   * is not failed, cancelled or paused at its epoch any more. Answers whether it did.
   *
   * @throws HoldfastError DUPLICATE_RUN if another run has the deduplication key of one of them by now.
   */
  retry(retries: readonly Retry[]): Promise<boolean>;
  /**
   * Deletes those of these runs that have ended, as have the runs that started them, and whose code keeps no slot, with all that is kept of them. Answers the
   * ids of what it deleted.
   *
   * @param withChildren also deletes all that is below them, except what was detached. A run of which this holds something
   * that cannot be deleted stays, with all that is below it.
   */
  delete(runIds: readonly string[], withChildren: boolean): Promise<readonly string[]>;
}
