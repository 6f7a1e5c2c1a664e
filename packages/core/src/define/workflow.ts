import { HoldfastError } from '../errors/index.js';
import { checkName } from './names.js';
import { defaultRegistry, type Registry } from './registry.js';
import { workflowScope } from './scope.js';
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.js';
import { type WorkflowControlOptions, workflowControl } from './workflow-control.js';
import type { WorkflowDefinition } from './workflow-definition.js';

/** The key under which a workflow's callable carries its definition. */
export const DEFINITION: unique symbol = Symbol.for('holdfast.definition.v1') as never;

/**
 * A durable function. Called outside a run it runs durably on the launched app and gives the result; called inside a
 * run it starts a child run and waits for it.
 */
export interface Workflow<Args extends readonly unknown[] = readonly never[], Result = unknown> {
  (...args: Args): Promise<Result>;
  readonly [DEFINITION]: WorkflowDefinition;
}

/** Options of a workflow. */
export interface WorkflowOptions extends WorkflowControlOptions {
  /** Recorded with each run; a run resumes only on an executor that has this version. Default: the app's version. */
  readonly version?: string;
  /**
   * At most one run of it is unfinished at a time: a start meanwhile joins that run, whatever its arguments. Default
   * false.
   */
  readonly singleton?: boolean;
  /** Where the definition is kept. Default: the process's own registry. */
  readonly registry?: Registry;
}

/** Options of a workflow with one argument that a Standard Schema checks before a run is recorded. */
export interface SchemaWorkflowOptions<Schema extends StandardSchema> extends WorkflowOptions {
  readonly input: Schema;
}

/**
 * Makes a function durable.
 *
 * @param name its stable name, stored with each run.
 * @throws HoldfastError INVALID_NAME, DUPLICATE_WORKFLOW.
 * @example const checkout = workflow('checkout', async (order: Order) => { await charge(order); });
 */
export function workflow<Args extends readonly unknown[], Result>(
  name: string,
  fn: (...args: Args) => Promise<Result>,
): Workflow<Args, Result>;
export function workflow<Schema extends StandardSchema, Result>(
  name: string,
  options: SchemaWorkflowOptions<Schema>,
  fn: (input: SchemaOutput<Schema>) => Promise<Result>,
): Workflow<[input: SchemaInput<Schema>], Result>;
export function workflow<Args extends readonly unknown[], Result>(
  name: string,
  options: WorkflowOptions,
  fn: (...args: Args) => Promise<Result>,
): Workflow<Args, Result>;
export function workflow(
  name: string,
  ...rest: [Body] | [WorkflowOptions & { input?: StandardSchema }, Body]
): Workflow<readonly never[], unknown> {
  const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
  checkName(name, 'name of the workflow');
  if (options.version !== undefined) checkName(options.version, `version of workflow "${name}"`);
  const { version, input } = options;
  const definition: WorkflowDefinition = {
    name,
    version,
    isSingleton: isSingleton(options, name),
    input,
    control: workflowControl(options, `workflow "${name}"`),
    body,
  };
  const registry = options.registry ?? defaultRegistry();
  registry.add(definition);
  return callable(definition, registry);
}

/** Whether the options make a singleton of a workflow. @throws HoldfastError INVALID_OPTION if that cannot be said. */
export function isSingleton({ singleton = false }: WorkflowOptions, name: string): boolean {
  if (typeof singleton === 'boolean') return singleton;
  throw new HoldfastError('INVALID_OPTION', `singleton of workflow "${name}" must be true or false.`);
}

type Body = (...args: readonly never[]) => Promise<unknown>;

/** The function a user calls for a definition: a child run inside a run, a durable run on the launched app outside. */
export function callable(
  definition: WorkflowDefinition,
  registry: Registry,
): Workflow<readonly never[], unknown> {
  const call = async (...args: readonly unknown[]): Promise<unknown> => {
    const scope = workflowScope();
    if (scope) return scope.child({ workflow: definition, args });
    return registry.appOf(definition).call(definition, args);
  };
  Object.defineProperty(call, 'name', { value: definition.name });
  return Object.assign(call, { [DEFINITION]: definition });
}

/** The definition behind a workflow's callable; undefined for any other value. */
export function definitionOf(value: unknown): WorkflowDefinition | undefined {
  return typeof value === 'function' ? (value as Partial<Workflow>)[DEFINITION] : undefined;
}
