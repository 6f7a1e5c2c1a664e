import type { RunTerms } from '../define/index.js';
import { timeoutMs, workflowScope } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { Duration } from '../time/index.js';

/** Options of a start that say what ends the run. */
export interface ControlStartOptions {
  /**
   * How long the run may take, from when it is first taken up (not while it waits in a queue or for its `delay`) until it
   * ends. Then it is cancelled, and its result is the error RUN_TIMED_OUT. A run started inside a run has no more time
   * than that one has left. Default: the workflow's own timeout.
   */
  readonly timeout?: Duration;
  /**
   * Inside a run only: the new run lives on when the run that starts it is cancelled or runs out of time. Default false.
   */
  readonly detached?: boolean;
}

/** Options of a cancel. */
export interface CancelOptions {
  /** Also cancels the runs that it started, those that they started, and so on, except what was detached. Default false. */
  readonly children?: boolean;
}

/**
 * The terms of a run that follow from these options.
 *
 * @throws HoldfastError INVALID_OPTION, INVALID_DURATION; WRONG_CONTEXT for `detached` outside a run.
 */
export function controlTerms(
  { timeout, detached = false }: ControlStartOptions,
  workflow: string,
): Partial<RunTerms> {
  if (typeof detached !== 'boolean') {
    throw new HoldfastError(
      'INVALID_OPTION',
      `detached of a run of "${workflow}" is ${JSON.stringify(detached)}; it must be true or false.`,
    );
  }
  if (detached && !workflowScope()) {
    throw new HoldfastError(
      'WRONG_CONTEXT',
      `A run of "${workflow}" was to be started detached, but not by a run: there is nothing to detach it from. Leave ` +
        '"detached" out; only runs that a workflow starts are cancelled with it.',
      { details: { workflow } },
    );
  }
  return {
    ...(timeout !== undefined && { timeoutMs: timeoutMs(timeout, `a run of "${workflow}"`) }),
    ...(detached && { isDetached: true }),
  };
}
