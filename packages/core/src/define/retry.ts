import { HoldfastError, isNonRetryable } from '../errors/index.js';
import { type Duration, durationMs } from '../time/index.js';

/** How a failing step is tried again. */
export interface RetryOptions {
  /** Tries in all, the first one included. Default 1: no retry. */
  readonly attempts?: number;
  /** The wait before the second attempt. Default `'200ms'`. */
  readonly initial?: Duration;
  /** What each further wait is multiplied by. Default 2. */
  readonly factor?: number;
  /** The longest wait. Default `'1h'`. */
  readonly max?: Duration;
  /** Draws each wait evenly from its upper half, so that runs which failed together do not return together. Default true. */
  readonly jitter?: boolean;
  /** Asked after each failed attempt; `false` makes that error the step's outcome at once. */
  readonly when?: (error: unknown, attempt: number) => boolean | Promise<boolean>;
}

/** Retry options, checked, with every default filled in. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: boolean;
  readonly when: ((error: unknown, attempt: number) => boolean | Promise<boolean>) | undefined;
}

/**
 * Checks retry options.
 *
 * @throws HoldfastError INVALID_OPTION or INVALID_DURATION, naming `what`.
 */
export function retryPolicy(options: RetryOptions, what: string): RetryPolicy {
  const { attempts = 1, initial = 200, factor = 2, max = 3_600_000, jitter = true, when } = options;
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw invalid(`retry.attempts of ${what} is ${attempts}; it must be a whole number from 1.`);
  }
  if (!Number.isFinite(factor) || factor < 1) {
    throw invalid(`retry.factor of ${what} is ${factor}; it must be a number from 1.`);
  }
  if (when !== undefined && typeof when !== 'function') {
    throw invalid(`retry.when of ${what} must be a function of the error and the attempt.`);
  }
  return {
    attempts,
    initialMs: durationMs(initial, `retry.initial of ${what}`),
    factor,
    maxMs: durationMs(max, `retry.max of ${what}`),
    jitter,
    when,
  };
}

/**
 * The wait after failed attempt number `attempt` (from 1), in milliseconds: exponential, capped, then "equal jitter"
 * (half fixed, half drawn; Brooker, "Exponential Backoff And Jitter", 2015).
 *
 * @param draw a number from 0 to 1.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, draw: number): number {
  const full = Math.min(policy.maxMs, policy.initialMs * policy.factor ** (attempt - 1));
  return policy.jitter ? full / 2 + (full / 2) * draw : full;
}

/** What follows a failed attempt: another one, or the step's outcome. */
export type RetryVerdict = 'retry' | 'refused' | 'exhausted';

/** Decides what follows a failed attempt. A policy whose `when` throws rejects with that error. */
export async function retryVerdict(
  policy: RetryPolicy,
  error: unknown,
  attempt: number,
): Promise<RetryVerdict> {
  if (isNonRetryable(error) || policy.attempts === 1) return 'refused';
  if (policy.when && !(await policy.when(error, attempt))) return 'refused';
  return attempt < policy.attempts ? 'retry' : 'exhausted';
}

function invalid(message: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', message);
}
