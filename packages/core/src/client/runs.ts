import type { Codec } from '../codec/index.js';
import type { Engine } from '../engine/index.js';
import { cancelFrom } from './cancel-runs.js';
import type { CancelOptions } from './control-options.js';
import { type Deleting, deleting } from './deleting.js';
import { type Looking, lookingAt } from './looking.js';
import { type Moving, movingOn } from './moving.js';
import type { OneOrMore } from './one-or-more.js';
import { type PendingRuns, pendingRuns } from './pending-runs.js';
import { pruneNow } from './prune.js';
import { type Repairing, repairing } from './repairing.js';
import { type Resuming, resuming } from './resuming.js';
import type { RetentionRule } from './retention.js';

/** Looking at runs, and operating on them. */
export interface Runs extends Looking, Moving, PendingRuns, Repairing, Resuming, Deleting {
  /** Cancels the run wherever it is. False if it had ended already. */
  cancel(id: string, options?: CancelOptions): Promise<boolean>;
  /** Cancels several. Answers the ids of all that were cancelled, children included. */
  cancel(ids: readonly string[], options?: CancelOptions): Promise<readonly string[]>;
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
    ...resuming(engine),
    ...deleting(engine),
    cancel: ((ids: string | readonly string[], options?: CancelOptions) =>
      cancelFrom(engine(), ids, options)) as Runs['cancel'],
    prune: (rules, options) => pruneNow(() => engine().store, rules, options),
  };
}
