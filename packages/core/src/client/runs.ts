import type { Codec } from '../codec/index.js';
import { type Engine, runNotFound } from '../engine/index.js';
import { HoldfastError, isHoldfastError } from '../errors/index.js';
import type { Payload } from '../replay/index.js';
import type { RunRecord, RunState, StepRecord } from '../store/index.js';
import { cancelFrom } from './cancel-runs.js';
import type { CancelOptions } from './control-options.js';

/** A run as `app.runs.get` shows it. */
export interface RunView {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly state: RunState;
  readonly input: readonly unknown[];
  readonly output: unknown;
  readonly error: unknown;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly executorId: string | undefined;
  /** How often it was taken up. */
  readonly epoch: number;
  readonly parentId: string | undefined;
  readonly wakeAt: Date | undefined;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
}

/** A line of a run's journal as `app.runs.steps` shows it. */
export interface StepView {
  readonly seq: number;
  /** Undefined while the call has no outcome. */
  readonly ordinal: number | undefined;
  readonly kind: StepRecord['kind'];
  readonly name: string;
  readonly attempt: number;
  readonly epoch: number;
  readonly output: unknown;
  readonly error: unknown;
  readonly childId: string | undefined;
  readonly retryAt: Date | undefined;
  readonly startedAt: Date;
  readonly completedAt: Date | undefined;
}

/** Looking at runs, and operating on them. */
export interface Runs {
  /** @throws HoldfastError RUN_NOT_FOUND */
  get(id: string): Promise<RunView>;
  /** The run's journal, in the order of its calls. */
  steps(id: string): Promise<readonly StepView[]>;
  /** Cancels the run wherever it is. False if it had ended already. */
  cancel(id: string, options?: CancelOptions): Promise<boolean>;
  /** Cancels several. Answers the ids of all that were cancelled, children included. */
  cancel(ids: readonly string[], options?: CancelOptions): Promise<readonly string[]>;
  /**
   * Takes up a failed or cancelled run again, from where its journal ends: after its code was repaired, for example. It
   * has no time limit then.
   *
   * @throws HoldfastError RUN_NOT_FOUND, or RUN_NOT_FINISHED if it is not in such a state.
   */
  resume(id: string): Promise<void>;
}

export function runsOf(engine: () => Engine, codec: Codec): Runs {
  return {
    async get(id) {
      const run = await engine().store.run(id);
      if (!run) throw runNotFound(id);
      return runView(run, codec);
    },
    async steps(id) {
      return (await engine().store.steps(id)).map((step) => stepView(step, codec));
    },
    cancel: ((ids: string | readonly string[], options?: CancelOptions) =>
      cancelFrom(engine(), ids, options)) as Runs['cancel'],
    async resume(id) {
      if (await engine().store.resume(id)) return engine().offerWork();
      const [status] = await engine().store.statuses([id]);
      if (!status) throw runNotFound(id);
      throw new HoldfastError(
        'RUN_NOT_FINISHED',
        `Run "${id}" is ${status.state}; only a failed or cancelled run can be resumed.`,
        { details: { runId: id, state: status.state } },
      );
    },
  };
}

function runView(run: RunRecord, codec: Codec): RunView {
  return {
    id: run.id,
    workflow: run.workflow,
    version: run.version,
    state: run.state,
    input: decode(run.input, codec) as readonly unknown[],
    output: decode(run.output, codec),
    error: decode(run.error, codec),
    tags: run.tags === null ? {} : (JSON.parse(run.tags) as Record<string, unknown>),
    executorId: run.executorId ?? undefined,
    epoch: run.epoch,
    parentId: run.parentId ?? undefined,
    wakeAt: date(run.wakeAtMs),
    createdAt: new Date(run.createdAtMs),
    startedAt: date(run.startedAtMs),
    completedAt: date(run.completedAtMs),
  };
}

function stepView(step: StepRecord, codec: Codec): StepView {
  return {
    seq: step.seq,
    ordinal: step.ordinal ?? undefined,
    kind: step.kind,
    name: step.name,
    attempt: step.attempt,
    epoch: step.epoch,
    output: decode(step.output, codec),
    error: decode(step.error, codec),
    childId: step.childId ?? undefined,
    retryAt: date(step.retryAtMs),
    startedAt: new Date(step.startedAtMs),
    completedAt: date(step.completedAtMs),
  };
}

/** A value of a class that this app does not know is shown as its plain JSON: looking must not need the code. */
function decode(payload: Payload | null, codec: Codec): unknown {
  if (payload === null) return undefined;
  try {
    return codec.decode(payload);
  } catch (error) {
    if (isHoldfastError(error, 'UNSUPPORTED')) return JSON.parse(payload.json) as unknown;
    throw error;
  }
}

function date(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}
