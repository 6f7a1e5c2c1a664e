import { HoldfastError } from '../errors/index.js';
import type { AttemptFailure } from './call.js';

/** The error of an attempt that took longer than the step's timeout. */
export function stepTimedOut(name: string, timeoutMs: number, attempt: number): HoldfastError {
  return new HoldfastError(
    'STEP_TIMEOUT',
    `Attempt ${attempt} of step "${name}" took longer than its timeout of ${timeoutMs} ms.`,
    {
      details: { step: name, timeoutMs, attempt },
    },
  );
}

/**
 * The outcome of a step whose last attempt failed. `cause` is that attempt's error; `details.failures` has all those that
 * were made since the run was last taken up.
 */
export function retriesExhausted(
  name: string,
  attempts: number,
  cause: unknown,
  failures: readonly AttemptFailure[],
): HoldfastError {
  const last = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError(
    'RETRIES_EXHAUSTED',
    `Step "${name}" failed ${attempts} times; the last time: ${last}`,
    {
      cause,
      details: { step: name, attempts, failures },
    },
  );
}

/** The outcome of an at-most-once step whose executor died in the middle: nobody knows whether it took effect. */
export function stepInterrupted(name: string, attempt: number): HoldfastError {
  return new HoldfastError(
    'STEP_INTERRUPTED',
    `Attempt ${attempt} of step "${name}" began and its process died before the outcome was recorded. ` +
      "It is declared { effect: 'at-most-once' }, so it was not called again: find out outside whether it took effect.",
    { details: { step: name, attempt } },
  );
}

/** The outcome of a call whose entry the store refused to write. */
export function writeRefused(name: string, cause: unknown): HoldfastError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError(
    'STORE_WRITE_REFUSED',
    `The store refused to record the outcome of "${name}": ${why}`,
    { cause },
  );
}

/** The outcome of an undo whose step the code does not call any more, or calls without an undo. */
export function undoLost(name: string, seq: number): HoldfastError {
  return new HoldfastError(
    'UNDO_LOST',
    `Step "${name}" (call ${seq}) was recorded with an undo, but the code does not come to it any more, or has no undo ` +
      'for it. Take back by hand what the step did.',
    { details: { step: name, seq } },
  );
}
