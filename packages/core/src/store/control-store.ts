import type { Payload } from '../replay/index.js';

/** A run whose deadline has passed and that has not ended. */
export interface OverdueRun {
  readonly id: string;
  readonly deadlineMs: number;
}

/** What a look for overdue runs finds. */
export interface Overdue {
  /** Those that have been due for longest first. */
  readonly runs: readonly OverdueRun[];
  /** Milliseconds until the next deadline of any run that has not ended; null if there is none, or if it was not looked for. */
  readonly nextInMs: number | null;
}

/** An overdue run, and the error that it ends with. */
export interface Expiry {
  readonly runId: string;
  readonly error: Payload;
}

/** A run as its executor believes to hold it. */
export interface HeldRun {
  readonly id: string;
  readonly epoch: number;
}

/** Ending runs from outside. Each method is one statement, and harmless when repeated. */
export interface ControlStore {
  /**
   * Cancels runs and all that is below them, except what was detached and what is below that. Looks through runs that
   * have ended. A run that was paused as it unwinds ends only if it is itself given. Answers the ids of those it cancelled.
   */
  cancelTrees(runIds: readonly string[]): Promise<readonly string[]>;
  /**
   * Those of these cancelled runs to which somebody is just writing: a child of theirs may be about to be recorded. Never
   * waits for anybody.
   */
  busy(runIds: readonly string[]): Promise<readonly string[]>;
  /** At most `limit` overdue runs. */
  overdue(limit: number): Promise<Overdue>;
  /** Cancels overdue runs, with an error. One that has ended, or has no such deadline any more, is left alone. */
  expire(expiries: readonly Expiry[]): Promise<readonly string[]>;
  /** The ids of those runs that are not running at the epoch given: they were cancelled, or another executor has them. */
  lost(held: readonly HeldRun[]): Promise<readonly string[]>;
}
