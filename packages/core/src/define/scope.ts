import { AsyncLocalStorage } from 'node:async_hooks';
import type { Mail, RunMail } from './mail-calls.js';
import type { RunTerms } from './run-terms.js';
import type { StepOptions } from './step-options.js';
import type { TransactionCall } from './transaction.js';
import type { WorkflowDefinition } from './workflow-definition.js';

/** What a run, and a step within it, may know of itself. */
export interface RunInfo {
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  readonly version: string;
  /** How often the run was taken up by an executor: 1 at first, one more after each recovery or wake-up. */
  readonly epoch: number;
  /** When it must have ended; undefined for no time limit. */
  readonly deadline: Date | undefined;
  /** The step whose body is being executed, or undefined in the workflow's own code. */
  readonly step: StepInfo | undefined;
}

/** What the body of a step may know of itself. */
export interface StepInfo {
  readonly name: string;
  /** The call's number in the run, from 0. Run id and `seq` together make an idempotency key for outside systems. */
  readonly seq: number;
  /** The attempt under way, from 1. Counted durably: a crash does not start it over. */
  readonly attempt: number;
  /** Aborted when the attempt times out, the run is cancelled, or this executor lost the run or shuts down. */
  readonly signal: AbortSignal;
}

/** A step call as the engine sees it. */
export interface StepCall {
  readonly name: string;
  readonly options: StepOptions;
  readonly body: () => unknown;
  /** What takes its result back. */
  readonly undo?: ((result: unknown) => unknown) | undefined;
}

/** A start of another run from within a run. */
export interface ChildCall {
  readonly workflow: WorkflowDefinition;
  readonly args: readonly unknown[];
  /** The child's id. Default: the parent's id, a dot, and the call's number. */
  readonly id?: string | undefined;
  readonly tags?: Readonly<Record<string, unknown>> | undefined;
  readonly version?: string | undefined;
  readonly delayMs?: number | undefined;
  /** Where they differ from a plain run's. */
  readonly terms?: Partial<RunTerms> | undefined;
  /** What becomes of it while a run has its deduplication key. Default: `'join'` for singletons, else `'reject'`. */
  readonly onDuplicate?: 'reject' | 'join' | undefined;
}

/** A call of a debounce. Its delay is how long the run waits for another call. */
export interface DebounceCall extends ChildCall {
  /** How long after the first call the run is due, however many follow; null for no limit. */
  readonly maxMs: number | null;
}

/** What definitions ask of the engine that runs them. One per executing run; every call is recorded. */
export interface RunScope {
  readonly info: Omit<RunInfo, 'step'>;
  /** Where the run is recorded, to tell two stores in one process apart. */
  readonly store: object;
  /** Messages, events and streams, every call of them recorded. */
  readonly mail: RunMail;
  /** The same past the journal: for the bodies of steps. */
  readonly plainMail: Mail;
  step(call: StepCall): Promise<unknown>;
  transaction(call: TransactionCall): Promise<unknown>;
  sleep(ms: number): Promise<void>;
  /** Starts a child run and gives its id. */
  start(call: ChildCall): Promise<string>;
  /** Starts child runs, all of them or, if one is not valid, none, and gives their ids. */
  startMany(calls: readonly ChildCall[]): Promise<readonly string[]>;
  /** Gives the id of the run that waits for further calls of the debounce. */
  debounce(call: DebounceCall): Promise<string>;
  /** Waits for another run's outcome, for so long; then TIMED_OUT is its own. */
  result(runId: string, timeoutMs?: number): Promise<unknown>;
  /** Starts a child run and waits for its outcome. */
  child(call: ChildCall): Promise<unknown>;
  /** Whether the run goes the new way where its code was changed. */
  patch(name: string): Promise<boolean>;
  /** The same where only the new way is left. */
  retirePatch(name: string): Promise<void>;
  now(): number;
  uuid(): string;
  random(): number;
}

/** Where the running code stands: in a workflow's own code, or inside one of its steps. */
export interface Ambient {
  readonly scope: RunScope;
  readonly step: StepInfo | undefined;
}

// On globalThis, so that the ESM and CommonJS builds, or two bundled copies, agree on which run is current.
const KEY = Symbol.for('holdfast.ambient.v1');
const shared = globalThis as { [KEY]?: AsyncLocalStorage<Ambient> };
shared[KEY] ??= new AsyncLocalStorage<Ambient>();

/** The run and step that the calling code belongs to. */
export const ambient: AsyncLocalStorage<Ambient> = shared[KEY];

/** The scope of the calling workflow code; undefined outside a run and inside a step's body. */
export function workflowScope(): RunScope | undefined {
  const here = ambient.getStore();
  return here?.step ? undefined : here?.scope;
}

/**
 * The run the calling code belongs to, or undefined outside any run.
 *
 * @example const key = `${currentRun()?.id}:${currentRun()?.step?.seq}`;   // an idempotency key for a payment API
 */
export function currentRun(): RunInfo | undefined {
  const here = ambient.getStore();
  return here && { ...here.scope.info, step: here.step };
}
