import type { Codec } from '../codec/index.js';
import {
  type ChildCall,
  checkName,
  checkRunId,
  duplicateWorkflow,
  type RunTerms,
  runTerms,
  type WorkflowDefinition,
} from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { NewRun, OfferedWorkflow, ServedWorkflow } from '../store/index.js';
import type { EngineDeps } from './deps.js';
import { validInput } from './input.js';
import type { KnownQueues } from './known-queues.js';
import { unknownWorkflow } from './run-errors.js';
import { encodeTags } from './tags.js';

/** A start as it was asked for. */
export interface StartRequest extends ChildCall {
  readonly parentId: string | null;
}

/** The workflows an app has, by name, and what a new run of one looks like. */
export class Workflows {
  readonly #deps: Pick<EngineDeps, 'newId' | 'newRunId'> & { readonly codec: Codec };
  readonly #byName = new Map<string, WorkflowDefinition>();
  readonly #appVersion: string;
  readonly #queues: KnownQueues;
  readonly served: readonly ServedWorkflow[];

  /** @throws HoldfastError DUPLICATE_WORKFLOW when two of them share a name. */
  constructor(
    definitions: readonly WorkflowDefinition[],
    appVersion: string,
    queues: KnownQueues,
    deps: Pick<EngineDeps, 'newId' | 'newRunId' | 'codec'>,
  ) {
    this.#deps = deps;
    this.#queues = queues;
    this.#appVersion = appVersion;
    for (const definition of new Set(definitions)) {
      if (this.#byName.has(definition.name)) throw duplicateWorkflow(definition.name);
      this.#byName.set(definition.name, definition);
    }
    this.served = [...this.#byName.values()].map((one) => ({
      workflow: one.name,
      version: this.versionOf(one),
    }));
  }

  /** What is said of them to those who start runs without their code. */
  get offered(): readonly OfferedWorkflow[] {
    return [...this.#byName.values()].map((one) => ({
      workflow: one.name,
      version: this.versionOf(one),
      ...(one.control.timeoutMs !== null && { timeoutMs: one.control.timeoutMs }),
      ...(one.isSingleton && { isSingleton: true }),
    }));
  }

  /** The definition that runs of this name and version run on here. */
  find(name: string, version: string): WorkflowDefinition | undefined {
    const definition = this.#byName.get(name);
    return definition && this.versionOf(definition) === version ? definition : undefined;
  }

  /** The definition of this name. @throws HoldfastError UNKNOWN_WORKFLOW. */
  named(name: string): WorkflowDefinition {
    const definition = this.#byName.get(name);
    if (!definition) throw unknownWorkflow(name, [...this.#byName.keys()]);
    return definition;
  }

  /**
   * Checks a start and makes the run of it. Nothing is written yet.
   *
   * @throws HoldfastError INVALID_ID, INVALID_INPUT, INVALID_OPTION, UNKNOWN_QUEUE, UNRECORDABLE_VALUE.
   */
  async newRun(request: StartRequest): Promise<Omit<NewRun, 'executorId' | 'startedAtMs'>> {
    const { workflow, args, parentId } = request;
    const id = request.id === undefined ? this.#deps.newRunId() : checkRunId(request.id);
    const version = request.version ?? this.versionOf(workflow);
    checkName(version, `version of a run of "${workflow.name}"`);
    const input = this.#deps.codec.encode(
      await validInput(workflow, args),
      `the arguments of workflow "${workflow.name}"`,
    );
    const tags = encodeTags(request.tags);
    const delayMs = request.delayMs ?? 0;
    const key = this.#deps.newId();
    const terms = termsOf(request);
    if (terms.queue !== null) await this.#queues.checkSurely(terms.queue);
    const { name } = workflow;
    return { ...terms, id, key, workflow: name, version, input, tags, delayMs, parentId, traceContext: null };
  }

  /** The version that runs of a workflow are recorded with. */
  versionOf(definition: WorkflowDefinition): string {
    return definition.version ?? this.#appVersion;
  }
}

/** A singleton's runs share one key, whatever queue they are in. */
function termsOf({ workflow, terms = NO_TERMS }: StartRequest): RunTerms {
  const plain = runTerms(terms, workflow.control.timeoutMs);
  if (!workflow.isSingleton) return plain;
  if (typeof terms.deduplicationKey !== 'string')
    return { ...plain, deduplicationKey: workflow.name, deduplicationScope: 'singleton' };
  throw new HoldfastError(
    'INVALID_OPTION',
    `Workflow "${workflow.name}" is a singleton: its runs have a deduplication key already. Leave yours out.`,
    { details: { workflow: workflow.name } },
  );
}

const NO_TERMS: Partial<RunTerms> = {};
