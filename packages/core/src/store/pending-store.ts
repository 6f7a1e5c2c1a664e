import type { NewRun } from './run.js';

/** The call of a run that debounces: it is recorded in the same transaction, with the id of the debounced run. */
export interface DebouncingCall {
  readonly runId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly ordinal: number;
  readonly name: string;
  readonly startedAtMs: number;
  readonly completedAtMs: number;
}

/** A call of a debounce. */
export interface DebounceRequest {
  /**
   * The run as it is recorded if none waits under its deduplication key, which is one of debounces. Its delay is how long
   * it waits for another call.
   */
  readonly run: NewRun;
  /** How long after the first call it is due, however many follow; null for no limit. */
  readonly maxMs: number | null;
  /** Null when no run makes the call. */
  readonly call: DebouncingCall | null;
}

/** What became of a call of a debounce. */
export type DebounceOutcome =
  /** This run has its input, and is due then unless another call follows. */
  | { readonly kind: 'debounced'; readonly runId: string; readonly dueInMs: number }
  /** No run waits, and the id for a new one is taken. */
  | { readonly kind: 'exists'; readonly workflow: string }
  /** The run that makes the call is no longer this executor's. */
  | { readonly kind: 'lost' };

/** Changes to runs that nobody has begun. */
export interface PendingStore {
  /**
   * Records a run that waits, or gives the one that waits under its key this input, version, tags, priority and time
   * limit, and puts it off. All or nothing, the record of the call included. Harmless when repeated.
   */
  debounce(request: DebounceRequest): Promise<DebounceOutcome>;
  /** False if the run has begun, or is not there. */
  setPriority(runId: string, priority: number): Promise<boolean>;
  /** Makes it due at a moment, in whole milliseconds. False if the run has begun, or is not there. */
  setDue(runId: string, dueAtMs: number): Promise<boolean>;
}
