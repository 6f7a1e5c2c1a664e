import { HoldfastError } from '../errors/index.js';
import { type Duration, durationMs } from '../time/index.js';
import { type RetryOptions, type RetryPolicy, retryPolicy } from './retry.js';

/** Options of a step. */
export interface StepOptions {
  /** Default: one attempt. */
  readonly retry?: RetryOptions;
  /** The longest one attempt may take. Then its `signal` aborts and it fails with STEP_TIMEOUT. Default: none. */
  readonly timeout?: Duration;
  /**
   * `'at-least-once'` (default): a crash in the middle means another execution. `'at-most-once'`: the start is
   * recorded first, and a crash in the middle becomes a STEP_INTERRUPTED error instead of a second execution.
   */
  readonly effect?: 'at-least-once' | 'at-most-once';
}

/** Step options, checked, with every default filled in. */
export interface StepPolicy {
  readonly retry: RetryPolicy;
  readonly timeoutMs: number | undefined;
  readonly atMostOnce: boolean;
}

const NO_OPTIONS: StepOptions = {};
const checked = new WeakMap<StepOptions, StepPolicy>();

/**
 * Checks a step's options. Remembers the answer, so a step called a million times is checked once.
 *
 * @throws HoldfastError INVALID_OPTION or INVALID_DURATION.
 */
export function stepPolicy(name: string, options: StepOptions = NO_OPTIONS): StepPolicy {
  const known = checked.get(options);
  if (known) return known;
  const what = `step "${name}"`;
  const { effect = 'at-least-once', timeout, retry = {} } = options;
  if (effect !== 'at-least-once' && effect !== 'at-most-once') {
    throw new HoldfastError(
      'INVALID_OPTION',
      `effect of ${what} is ${JSON.stringify(effect)}; it must be 'at-least-once' or 'at-most-once'.`,
    );
  }
  const timeoutMs = timeout === undefined ? undefined : durationMs(timeout, `timeout of ${what}`);
  if (timeoutMs === 0) {
    throw new HoldfastError('INVALID_OPTION', `timeout of ${what} is 0; leave it out for no timeout.`);
  }
  const policy = { retry: retryPolicy(retry, what), timeoutMs, atMostOnce: effect === 'at-most-once' };
  checked.set(options, policy);
  return policy;
}
