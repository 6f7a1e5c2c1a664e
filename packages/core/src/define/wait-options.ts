import { type Duration, durationMs } from '../time/index.js';

/** How long to wait. */
export interface WaitOptions {
  /** The longest wait; then TIMED_OUT is thrown. Default: none. */
  readonly timeout?: Duration;
}

/** The milliseconds of a timeout, if there is one. @throws HoldfastError INVALID_DURATION. */
export function timeoutOf(timeout: Duration | undefined, what: string): number | undefined {
  return timeout === undefined ? undefined : durationMs(timeout, `timeout of ${what}`);
}
