import type { Codec } from '../codec/index.js';
import { timeoutOf, type WaitOptions } from '../define/index.js';
import { cancelledOutcome, type Engine, runNotFound } from '../engine/index.js';
import type { RunState, RunStatus } from '../store/index.js';
import { cancelRuns } from './cancel-runs.js';
import type { CancelOptions } from './control-options.js';
import { scopeOn } from './scope.js';

/** A run, from outside. */
export interface RunHandle<Result = unknown> {
  readonly id: string;
  /**
   * Waits for the run's result. Rejects with its error; with RUN_CANCELLED or RUN_TIMED_OUT, if it was cancelled or ran out
   * of time; or with TIMED_OUT, if it had none within `timeout`, and then it goes on. Recorded when asked inside a run.
   *
   * @throws HoldfastError also INVALID_DURATION, RUN_NOT_FOUND.
   */
  result(options?: WaitOptions): Promise<Result>;
  /**
   * Where the run stands now. Not recorded: a run that goes by it asks in a step, or a replay may see another answer.
   *
   * @throws HoldfastError RUN_NOT_FOUND
   */
  status(): Promise<RunState>;
  /** Cancels the run wherever it is. False if it had ended already. */
  cancel(options?: CancelOptions): Promise<boolean>;
}

/** Makes the handle of a run. */
export function runHandle<Result>(id: string, engine: Engine, codec: Codec): RunHandle<Result> {
  return {
    id,
    async result({ timeout } = {}) {
      const timeoutMs = timeoutOf(timeout, `the wait for run "${id}"`);
      const scope = scopeOn(engine.store);
      if (scope) return (await scope.result(id, timeoutMs)) as Result;
      return resultOf(await engine.outcomeOf(id, { timeoutMs }), codec) as Result;
    },
    async status() {
      const [status] = await engine.store.statuses([id]);
      if (!status) throw runNotFound(id);
      return status.state;
    },
    async cancel(options) {
      return (await cancelRuns(engine, [id], options)).includes(id);
    },
  };
}

/** The result that a final status holds, or its error, thrown. */
export function resultOf(status: RunStatus, codec: Codec): unknown {
  if (status.state === 'succeeded' && status.output) return codec.decode(status.output);
  throw status.error ? codec.decode(status.error) : cancelledOutcome(status.id);
}
