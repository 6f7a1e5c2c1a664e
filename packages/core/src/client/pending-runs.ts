import { checkRunId } from '../define/index.js';
import type { Engine } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import { type Duration, durationMs, isMoment } from '../time/index.js';
import { checkPriority } from './start-call.js';

/** Changes to runs that nobody has begun. Each answers false when it comes too late, or there is no such run. */
export interface PendingRuns {
  /**
   * Gives a run another priority in its queue: a whole number, lower ones first.
   *
   * @throws HoldfastError INVALID_OPTION, INVALID_ID
   */
  setPriority(id: string, priority: number): Promise<boolean>;
  /**
   * Makes a run due so long from now, or at a moment; `0` is at once.
   *
   * @throws HoldfastError INVALID_DURATION, INVALID_OPTION, INVALID_ID
   */
  setDelay(id: string, delay: Duration | Date): Promise<boolean>;
}

export function pendingRuns(engine: () => Engine): PendingRuns {
  return {
    async setPriority(id, priority) {
      checkRunId(id);
      return engine().store.pending.setPriority(id, checkPriority(priority, `priority of run "${id}"`));
    },
    async setDelay(id, delay) {
      checkRunId(id);
      const what = `delay of run "${id}"`;
      return engine().starts.setDelay(
        id,
        delay instanceof Date ? checkDate(delay, what) : durationMs(delay, what),
      );
    },
  };
}

function checkDate(date: Date, what: string): Date {
  if (isMoment(date.getTime())) return date;
  throw new HoldfastError('INVALID_OPTION', `The ${what} is a date that is none, or lies before 4713 BC.`);
}
