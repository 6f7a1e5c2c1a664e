/** What a run waits for of another run that does not know of it: its end, an event, or a value of a stream. */
export type Wait =
  | { readonly kind: 'result'; readonly targetId: string }
  | { readonly kind: 'event'; readonly targetId: string; readonly name: string }
  /** The stream's value at that position, or its end. */
  | { readonly kind: 'stream'; readonly targetId: string; readonly name: string; readonly position: number };

/** A wait, and the call of the run that waits. */
export type NotedWait = Wait & { readonly seq: number };

/** A run that is about to be parked, and all that it waits for of other runs. */
export interface WaitingRun {
  readonly runId: string;
  /** Nothing is noted unless the run is running at this epoch. */
  readonly epoch: number;
  readonly waits: readonly NotedWait[];
}

/** What became of a portion of the news. */
export interface Woken {
  /** How many parked runs are due by it. */
  readonly runs: number;
  /** Whether there may be more news. */
  readonly hasMore: boolean;
}

/** A place among the waits that were noted. */
export interface WaitPosition {
  readonly runId: string;
  readonly seq: number;
}

/** What a look through a portion of the waits found. */
export interface WaitsSwept {
  /** Where to go on; null at the end. */
  readonly next: WaitPosition | null;
  /** Whether there is news that nobody brought. */
  readonly hasNews: boolean;
}

/**
 * What parked runs wait for of other runs. Whatever happens to a run that somebody waits for leaves a piece of news, in
 * the same transaction: an event that is set, a value of a stream, its closing; the run's end, by whatever means, and its
 * deletion. Nothing is lost when a process dies with the news unread: it is there for the next one.
 */
export interface WaitStore {
  /**
   * Notes what runs wait for, in place of what was noted for them before. Answers which of them something that they
   * wait for has come about already, as was looked after it was noted: those must not be parked yet.
   *
   * All else that comes about leaves news. It raises the `signals` of the run when that is read, as a message does.
   */
  note(runs: readonly WaitingRun[]): Promise<readonly string[]>;
  /** Reads a portion of the news: makes those due who wait for it, and forgets what they waited for. */
  wake(limit: number): Promise<Woken>;
  /**
   * Looks through a portion of the waits. Forgets those of runs that have ended, and leaves news of what has come about
   * without any: by older code in a rolling deploy, or by hand.
   */
  sweep(after: WaitPosition | null, limit: number): Promise<WaitsSwept>;
}
