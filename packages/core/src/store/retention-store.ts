import type { RunState } from './run.js';

/** Which runs that have ended are kept no longer. */
export interface PruneCriteria {
  /** Null for all final states. */
  readonly states: readonly RunState[] | null;
  /** Names of workflows; null for all. */
  readonly workflows: readonly string[] | null;
  /** How long they have ended. */
  readonly afterMs: number;
}

/** A place between two runs, in the order in which they ended. */
export interface EndedPosition {
  /** When the run before it ended, in whole microseconds since 1970, as digits. */
  readonly completedAtMicros: string;
  readonly id: string;
}

/** A portion of the runs that have ended, to be looked through. */
export interface PruneRequest {
  readonly criteria: PruneCriteria;
  /** Where the portion before it ended; null for the oldest. */
  readonly after: EndedPosition | null;
  /** How many runs it looks at, whether it deletes them or not. */
  readonly limit: number;
}

/** What became of a portion. */
export interface Pruned {
  readonly deleted: number;
  /** How many match and were left: their parent or a child has not ended, code of them still runs, or somebody holds their row. */
  readonly kept: number;
  /** The last run that was looked at; null if there was none old enough. */
  readonly last: EndedPosition | null;
  /** Whether there may be more that is old enough. */
  readonly hasMore: boolean;
}

/** Deleting what is over. */
export interface RetentionStore {
  /**
   * Deletes runs with their journals, messages, events and streams. Waits for nobody: what somebody holds is left. A run is
   * kept while the run that started it, or one that it started and did not detach, has not ended; and while it was
   * cancelled and code of it still runs, as that has its slot in its queue.
   */
  prune(request: PruneRequest): Promise<Pruned>;
}
