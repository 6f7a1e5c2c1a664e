import type { Codec } from '../codec/index.js';
import { type Engine, runNotFound } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import { cancelFrom } from './cancel-runs.js';
import type { CancelOptions } from './control-options.js';
import { type Looking, lookingAt } from './looking.js';
import { type Moving, movingOn } from './moving.js';
import type { OneOrMore } from './one-or-more.js';
import { type PendingRuns, pendingRuns } from './pending-runs.js';
import { pruneNow } from './prune.js';
import { type Repairing, refuseUndone, repairing } from './repairing.js';
import type { RetentionRule } from './retention.js';

/** Looking at runs, and operating on them. */
export interface Runs extends Looking, Moving, PendingRuns, Repairing {
  /** Cancels the run wherever it is. False if it had ended already. */
  cancel(id: string, options?: CancelOptions): Promise<boolean>;
  /** Cancels several. Answers the ids of all that were cancelled, children included. */
  cancel(ids: readonly string[], options?: CancelOptions): Promise<readonly string[]>;
  /**
   * Takes up a failed, cancelled or paused run again, from where its journal ends: after its code was repaired, for example. It
   * has no time limit then.
   *
   * @throws HoldfastError RUN_NOT_FOUND; RUN_NOT_FINISHED if it is not in such a state; RUN_UNDONE if its undos have run;
   * DUPLICATE_RUN if another run has its deduplication key by now.
   */
  resume(id: string): Promise<void>;
  /**
   * Deletes runs that have ended, with their journals, messages, events and streams, a thousand at a time. A run stays
   * while the run that started it, or one that it started and did not detach, has not ended, and while its row is held.
   *
   * @param options `limit`: the most to delete; default: all.
   * @returns how many were deleted.
   * @throws HoldfastError INVALID_OPTION, INVALID_DURATION, INVALID_NAME.
   * @example await app.runs.prune({ after: '7 days', state: 'succeeded' });
   */
  prune(rules: OneOrMore<RetentionRule>, options?: { readonly limit?: number }): Promise<number>;
}

export function runsOf(engine: () => Engine, codec: Codec): Runs {
  return {
    ...lookingAt(() => engine().store, codec),
    ...movingOn(
      () => engine().store,
      () => engine().offerWork(),
    ),
    ...pendingRuns(engine),
    ...repairing(engine, codec),
    cancel: ((ids: string | readonly string[], options?: CancelOptions) =>
      cancelFrom(engine(), ids, options)) as Runs['cancel'],
    prune: (rules, options) => pruneNow(() => engine().store, rules, options),
    async resume(id) {
      await refuseUndone(engine(), id);
      if (await engine().store.resume(id)) return engine().offerWork();
      const [status] = await engine().store.statuses([id]);
      if (!status) throw runNotFound(id);
      throw new HoldfastError(
        'RUN_NOT_FINISHED',
        `Run "${id}" is ${status.state}; only a failed, cancelled or paused run can be resumed.`,
        { details: { runId: id, state: status.state } },
      );
    },
  };
}
