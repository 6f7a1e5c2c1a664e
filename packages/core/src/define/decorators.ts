import { HoldfastError } from '../errors/index.js';
import { checkName } from './names.js';
import { defaultRegistry, type Registry } from './registry.js';
import { step } from './step.js';
import type { UndoableStepOptions } from './step-options.js';
import type { UndoableTransactionalStepOptions } from './transaction.js';
import type { TransactionalStepMaker } from './transactional-steps.js';
import {
  callable,
  isSingleton,
  type Workflow as WorkflowFunction,
  type WorkflowOptions,
} from './workflow.js';
import { type WorkflowControl, workflowControl } from './workflow-control.js';

/** A method as decorators see it. */
type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** A decorator of methods, in the standard (TC39) form and in that of TypeScript's `experimentalDecorators`. */
export interface MethodDecorator {
  <This, Args extends unknown[], Result>(
    method: (this: This, ...args: Args) => Promise<Result>,
    context: ClassMethodDecoratorContext<This>,
  ): (this: This, ...args: Args) => Promise<Result>;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

/** What replaces a decorated workflow method carries, so that `workflows: [instance]` finds it. */
const METHOD: unique symbol = Symbol.for('holdfast.method.v1') as never;

/** What is known of a decorated workflow method. */
export interface WorkflowMethod {
  readonly name: string;
  readonly version: string | undefined;
  readonly isSingleton: boolean;
  readonly control: WorkflowControl;
  readonly registry: Registry;
  readonly body: Method;
  /** The workflow of each object that the method was bound to: the class of a static method, or listed instances. */
  readonly bound: WeakMap<object, WorkflowFunction>;
  /** What else is defined with the workflow of each object that the method is bound to. */
  readonly whenBound: ((workflow: WorkflowFunction, prefix: string | undefined) => void)[];
}

/** Options of a decorator: a name instead of the method's own. */
export interface NamedOptions {
  /** Stable name. Default: the method's name. */
  readonly name?: string;
}

/**
 * Makes a method a workflow. A static one is ready with its class; an instance's is when the instance is listed in
 * `new Holdfast({ workflows: [instance] })`.
 *
 * @example class Shop { @Workflow() async checkout(order: Order) { await this.charge(order); } }
 */
export function Workflow(options: WorkflowOptions & NamedOptions = {}): MethodDecorator {
  const replace = (body: Method, key: string): [Method, WorkflowMethod] => {
    const name = checkName(options.name ?? key, 'name of the workflow');
    const { version, registry = defaultRegistry() } = options;
    const method: WorkflowMethod = {
      name,
      version,
      isSingleton: isSingleton(options, name),
      control: workflowControl(options, `workflow "${name}"`),
      registry,
      body,
      bound: new WeakMap(),
      whenBound: [],
    };
    const call = function (this: unknown, ...args: unknown[]): Promise<unknown> {
      const bound = isObject(this) ? method.bound.get(this) : undefined;
      return bound ? bound(...(args as never[])) : Promise.reject(notBound(name));
    };
    return [Object.assign(call, { [METHOD]: method }), method];
  };
  return decorator((body, key, whenStatic) => {
    const [call, method] = replace(body, key);
    whenStatic((owner) => void bind(method, owner));
    return call;
  });
}

/** Makes a method a step. @example class Shop { @Step({ timeout: '10s' }) async charge(order: Order) { … } } */
export function Step(options: UndoableStepOptions & NamedOptions = {}): MethodDecorator {
  const { name, ...stepOptions } = options;
  return decorator((body, key) => {
    const call = step(name ?? key, body, stepOptions as UndoableStepOptions<unknown[], unknown>);
    return function (this: unknown, ...args) {
      return call.apply(this, args);
    };
  });
}

/**
 * Makes a method a transactional step. It gets its open transaction from `tx.current()`.
 *
 * @example class Shop { @Transaction(tx) async record(order: Order) { await tx.current().insert(orders).values(order); } }
 */
export function Transaction<Tx>(
  tx: TransactionalStepMaker<Tx>,
  options: UndoableTransactionalStepOptions<Tx> & NamedOptions = {},
): MethodDecorator {
  const { name, ...stepOptions } = options;
  return decorator((body, key) => {
    const method = function (this: unknown, _: Tx, ...args: unknown[]): unknown {
      return body.apply(this, args);
    };
    const call = tx(
      name ?? key,
      method,
      stepOptions as UndoableTransactionalStepOptions<Tx, unknown[], unknown>,
    );
    return function (this: unknown, ...args) {
      return call.apply(this, args);
    };
  });
}

/**
 * The workflow behind a decorated method, for `app.start`.
 *
 * @example const handle = await app.start(workflowOf(shop, 'checkout'), [order], { id: 'order-42' });
 */
export function workflowOf<Owner extends object, Key extends keyof Owner>(
  owner: Owner,
  key: Key,
): Owner[Key] extends (...args: infer Args) => Promise<infer Result>
  ? WorkflowFunction<Args, Result>
  : never {
  const method = methodOf(owner[key]);
  const bound = method?.bound.get(owner);
  if (!bound) throw notBound(method?.name ?? String(key));
  return bound as never;
}

/** An instance whose decorated workflows get names of their own: `name.method`. */
export interface NamedInstance {
  readonly instance: object;
  readonly name: string;
}

/** The workflows of an object with decorated methods: an instance, a named one, or a class with static ones. */
export function workflowsOf(value: object): readonly WorkflowFunction[] {
  const { instance, name } = isNamed(value) ? value : { instance: value, name: undefined };
  const found: WorkflowFunction[] = [];
  const seen = new Set<string>();
  for (
    let owner: object | null = instance;
    owner && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner)
  ) {
    for (const key of Object.getOwnPropertyNames(owner)) {
      if (seen.has(key)) continue; // overridden
      seen.add(key);
      const method = methodOf(Object.getOwnPropertyDescriptor(owner, key)?.value);
      if (method) found.push(bind(method, instance, name));
    }
  }
  return found;
}

