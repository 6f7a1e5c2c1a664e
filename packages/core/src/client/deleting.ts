import { checkRunId } from '../define/index.js';
import { type Engine, runNotFound } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import { isFinal, type RunRecord } from '../store/index.js';
import { refuseInRun } from './in-run.js';
import { checkNames, yesOrNo } from './options-checks.js';

/** How runs are deleted. */
export interface DeleteOptions {
  /**
   * Also deletes the runs that it started, those that they started, and so on, except what was detached. It is all of them or
   * none: while one of them has not ended, they stay. Default false.
   */
  readonly children?: boolean;
  /** Cancels what has not ended first. Default false. */
  readonly force?: boolean;
}

/** Deleting runs by their ids. Not to be called in a run's own code, but in a step. */
export interface Deleting {
  /**
   * Deletes a run that has ended, with all that is kept of it.
   *
   * @throws HoldfastError RUN_NOT_FOUND; RUN_NOT_FINISHED if it (with `children`, or what is below it) has not ended, its
   * undos are still to run, its code still runs in a slot of its queue, or the run that started it has not ended: also with
   * `force`, which then has cancelled it; INVALID_OPTION, INVALID_ID; WRONG_CONTEXT in a run's own code.
   * @example await app.runs.delete('order-42', { children: true, force: true });
   */
  delete(id: string, options?: DeleteOptions): Promise<void>;
  /** Deletes those of these runs that it can. Answers the ids of all that it deleted, children included. */
  delete(ids: readonly string[], options?: DeleteOptions): Promise<readonly string[]>;
}

export function deleting(engine: () => Engine): Deleting {
  const deleteRuns = async (ids: readonly string[], options: DeleteOptions): Promise<readonly string[]> => {
    checkNames(options, { children: true, force: true }, 'delete of runs');
    const children = yesOrNo(options.children, 'option "children"', false);
    const force = yesOrNo(options.force, 'option "force"', false);
    ids.forEach(checkRunId);
    if (force) await (children ? engine().cancelTrees(ids) : engine().cancel(ids));
    const deleted = await engine().store.repair.delete(ids, children);
    engine().deleted(deleted);
    return deleted;
  };
  return {
    delete: (async (ids: string | readonly string[], options: DeleteOptions = {}): Promise<unknown> => {
      refuseInRun('delete');
      if (Array.isArray(ids)) return deleteRuns(ids as readonly string[], options);
      const id = ids as string;
      if ((await deleteRuns([id], options)).includes(id)) return undefined;
      throw await notDeleted(engine(), id);
    }) as Deleting['delete'],
  };
}

async function notDeleted({ store }: Engine, id: string): Promise<HoldfastError> {
  const run = await store.run(id);
  if (!run) return runNotFound(id);
  const parent = run.parentId === null ? undefined : await store.run(run.parentId);
  const { state, isUnwinding } = run;
  return new HoldfastError('RUN_NOT_FINISHED', `Run "${id}" ${whyNot(run, parent)}`, {
    details: { runId: id, state, isUnwinding },
  });
}

function whyNot({ state, isUnwinding }: RunRecord, parent: RunRecord | undefined): string {
  if (state === 'paused' && isUnwinding)
    return 'was paused as it took back what it did. Resume it first, or cancel it.';
  if (isUnwinding && !isFinal(state)) return 'is taking back what it did. Delete it when its undos have run.';
  if (isFinal(state) && parent && !isFinal(parent.state)) {
    return `is ${state}, but run "${parent.id}", which started it, is ${parent.state} and may wait for it. Delete it when that has ended.`;
  }
  if (isFinal(state)) {
    return `is ${state}, but its code, or a run below it that was to be deleted with it, has not ended. Delete it when that has.`;
  }
  return `is ${state}; only one that has ended can be deleted. Cancel it first: { force: true } does.`;
}
