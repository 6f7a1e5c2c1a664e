import { AsyncLocalStorage } from 'node:async_hooks';
import { HoldfastError } from '../errors/index.js';
import { checkName } from './names.js';
import { defaultRegistry, type Registry } from './registry.js';
import { workflowScope } from './scope.js';
import type { Step } from './step.js';
import { stepPolicy } from './step-options.js';
import type { Checkpoints, SqlAdapter, TransactionalStepOptions } from './transaction.js';

/**
 * Defines transactional steps: `tx(name, fn)` a callable one, `tx.run(name, fn)` one in place. The function gets an
 * open transaction first; the rows it writes and the step's checkpoint are committed together, exactly once.
 */
export interface TransactionalStepMaker<Tx> {
  /** @throws HoldfastError INVALID_NAME, INVALID_OPTION, INVALID_DURATION. */
  <Args extends readonly unknown[], Result>(
    name: string,
    fn: (tx: Tx, ...args: Args) => PromiseLike<Result> | Result,
    options?: TransactionalStepOptions,
  ): Step<Args, Awaited<Result>>;

  /** Runs a function as a transactional step, in place. */
  run<Result>(
    name: string,
    fn: (tx: Tx) => PromiseLike<Result> | Result,
    options?: TransactionalStepOptions,
  ): Promise<Awaited<Result>>;

  /** The open transaction of the transactional step that the calling code is in. @throws HoldfastError WRONG_CONTEXT. */
  current(): Tx;
}

/** Options of a maker of transactional steps. */
export interface TransactionalStepMakerOptions {
  /** Where `app.within(tx)` finds the adapter. Default: the process's own registry. */
  readonly registry?: Registry;
}

const NO_OPTIONS: TransactionalStepOptions = {};

/** Makes a maker of transactional steps of an adapter and the SQL it is to run. For ORM packages. */
export function transactionalSteps<Tx>(
  adapter: SqlAdapter<Tx>,
  checkpoints: Checkpoints,
  { registry = defaultRegistry() }: TransactionalStepMakerOptions = {},
): TransactionalStepMaker<Tx> {
  const erased = adapter as SqlAdapter<unknown>;
  registry.addAdapter({ adapter: erased, checkpoints });
  const open = new AsyncLocalStorage<Tx>();

  const perform = async (
    name: string,
    options: TransactionalStepOptions,
    fn: (tx: Tx) => unknown,
  ): Promise<unknown> => {
    const body = async (tx: Tx): Promise<unknown> => {
      const value = await open.run(tx, () => fn(tx));
      return adapter.plain ? adapter.plain(value) : value;
    };
    const scope = workflowScope();
    if (!scope) return adapter.transaction(options, body);
    return scope.transaction({ name, options, adapter: erased, checkpoints, body: (tx) => body(tx as Tx) });
  };
  const current = (): Tx => {
    const tx = open.getStore();
    if (tx !== undefined) return tx;
    throw new HoldfastError(
      'WRONG_CONTEXT',
      'current() has no open transaction here: call it inside a transactional step.',
    );
  };
  const check = (name: string, options: TransactionalStepOptions): void => {
    checkName(name, 'name of the transactional step');
    stepPolicy(name, options);
  };
  const define = <Args extends readonly unknown[], Result>(
    name: string,
    fn: (tx: Tx, ...args: Args) => PromiseLike<Result> | Result,
    options: TransactionalStepOptions = NO_OPTIONS,
  ): Step<Args, Awaited<Result>> => {
    check(name, options);
    return function (this: unknown, ...args: Args) {
      return perform(name, options, (tx) => fn.call(this, tx, ...args)) as Promise<Awaited<Result>>;
    };
  };
  const run = async <Result>(
    name: string,
    fn: (tx: Tx) => PromiseLike<Result> | Result,
    options: TransactionalStepOptions = NO_OPTIONS,
  ): Promise<Awaited<Result>> => {
    check(name, options);
    return perform(name, options, fn) as Promise<Awaited<Result>>;
  };
  return Object.assign(define, { run, current });
}
