import { AsyncLocalStorage } from 'node:async_hooks';
import { HoldfastError } from '../errors/index.js';
import { checkName } from './names.js';
import { defaultRegistry, type Registry } from './registry.js';
import { workflowScope } from './scope.js';
import type { Step } from './step.js';
import { stepPolicy } from './step-options.js';
import type {
  Checkpoints,
  SqlAdapter,
  TransactionalStepOptions,
  UndoableTransactionalStepOptions,
} from './transaction.js';

/**
 * Defines transactional steps: `tx(name, fn)` a callable one, `tx.run(name, fn)` one in place. The function gets an
 * open transaction first; the rows it writes and the step's checkpoint are committed together, exactly once.
 */
export interface TransactionalStepMaker<Tx> {
  /** @throws HoldfastError INVALID_NAME, INVALID_OPTION, INVALID_DURATION. */
  <Args extends readonly unknown[], Result>(
    name: string,
    fn: (tx: Tx, ...args: Args) => PromiseLike<Result> | Result,
    options?: UndoableTransactionalStepOptions<Tx, Args, Awaited<NoInfer<Result>>>,
  ): Step<Args, Awaited<Result>>;

  /** Runs a function as a transactional step, in place. */
  run<Result>(
    name: string,
    fn: (tx: Tx) => PromiseLike<Result> | Result,
    options?: UndoableTransactionalStepOptions<Tx, [], Awaited<NoInfer<Result>>>,
  ): Promise<Awaited<Result>>;

  /** The open transaction of the transactional step that the calling code is in. @throws HoldfastError WRONG_CONTEXT. */
  current(): Tx;
}

/** Options of a maker of transactional steps. */
export interface TransactionalStepMakerOptions {
  /** Where `app.within(tx)` finds the adapter. Default: the process's own registry. */
  readonly registry?: Registry;
}

const NO_OPTIONS = {};

/** What takes back the result of one call. */
type UndoOfCall<Tx> = ((tx: Tx, result: never) => unknown) | undefined;

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
    undo: UndoOfCall<Tx>,
  ): Promise<unknown> => {
    const within = async (tx: Tx, work: () => unknown): Promise<unknown> => {
      const value = await open.run(tx, work);
      return adapter.plain ? adapter.plain(value) : value;
    };
    const body = (tx: unknown): Promise<unknown> => within(tx as Tx, () => fn(tx as Tx));
    const scope = workflowScope();
    if (!scope) return adapter.transaction(options, body);
    return scope.transaction({
      name,
      options,
      adapter: erased,
      checkpoints,
      body,
      undo: undo && ((tx, result) => within(tx as Tx, () => undo(tx as Tx, result as never))),
    });
  };
  const current = (): Tx => {
    const tx = open.getStore();
    if (tx !== undefined) return tx;
    throw new HoldfastError(
      'WRONG_CONTEXT',
      'current() has no open transaction here: call it inside a transactional step.',
    );
  };
  const check = (name: string, options: UndoableTransactionalStepOptions<Tx>): void => {
    checkName(name, 'name of the transactional step');
    stepPolicy(name, options);
    if (options.undo && options.readOnly) throw nothingToUndo(name);
  };
  const define = <Args extends readonly unknown[], Result>(
    name: string,
    fn: (tx: Tx, ...args: Args) => PromiseLike<Result> | Result,
    options: UndoableTransactionalStepOptions<Tx, Args, Awaited<Result>> = NO_OPTIONS,
  ): Step<Args, Awaited<Result>> => {
    check(name, options);
    const { undo } = options;
    return function (this: unknown, ...args: Args) {
      const undoThis: UndoOfCall<Tx> = undo && ((tx, result) => undo.call(this, tx, result, ...args));
      return perform(name, options, (tx) => fn.call(this, tx, ...args), undoThis) as Promise<Awaited<Result>>;
    };
  };
  const run = async <Result>(
    name: string,
    fn: (tx: Tx) => PromiseLike<Result> | Result,
    options: UndoableTransactionalStepOptions<Tx, [], Awaited<Result>> = NO_OPTIONS,
  ): Promise<Awaited<Result>> => {
    check(name, options);
    return perform(name, options, fn, options.undo) as Promise<Awaited<Result>>;
  };
  return Object.assign(define, { run, current });
}

function nothingToUndo(name: string): HoldfastError {
  return new HoldfastError(
    'INVALID_OPTION',
    `Step "${name}" is read-only and has an undo, but there is nothing to take back. Leave one of the two out.`,
  );
}
