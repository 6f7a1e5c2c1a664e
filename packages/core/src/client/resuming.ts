import { checkRunId } from '../define/index.js';
import { type Engine, runNotFound } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import { type Done, eachRun } from './each-run.js';
import { refuseInRun } from './in-run.js';
import { refuseUndone } from './repairing.js';

/** Taking up runs again. Not to be called in a run's own code, but in a step. */
export interface Resuming {
  /**
   * Takes up a failed, cancelled or paused run again, from where its journal ends: after its code was repaired, for example. It
   * has no time limit then. One that stopped as it took back what it did goes on with that, and ends with its reason.
   *
   * @throws HoldfastError RUN_NOT_FOUND, INVALID_ID; RUN_NOT_FINISHED if it is not in such a state; RUN_UNDONE if its undos have run;
   * DUPLICATE_RUN if another run has its deduplication key by now; WRONG_CONTEXT in a run's own code.
   */
  resume(id: string): Promise<void>;
  /** Takes up several, and answers of each whether it did, or why not. @throws HoldfastError WRONG_CONTEXT. */
  resume(ids: readonly string[]): Promise<readonly Done[]>;
}

export function resuming(engine: () => Engine): Resuming {
  const resumeRun = async (id: string): Promise<Done> => {
    checkRunId(id);
    await refuseUndone(engine(), id);
    if (!(await engine().store.resume(id))) throw await notResumable(engine(), id);
    engine().offerWork();
    return { id, done: true };
  };
  return {
    resume: (async (ids: string | readonly string[]): Promise<unknown> => {
      refuseInRun('resume');
      if (Array.isArray(ids)) return eachRun(ids as readonly string[], resumeRun);
      await resumeRun(ids as string);
      return undefined;
    }) as Resuming['resume'],
  };
}

async function notResumable({ store }: Engine, id: string): Promise<HoldfastError> {
  const [status] = await store.statuses([id]);
  if (!status) return runNotFound(id);
  return new HoldfastError(
    'RUN_NOT_FINISHED',
    `Run "${id}" is ${status.state}; only a failed, cancelled or paused run can be resumed.`,
    { details: { runId: id, state: status.state } },
  );
}
