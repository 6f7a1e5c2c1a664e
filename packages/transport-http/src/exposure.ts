import {
  type Channel,
  definitionOf,
  type Event,
  HoldfastError,
  type Stream,
  type Workflow,
  type WorkflowDefinition,
} from '@holdfast/core/internal';
import type { HttpApi } from './options.js';
import { Problem } from './problem.js';
import type { Startable } from './startable.js';

/** A workflow that can be started. */
export interface Exposed extends Startable {
  /** Its name in addresses. */
  readonly name: string;
  readonly definition: WorkflowDefinition;
}

/** What can be reached, by its name in addresses. */
export class Exposure {
  readonly #api: HttpApi;
  readonly #workflows: ReadonlyMap<string, Exposed>;
  /** Names in addresses, by the workflow's own. */
  readonly #names: ReadonlyMap<string, string>;

  /** @throws HoldfastError INVALID_OPTION, UNKNOWN_WORKFLOW. */
  constructor(api: HttpApi) {
    this.#api = api;
    const exposed = Object.entries(api.workflows ?? {}).map(([name, given]) => exposedOf(name, given));
    this.#workflows = new Map(exposed.map((one) => [one.name, one]));
    this.#names = namesOf(exposed);
  }

  get workflows(): readonly Exposed[] {
    return [...this.#workflows.values()];
  }

  get channels(): readonly (readonly [string, Channel<unknown, never>])[] {
    return Object.entries(this.#api.channels ?? {});
  }

  get events(): readonly (readonly [string, Event<unknown, never>])[] {
    return Object.entries(this.#api.events ?? {});
  }

  get streams(): readonly (readonly [string, Stream<unknown, never>])[] {
    return Object.entries(this.#api.streams ?? {});
  }

  /** @throws Problem NOT_FOUND */
  workflow(name: string): Exposed {
    return this.#workflows.get(name) ?? notExposed('workflow', name);
  }

  channel(name: string): Channel<unknown, never> {
    return own(this.#api.channels, name) ?? notExposed('channel', name);
  }

  event(name: string): Event<unknown, never> {
    return own(this.#api.events, name) ?? notExposed('event', name);
  }

  stream(name: string): Stream<unknown, never> {
    return own(this.#api.streams, name) ?? notExposed('stream', name);
  }

  /** The name in addresses of a workflow by its own; undefined if it cannot be reached. */
  nameOf(workflow: string): string | undefined {
    return this.#names.get(workflow);
  }
}

/** @throws HoldfastError INVALID_OPTION for a workflow with two names: a run has one. */
function namesOf(exposed: readonly Exposed[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name, definition } of exposed) {
    const other = names.get(definition.name);
    if (other !== undefined) {
      throw new HoldfastError(
        'INVALID_OPTION',
        `Workflow "${definition.name}" has two names in the HTTP handler, "${other}" and "${name}". Give it one.`,
      );
    }
    names.set(definition.name, name);
  }
  return names;
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

function notExposed(kind: string, name: string): never {
  throw new Problem(404, 'NOT_FOUND', `There is no ${kind} ${JSON.stringify(name)} here.`);
}

function exposedOf(name: string, given: Workflow<never, unknown> | Startable): Exposed {
  const startable: Startable = typeof given === 'function' ? { workflow: given } : given;
  const definition = definitionOf(startable.workflow);
  if (!definition) {
    throw new HoldfastError(
      'UNKNOWN_WORKFLOW',
      `The workflow ${JSON.stringify(name)} of the HTTP handler is none. Make one with workflow('name', fn).`,
    );
  }
  if (definition.body.length > 1 && !startable.args) {
    throw new HoldfastError(
      'INVALID_OPTION',
      `Workflow "${definition.name}" takes ${definition.body.length} arguments, and a request has one body. Say which ` +
        `they are: ${name}: startable(workflow, { args: (body) => [body.first, body.second] }).`,
    );
  }
  return { ...startable, name, definition };
}
