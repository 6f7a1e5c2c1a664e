import { HoldfastError } from '../errors/index.js';
import { type Duration, durationMs } from '../time/index.js';

/** What becomes of a workflow's runs when they take too long or go wrong. */
export interface WorkflowControlOptions {
  /**
   * How long a run may take, from when it is first taken up until it ends; a start may say otherwise. Then it is
   * cancelled, and its result is the error RUN_TIMED_OUT. Default: none.
   */
  readonly timeout?: Duration;
}

/** The same, checked, with every default filled in. */
export interface WorkflowControl {
  readonly timeoutMs: number | null;
}

/**
 * Checks what a workflow says of its runs' control.
 *
 * @throws HoldfastError INVALID_OPTION or INVALID_DURATION, naming `what`.
 */
export function workflowControl(options: WorkflowControlOptions, what: string): WorkflowControl {
  return { timeoutMs: options.timeout === undefined ? null : timeoutMs(options.timeout, what) };
}

/** The milliseconds of a run's time limit. @throws HoldfastError INVALID_OPTION or INVALID_DURATION, naming `what`. */
export function timeoutMs(timeout: Duration, what: string): number {
  const ms = durationMs(timeout, `timeout of ${what}`);
  if (ms > 0) return ms;
  throw new HoldfastError('INVALID_OPTION', `timeout of ${what} is 0; leave it out for no time limit.`);
}
