import type { Codec } from '../codec/index.js';
import { isHoldfastError } from '../errors/index.js';
import type { Payload } from '../replay/index.js';
import type { ListedRun, RunState } from '../store/index.js';

/** A run without its payloads, as a list shows it. */
export interface RunSummary {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly state: RunState;
  readonly tags: Readonly<Record<string, unknown>>;
  /** Who holds it, or for a run that has ended who held it last. */
  readonly executorId: string | undefined;
  /** How often it was taken up. */
  readonly epoch: number;
  readonly queue: string | undefined;
  /** Lower ones are taken first. */
  readonly priority: number;
  readonly partitionKey: string | undefined;
  readonly deduplicationKey: string | undefined;
  /** How long it may take from when it is first taken up, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** When it must have ended. */
  readonly deadline: Date | undefined;
  /** Whether it lives on when its parent is cancelled or runs out of time. */
  readonly isDetached: boolean;
  /** The schedule whose tick it is. */
  readonly schedule: string | undefined;
  readonly parentId: string | undefined;
  readonly forkedFrom: string | undefined;
  /** How often in a row it was taken over from a dead executor without having come further. */
  readonly takeovers: number;
  /**
   * Whether it failed or was cancelled, and undos of it are left to run. One that has ended all the same was cancelled while
   * it was paused: `resume` runs them.
   */
  readonly isUnwinding: boolean;
  /** When it is due, if it waits for a moment in time. */
  readonly wakeAt: Date | undefined;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
}

/** A run as `app.runs.get` shows it. */
export interface RunView extends RunSummary {
  readonly input: readonly unknown[];
  readonly output: unknown;
  readonly error: unknown;
}

export function runSummary(run: ListedRun): RunSummary {
  return {
    id: run.id,
    workflow: run.workflow,
    version: run.version,
    state: run.state,
    tags: run.tags === null ? {} : (JSON.parse(run.tags) as Record<string, unknown>),
    executorId: run.executorId ?? undefined,
    epoch: run.epoch,
    queue: run.queue ?? undefined,
    priority: run.priority,
    partitionKey: run.partitionKey ?? undefined,
    deduplicationKey: run.deduplicationKey ?? undefined,
    timeoutMs: run.timeoutMs ?? undefined,
    deadline: dateOf(run.deadlineMs),
    isDetached: run.isDetached,
    schedule: run.schedule ?? undefined,
    parentId: run.parentId ?? undefined,
    forkedFrom: run.forkedFrom ?? undefined,
    takeovers: run.takeovers,
    isUnwinding: run.isUnwinding,
    wakeAt: dateOf(run.wakeAtMs),
    createdAt: new Date(run.createdAtMs),
    startedAt: dateOf(run.startedAtMs),
    completedAt: dateOf(run.completedAtMs),
  };
}

export function runView(run: ListedRun, codec: Codec): RunView {
  return {
    ...runSummary(run),
    input: shownValue(run.input, codec) as readonly unknown[],
    output: shownValue(run.output, codec),
    error: shownValue(run.error, codec),
  };
}

/** A value of a class that this app does not know is shown as its plain JSON: looking must not need the code. */
export function shownValue(payload: Payload | null, codec: Codec): unknown {
  if (payload === null) return undefined;
  try {
    return codec.decode(payload);
  } catch (error) {
    if (isHoldfastError(error, 'UNSUPPORTED')) return JSON.parse(payload.json) as unknown;
    throw error;
  }
}

export function dateOf(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}
