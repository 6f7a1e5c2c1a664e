import type { Payload } from '../replay/index.js';
import { type MailEntry, strangerOf } from './mail-entries.js';
import type { NewRun } from './run.js';
import type { StepEntry } from './step-entry.js';

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

/** Records a run's outcome, and lets its parent know. */
export interface FinishEntry {
  readonly op: 'finish';
  readonly runId: string;
  readonly epoch: number;
  /** Cancelled only at the end of a run's unwinding. */
  readonly state: 'succeeded' | 'failed' | 'cancelled';
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
  /** Whether it counts for the concurrency of its queue meanwhile. */
  readonly keepsSlot: boolean;
}

/**
 * Sets a run aside, with the error that shows why, until it is resumed. Its journal is as it is. One that unwinds keeps
 * the reason for that in place of this error.
 */
export interface PauseEntry {
  readonly op: 'pause';
  readonly runId: string;
  readonly epoch: number;
  readonly error: Payload;
}

/** Gives a run back, due at once, for any executor. */
export interface ReleaseEntry {
  readonly op: 'release';
  readonly runId: string;
  readonly epoch: number;
}

/**
 * Says that no code of a cancelled run runs any more, so that its slot in its queue is free. `epoch` is the one at which
 * the executor held it. Is always answered `written`: if there is no such slot, there is nothing to do.
 */
export interface VacateEntry {
  readonly op: 'vacate';
  readonly runId: string;
  readonly epoch: number;
}

/**
 * Gives a run back that is about to fail, due at once, for its undos to be run: `isUnwinding` from now on. Nothing that
 * is still on its way from this executor gets into its journal any more.
 */
export interface UnwindEntry {
  readonly op: 'unwind';
  readonly runId: string;
  readonly epoch: number;
  /** Why it fails. */
  readonly error: Payload;
}

/**
 * One write. Whatever an executor writes of a run it executes is conditional on the run's epoch and on its running state:
 * an executor that lost a run (or whose run was cancelled) is answered `lost`, and nothing is written.
 */
export type StoreEntry =
  | StartEntry
  | StepEntry
  | FinishEntry
  | ParkEntry
  | PauseEntry
  | ReleaseEntry
  | UnwindEntry
  | VacateEntry
  | MailEntry;

/** What became of an entry. */
export type EntryOutcome =
  /**
   * `wakes`: a message made a parked run due, or may have. `isAwaited`: parked runs wait for what happened, or may, and
   * there is news for them: see {@link WaitStore}.
   */
  | { readonly kind: 'written'; readonly wakes?: true; readonly isAwaited?: true }
  | { readonly kind: 'exists' }
  /** This run, which has not ended, has the deduplication key. */
  | { readonly kind: 'duplicate'; readonly runId: string; readonly workflow: string }
  | { readonly kind: 'lost' }
  /** There is no such run; it has ended; or its stream is closed. */
  | { readonly kind: 'missing' | 'ended' | 'closed' }
  | { readonly kind: 'signalled'; readonly signals: number }
  /** The store refuses this very entry, whatever its neighbours. */
  | { readonly kind: 'refused'; readonly error: Error };

/** The runs whose rows an entry changes, and those it merely signals or looks at. */
export function touchedRuns(entry: StoreEntry): {
  readonly changes: string | null;
  readonly signals: string | null;
} {
  switch (entry.op) {
    case 'start':
      return { changes: entry.run.id, signals: null };
    case 'step':
    case 'receive':
      return { changes: null, signals: null };
    case 'send':
    case 'set':
    case 'write':
    case 'close':
      return { changes: null, signals: strangerOf(entry) };
    case 'finish':
      return { changes: entry.runId, signals: entry.parentId };
    case 'park':
    case 'pause':
    case 'release':
    case 'vacate':
    case 'unwind':
      return { changes: entry.runId, signals: null };
  }
}

/** The run that an entry is about: of a message, the one that it is for. */
export function runOf(entry: StoreEntry): string {
  if (entry.op === 'start') return entry.run.id;
  return entry.op === 'receive' ? entry.step.runId : entry.runId;
}
