import { HoldfastError } from '../errors/index.js';
import { type Duration, durationMs } from '../time/index.js';

/** What becomes of a workflow's runs when they take too long or go wrong. */
export interface WorkflowControlOptions {
  /**
   * How long a run may take, from when it is first taken up until it ends; a start may say otherwise. Then it is
   * cancelled, and its result is the error RUN_TIMED_OUT. Default: none.
   */
  readonly timeout?: Duration;
  /**
   * What happens when the retries of one of its steps are exhausted. `'fail'` (default): the step's error is thrown into
   * the workflow. `'pause'`: the run waits, as `paused`, until somebody resumes it (the step is then tried anew) or
   * cancels it. Of no concern to errors that are not retried.
   */
  readonly onExhausted?: 'fail' | 'pause';
  /**
   * How often in a row a run may be taken over from an executor that died with it, without having come further. After
   * one more it is set aside: it fails with RUN_SET_ASIDE, and takes down no other process. A whole number from 0, or
   * Infinity. Default 10.
   */
  readonly maxTakeovers?: number;
}

/** The same, checked, with every default filled in. */
export interface WorkflowControl {
  readonly timeoutMs: number | null;
  readonly pausesWhenExhausted: boolean;
  readonly maxTakeovers: number;
}

/**
 * Checks what a workflow says of its runs' control.
 *
 * @throws HoldfastError INVALID_OPTION or INVALID_DURATION, naming `what`.
 */
export function workflowControl(options: WorkflowControlOptions, what: string): WorkflowControl {
  const { timeout, onExhausted = 'fail', maxTakeovers = 10 } = options;
  if (onExhausted !== 'fail' && onExhausted !== 'pause') {
    throw new HoldfastError(
      'INVALID_OPTION',
      `onExhausted of ${what} is ${JSON.stringify(onExhausted)}; it must be 'fail' or 'pause'.`,
    );
  }
  const isCount = Number.isSafeInteger(maxTakeovers) || maxTakeovers === Number.POSITIVE_INFINITY;
  if (!isCount || maxTakeovers < 0) {
    throw new HoldfastError(
      'INVALID_OPTION',
      `maxTakeovers of ${what} is ${maxTakeovers}; it must be a whole number from 0, or Infinity.`,
    );
  }
  return {
    timeoutMs: timeout === undefined ? null : timeoutMs(timeout, what),
    pausesWhenExhausted: onExhausted === 'pause',
    maxTakeovers,
  };
}

/** The milliseconds of a run's time limit. @throws HoldfastError INVALID_OPTION or INVALID_DURATION, naming `what`. */
export function timeoutMs(timeout: Duration, what: string): number {
  const ms = durationMs(timeout, `timeout of ${what}`);
  if (ms > 0) return ms;
  throw new HoldfastError('INVALID_OPTION', `timeout of ${what} is 0; leave it out for no time limit.`);
}
