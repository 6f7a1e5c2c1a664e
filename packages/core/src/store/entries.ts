import type { CallKind, Payload } from '../replay/index.js';
import type { NewRun } from './run.js';

/**
 * Records a new run. Answers `exists`, and changes nothing, if the id is taken; else `lost`, if the run that starts it was
 * cancelled meanwhile and it is not detached; else `duplicate`, if its deduplication key is taken. In the name of an
 * executor that was declared dead it is recorded as pending, for others to claim, and at epoch 1 all the same: that one
 * believes to hold that epoch, so nobody else may get it.
 */
export interface StartEntry {
  readonly op: 'start';
  readonly run: NewRun;
}

/** Records a call of a run: its outcome when `ordinal` is set, else that it began or that an attempt failed. */
export interface StepEntry {
  readonly op: 'step';
  readonly runId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly ordinal: number | null;
  readonly kind: CallKind;
  readonly name: string;
  readonly attempt: number;
  readonly output: Payload | null;
  /** The call's error, or that of the last failed attempt. */
  readonly error: Payload | null;
  readonly retryAtMs: number | null;
  readonly startedAtMs: number;
  readonly completedAtMs: number | null;
  /** The run that the call started or waited for. */
  readonly childId: string | null;
}

/** Records a run's outcome, and lets its parent know. */
export interface FinishEntry {
  readonly op: 'finish';
  readonly runId: string;
  readonly epoch: number;
  readonly state: 'succeeded' | 'failed';
  readonly output: Payload | null;
  readonly error: Payload | null;
  readonly parentId: string | null;
}

/**
 * Parks a run until `wakeAtMs` (null: until something comes in for it). Every thing that comes in raises the run's
 * `signals`. If there were more than the executor knows of, the run is not parked, or it would sleep through one.
 */
export interface ParkEntry {
  readonly op: 'park';
  readonly runId: string;
  readonly epoch: number;
  readonly wakeAtMs: number | null;
  readonly signals: number;
}

/** Gives a run back, due at once, for any executor. */
export interface ReleaseEntry {
  readonly op: 'release';
  readonly runId: string;
  readonly epoch: number;
}

/**
 * One write. All but `start` are conditional on the run's epoch and on its running state: an executor that lost a run
 * (or whose run was cancelled) is answered `lost`, and nothing is written.
 */
export type StoreEntry = StartEntry | StepEntry | FinishEntry | ParkEntry | ReleaseEntry;

/** What became of an entry. */
export type EntryOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'exists' }
  /** This run, which has not ended, has the deduplication key. */
  | { readonly kind: 'duplicate'; readonly runId: string; readonly workflow: string }
  | { readonly kind: 'lost' }
  | { readonly kind: 'signalled'; readonly signals: number }
  /** The store refuses this very entry, whatever its neighbours. */
  | { readonly kind: 'refused'; readonly error: Error };

/** The runs whose rows an entry changes, and those it merely signals. */
export function touchedRuns(entry: StoreEntry): {
  readonly changes: string | null;
  readonly signals: string | null;
} {
  switch (entry.op) {
    case 'start':
      return { changes: entry.run.id, signals: null };
    case 'step':
      return { changes: null, signals: null };
    case 'finish':
      return { changes: entry.runId, signals: entry.parentId };
    case 'park':
    case 'release':
      return { changes: entry.runId, signals: null };
  }
}
