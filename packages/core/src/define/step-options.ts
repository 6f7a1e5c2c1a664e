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
  /** How a failing undo is tried again. Default: 5 attempts. One that fails for good does not stop the others. */
  readonly undoRetry?: RetryOptions;
}

/** The same with an undo; `Args` and `Result` are those of the step's function. */
export interface UndoableStepOptions<Args extends readonly unknown[] = never, Result = never>
  extends StepOptions {
  /**
   * Takes back what the step did. When the run fails, is cancelled or runs out of time, the undos of all its steps that
   * succeeded are run durably, one at a time, the last one first. At least once each, whatever `effect` says.
   */
  readonly undo?: (result: Result, ...args: Args) => unknown;
}

/** Step options, checked, with every default filled in. */
export interface StepPolicy {
  readonly retry: RetryPolicy;
  readonly timeoutMs: number | undefined;
  readonly atMostOnce: boolean;
}

/** Tries of an undo, unless its step says otherwise: nobody is there to try it again. */
const UNDO_ATTEMPTS = 5;

const NO_OPTIONS: StepOptions = {};
const checked = new WeakMap<StepOptions, StepPolicy>();

/**
 * Checks a step's options. Remembers the answer, so a step called a million times is checked once.
 *
 * @throws HoldfastError INVALID_OPTION or INVALID_DURATION.
 */
export function stepPolicy(
  name: string,
  options: StepOptions | UndoableStepOptions = NO_OPTIONS,
): StepPolicy {
  const known = checked.get(options);
  if (known) return known;
  const what = `step "${name}"`;
  const { effect = 'at-least-once', timeout, retry = {}, undoRetry = {} } = options;
  const { undo } = options as UndoableStepOptions;
  if (effect !== 'at-least-once' && effect !== 'at-most-once') {
    throw new HoldfastError(
      'INVALID_OPTION',
      `effect of ${what} is ${JSON.stringify(effect)}; it must be 'at-least-once' or 'at-most-once'.`,
    );
  }
  if (undo !== undefined && typeof undo !== 'function') {
    throw new HoldfastError('INVALID_OPTION', `undo of ${what} must be a function of the step's result.`);
  }
  const timeoutMs = timeout === undefined ? undefined : durationMs(timeout, `timeout of ${what}`);
  if (timeoutMs === 0) {
    throw new HoldfastError('INVALID_OPTION', `timeout of ${what} is 0; leave it out for no timeout.`);
  }
  retryPolicy(undoRetry, `the undo of ${what}`);
  const policy = { retry: retryPolicy(retry, what), timeoutMs, atMostOnce: effect === 'at-most-once' };
  checked.set(options, policy);
  return policy;
}

/** The options of a step's undo, which is a step as well. */
export function undoOptions({ undoRetry, timeout }: Pick<StepOptions, 'undoRetry' | 'timeout'>): StepOptions {
  return { retry: { attempts: UNDO_ATTEMPTS, ...undoRetry }, ...(timeout !== undefined && { timeout }) };
}
