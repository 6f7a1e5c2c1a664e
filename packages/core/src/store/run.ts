import type { RunTerms } from '../define/index.js';
import type { Payload } from '../replay/index.js';
import type { Death } from './death.js';

/**
 * Where a run stands.
 *
 * `pending`: due at `wakeAt`, for any executor that has its workflow. `running`: in the hands of `executorId`.
 * `waiting`: parked; due at `wakeAt`, or when something it waits for comes in. `paused`: set aside until somebody resumes
 * it. The other three are final.
 */
export type RunState = 'pending' | 'running' | 'waiting' | 'paused' | 'succeeded' | 'failed' | 'cancelled';

/** All states. */
export const RUN_STATES: readonly RunState[] = [
  'pending',
  'running',
  'waiting',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
];

/** States in which a run has ended. */
export const FINAL_STATES: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];

/** Whether a run in this state has ended. */
export function isFinal(state: RunState): boolean {
  return FINAL_STATES.includes(state);
}

/** A run as it is first recorded. */
export interface NewRun extends RunTerms {
  readonly id: string;
  /** A random UUID, never used twice, also when an id is: what derived values and foreign checkpoints hang on. */
  readonly key: string;
  readonly workflow: string;
  readonly version: string;
  readonly input: Payload;
  /** JSON text of an object; null for none. */
  readonly tags: string | null;
  /** The executor that begins it at once; null leaves it to whoever claims it. */
  readonly executorId: string | null;
  /** How long it waits before it is due. Only for a run without an executor. */
  readonly delayMs: number;
  /** Written as `startedAt` as it stands, whole milliseconds; null exactly when `executorId` is. */
  readonly startedAtMs: number | null;
  readonly parentId: string | null;
  /** What says to whose trace it belongs, as JSON text of an object of texts; null for none. */
  readonly traceContext: string | null;
}

/** A run in the hands of an executor, with all that is needed to execute it, except its journal. */
export interface OwnedRun {
  readonly id: string;
  readonly key: string;
  readonly workflow: string;
  readonly version: string;
  readonly epoch: number;
  readonly input: Payload;
  readonly parentId: string | null;
  /** When it was first taken up by an executor; the same at every later claim. Whole milliseconds. */
  readonly startedAtMs: number;
  /** How many things had come in for this run when it was claimed; see {@link ParkEntry}. */
  readonly signals: number;
  readonly queue: string | null;
  /** When it must have ended; null for no limit. */
  readonly deadlineMs: number | null;
  /** What derived values hang on: the key, or in a fork that of the run it was forked from. */
  readonly seed: string;
  /** How often in a row it was taken over from a dead executor without having come further. */
  readonly takeovers: number;
  /** Whether it failed or was cancelled and only its undos are left to run. */
  readonly isUnwinding: boolean;
  /** Whether it counts for the concurrency of its queue also while it is parked. */
  readonly keepsSlot: boolean;
  /** Whether its queue limits how many runs are in hands, so that others may wait for it to leave. */
  readonly isSlotScarce: boolean;
  /** Whether it ends as failed when they have run; else, as cancelled. */
  readonly isFailing: boolean;
  /** While it unwinds: why it failed, or was cancelled if not by hand. */
  readonly error: Payload | null;
  /** When it was recorded. */
  readonly createdAtMs: number;
  readonly traceContext: string | null;
}

/** A run as it is shown. */
export interface RunRecord extends RunTerms {
  readonly id: string;
  readonly key: string;
  readonly workflow: string;
  readonly version: string;
  readonly state: RunState;
  readonly executorId: string | null;
  readonly epoch: number;
  readonly input: Payload;
  readonly output: Payload | null;
  readonly error: Payload | null;
  readonly tags: string | null;
  readonly parentId: string | null;
  readonly forkedFrom: string | null;
  readonly takeovers: number;
  /** The last executors that died with it since it last came further, oldest first. */
  readonly deaths: readonly Death[];
  /** Whether undos are left to run. One that has ended was cancelled while it was paused. */
  readonly isUnwinding: boolean;
  readonly wakeAtMs: number | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly traceContext: string | null;
}

/** How far a run has come, and its outcome if it has one. */
export interface RunStatus {
  readonly id: string;
  readonly workflow: string;
  readonly state: RunState;
  readonly executorId: string | null;
  readonly output: Payload | null;
  readonly error: Payload | null;
}
