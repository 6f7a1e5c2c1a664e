import type { EngineDeps } from './deps.js';
import { timedOut } from './run-errors.js';
import type { Chore } from './upkeep.js';

/** The most runs that are ended at a time. */
const BATCH = 500;

/** How often it is looked for deadlines that this executor has not heard of. */
const EVERY_MS = 5000;

/** The pause before another try while the store cannot be reached. */
const RETRY_MS = 1000;

/**
 * Ends runs whose deadline has passed, wherever they are: executing here or elsewhere, parked, or waiting to be taken up.
 *
 * @param ended told of those that it ended.
 */
export function deadlinesChore(deps: EngineDeps, ended: (runIds: readonly string[]) => void): Chore {
  const { store, codec, logger } = deps;
  const endOverdue = async (): Promise<number | null> => {
    const { runs, nextInMs } = await store.control.overdue(BATCH);
    if (runs.length === 0) return nextInMs;
    const expiries = runs.map(({ id, deadlineMs }) => ({
      runId: id,
      error: codec.encode(timedOut(id, deadlineMs), 'the error'),
    }));
    const expired = await store.control.expire(expiries);
    for (const runId of expired)
      logger.info({ runId }, 'a run had not ended by its deadline; it is cancelled');
    ended(expired);
    return runs.length < BATCH ? nextInMs : 0;
  };
  return {
    name: DEADLINES,
    everyMs: EVERY_MS,
    async run() {
      try {
        return await endOverdue();
      } catch (error) {
        logger.warn({ error }, 'runs past their deadline could not be ended; it is tried again');
        return RETRY_MS;
      }
    },
  };
}

/** The chore's name. */
export const DEADLINES = 'deadlines';
