import type { Checkpoints, ChildCall, SqlAdapter } from '../define/index.js';
import type { NewRun, OwnedRun, RunRecord, RunStatus } from '../store/index.js';
import type { Bodies } from './bodies.js';
import type { Committer } from './committer.js';
import type { EngineDeps } from './deps.js';
import type { Post } from './post.js';
import type { StartAnswer } from './start-answer.js';
import type { Turns } from './turns.js';
import type { WaitNotes } from './wait-notes.js';
import type { StartRequest } from './workflows.js';

/** Where the checkpoints of an adapter's transactions go: beside the engine's own tables, or into a table of their own. */
export type CheckpointPlace = 'here' | 'apart';

/** How a run left this executor. */
export type Departure =
  /** `isAwaited`: parked runs may wait for that. */
  | { readonly kind: 'finished'; readonly status: RunStatus; readonly isAwaited: boolean }
  | { readonly kind: 'parked'; readonly wakeAtMs: number | null }
  /** Until somebody resumes it. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'released' }
  /** It failed, and was given back for its undos to be run. */
  | { readonly kind: 'unwinding' }
  /** Another executor has it, or it was cancelled. Bodies of its steps may still be running here. */
  | { readonly kind: 'lost'; readonly bodies: Bodies }
  /** The store refused for good; the run stays in this executor's name until its lease lapses. */
  | { readonly kind: 'broken'; readonly error: unknown };

/** What a run asks of the executor it runs on. */
export interface RunHost {
  readonly deps: EngineDeps;
  readonly committer: Committer;
  readonly turns: Turns;
  readonly post: Post;
  readonly waitNotes: WaitNotes;
  readonly parkAfterMs: number;
  readonly isDraining: boolean;
  readonly executorId: string;
  /** Records and, where this executor can, begins another run. */
  startChild(call: ChildCall & { readonly id: string }, parentId: string): Promise<StartAnswer>;
  /** Checks a start and makes the run of it. Nothing is written yet. */
  newRun(request: StartRequest): Promise<Omit<NewRun, 'executorId' | 'startedAtMs'>>;
  /** A run waits in the store for somebody, and is due then. */
  offer(delayMs: number): void;
  /** Looks a run up, however long the store cannot be reached. Never settles once the signal is aborted. */
  find(runId: string, signal: AbortSignal): Promise<RunRecord | undefined>;
  /**
   * Resolves with the outcome of another run. Says `pending` when that was seen not to have ended. Never settles once
   * the signal is aborted.
   */
  outcomeOf(runId: string, signal: AbortSignal, pending: () => void): Promise<RunStatus>;
  /** Looks again whether runs waited for have ended. Resolves when those who wait for them have been told. */
  recheckOutcomes(): Promise<void>;
  placeOf(adapter: SqlAdapter<unknown>, checkpoints: Checkpoints): Promise<CheckpointPlace>;
  /** The run left this executor. */
  departed(run: OwnedRun, how: Departure): void;
}