function bind(method: WorkflowMethod, owner: object, prefix?: string): WorkflowFunction {
  const known = method.bound.get(owner);
  if (known) return known;
  const name =
    prefix === undefined ? method.name : checkName(`${prefix}.${method.name}`, 'name of the workflow');
  const body = (...args: readonly never[]): Promise<unknown> => method.body.apply(owner, [...args]);
  const { version, isSingleton: singleton, control } = method;
  const definition = { name, version, isSingleton: singleton, input: undefined, control, body };
  method.registry.add(definition);
  const bound = callable(definition, method.registry);
  method.bound.set(owner, bound);
  for (const define of method.whenBound) define(bound, prefix);
  return bound;
}

type Replace = (body: Method, key: string, whenStatic: (then: (owner: object) => void) => void) => Method;

/** The workflow method behind a decorated one, for decorators that stand above `@Workflow`. */
export function methodOf(value: unknown): WorkflowMethod | undefined {
  return typeof value === 'function' ? (value as { [METHOD]?: WorkflowMethod })[METHOD] : undefined;
}

/** One decorator for both forms: the standard one gets a context, the other the owner, the key and a descriptor. */
export function decorator(replace: Replace): MethodDecorator {
  const decorate = (target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (isContext(context)) {
      return replace(target as Method, String(context.name), (then) => {
        if (context.static)
          context.addInitializer(function (this: unknown) {
            then(this as object);
          });
      });
    }
    const body = descriptor?.value as unknown;
    if (typeof body !== 'function') throw misplaced();
    const value = replace(body as Method, String(context), (then) => {
      if (typeof target === 'function') then(target);
    });
    return { ...descriptor, value };
  };
  return decorate as MethodDecorator;
}

function isContext(value: unknown): value is ClassMethodDecoratorContext {
  if (!isObject(value)) return false;
  if ((value as { kind?: unknown }).kind !== 'method') throw misplaced();
  return true;
}

function isNamed(value: object): value is NamedInstance {
  const { instance, name } = value as Partial<NamedInstance>;
  return typeof value === 'object' && typeof name === 'string' && isObject(instance);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function misplaced(): HoldfastError {
  return new HoldfastError(
    'INVALID_OPTION',
    '@Workflow, @Step, @Transaction and @Scheduled are for methods only.',
  );
}

function notBound(name: string): HoldfastError {
  return new HoldfastError(
    'NOT_LAUNCHED',
    `The workflow "${name}" is an instance's method, and this instance is not listed in new Holdfast({ workflows: [instance] }).`,
    { details: { workflow: name } },
  );
}
