import { checkName } from './names.js';
import { type StepCall, workflowScope } from './scope.js';
import { stepPolicy, type UndoableStepOptions } from './step-options.js';

/** A function whose calls inside a run are recorded. Outside a run it is a plain call. */
export type Step<Args extends readonly unknown[], Result> = (...args: Args) => Promise<Result>;

/** Defines steps: `step(name, fn)` a callable one, `step.run(name, fn)` one in place. */
export interface StepMaker {
  /**
   * Marks a function as a step: inside a run its result is recorded once and used ever after.
   *
   * @param name shown in the journal; stable, as a recorded call is recognised by it.
   * @throws HoldfastError INVALID_NAME, INVALID_OPTION, INVALID_DURATION.
   * @example const charge = step('charge card', (order: Order) => gateway.charge(order), { timeout: '10s' });
   */
  <Args extends readonly unknown[], Result>(
    name: string,
    fn: (...args: Args) => Result | Promise<Result>,
    options?: UndoableStepOptions<Args, NoInfer<Result>>,
  ): Step<Args, Result>;

  /** Runs a function as a step, in place. @example await step.run('send survey', () => mail(order.email)); */
  run<Result>(
    name: string,
    fn: () => Result | Promise<Result>,
    options?: UndoableStepOptions<[], NoInfer<Result>>,
  ): Promise<Result>;
}

const NO_OPTIONS = {};

function define<Args extends readonly unknown[], Result>(
  name: string,
  fn: (...args: Args) => Result | Promise<Result>,
  options: UndoableStepOptions<Args, Result> = NO_OPTIONS,
): Step<Args, Result> {
  checkName(name, 'name of the step');
  stepPolicy(name, options);
  const { undo } = options;
  // `this` is passed on, so that a step may be a method.
  return async function (this: unknown, ...args: Args): Promise<Result> {
    const scope = workflowScope();
    if (!scope) return fn.call(this, ...args);
    return scope.step({
      name,
      options,
      body: () => fn.call(this, ...args),
      undo: undo && ((result) => undo.call(this, result as Result, ...args)),
    }) as Promise<Result>;
  };
}

async function run<Result>(
  name: string,
  fn: () => Result | Promise<Result>,
  options: UndoableStepOptions<[], Result> = NO_OPTIONS,
): Promise<Result> {
  checkName(name, 'name of the step');
  stepPolicy(name, options);
  const scope = workflowScope();
  if (!scope) return fn();
  const undo = options.undo as StepCall['undo'];
  return scope.step({ name, options, body: fn, undo }) as Promise<Result>;
}

/** Defines steps. See {@link StepMaker}. */
export const step: StepMaker = Object.assign(define, { run });
