import {
  checkName,
  type Registry,
  type Workflow,
  type WorkflowDefinition,
  workflowControl,
} from '../define/index.js';
import { type Engine, notOpen } from '../engine/index.js';
import { definitionIn } from './definitions.js';

/** Workflows for whoever need not have their code: by name, they are what those say who have it. */
export class NamedWorkflows {
  readonly #engine: () => Engine;
  readonly #registry: Registry;
  /** Those that are no more than a name. */
  readonly #names = new WeakSet<WorkflowDefinition>();

  constructor(engine: () => Engine, registry: Registry) {
    this.#engine = engine;
    this.#registry = registry;
  }

  /**
   * A workflow as its code says if that is here, and else no more than its name.
   *
   * @throws HoldfastError UNKNOWN_WORKFLOW, INVALID_NAME.
   */
  known(workflow: Workflow<never, unknown> | string): WorkflowDefinition {
    if (typeof workflow !== 'string') return definitionIn(workflow);
    checkName(workflow, 'name of the workflow');
    const found = this.#registry.workflows().find(({ name }) => name === workflow);
    if (found) return found;
    const name = bare(workflow, {});
    this.#names.add(name);
    return name;
  }

  /**
   * The same with a version, and else as those say who have the code.
   *
   * @throws HoldfastError UNKNOWN_WORKFLOW, INVALID_NAME.
   */
  async find(
    workflow: Workflow<never, unknown> | string,
    version: string | undefined,
  ): Promise<WorkflowDefinition> {
    return this.asked(this.known(workflow), version);
  }

  /** What {@link known} gave, with what those say of it who have the code. */
  async asked(known: WorkflowDefinition, version: string | undefined): Promise<WorkflowDefinition> {
    const isBare = this.#names.has(known);
    if (!isBare && (version ?? known.version) !== undefined) return known;
    const offered = await this.#engine().starts.offered(known.name, version ?? null);
    return isBare ? bare(known.name, offered ?? {}) : { ...known, version: offered?.version };
  }
}

/** What is made of a workflow without its code. */
function bare(
  name: string,
  {
    version,
    timeoutMs,
    isSingleton = false,
  }: {
    readonly version?: string;
    readonly timeoutMs?: number;
    readonly isSingleton?: boolean;
  },
): WorkflowDefinition {
  const control = workflowControl(timeoutMs === undefined ? {} : { timeout: timeoutMs }, name);
  return { name, version, isSingleton, input: undefined, control, body: () => Promise.reject(notOpen()) };
}
