import { HoldfastError } from '../errors/index.js';
import type { Mail, MailDefinition } from './mail-calls.js';
import type { Queue } from './queue-definition.js';
import type { Schedule } from './schedule-definition.js';
import type { Checkpoints, SqlAdapter } from './transaction.js';
import type { WorkflowDefinition } from './workflow-definition.js';

/** A launched app, as a workflow's callable sees it. */
export interface LaunchedApp {
  /** Runs a workflow durably and gives its result. */
  call(workflow: WorkflowDefinition, args: readonly unknown[]): Promise<unknown>;
}

/** An adapter beside the SQL it is to run: what `app.within(tx)` looks for. */
export interface RegisteredAdapter {
  readonly adapter: SqlAdapter<unknown>;
  readonly checkpoints: Checkpoints;
}

/**
 * Where definitions are known by name. There is one for the process, unless a definition or an app names another:
 * two registries may hold different code under one name, as two deployments do.
 */
export interface Registry {
  /** @throws HoldfastError DUPLICATE_WORKFLOW if another workflow has that name. */
  add(workflow: WorkflowDefinition): void;
  workflows(): readonly WorkflowDefinition[];
  /** @throws HoldfastError DUPLICATE_QUEUE if another queue has that name. */
  addQueue(queue: Queue): void;
  queues(): readonly Queue[];
  /** @throws HoldfastError DUPLICATE_SCHEDULE if another schedule has that name. */
  addSchedule(schedule: Schedule): void;
  schedules(): readonly Schedule[];
  addAdapter(adapter: RegisteredAdapter): void;
  adapters(): readonly RegisteredAdapter[];
  /** Says that an app serves a workflow from now on; the answer takes that back. */
  serve(workflow: WorkflowDefinition, app: LaunchedApp): () => void;
  /** The one launched app that serves a workflow. @throws HoldfastError NOT_LAUNCHED, AMBIGUOUS_APP. */
  appOf(workflow: WorkflowDefinition): LaunchedApp;
  /** Says that a launched app takes messages from now on; the answer takes that back. */
  addMail(mail: Mail): () => void;
  /** The one launched app's. @throws HoldfastError NOT_LAUNCHED, AMBIGUOUS_APP. */
  mailFor(definition: MailDefinition): Mail;
}

/** Makes an empty registry. */
export function createRegistry(): Registry {
  const byName = new Map<string, WorkflowDefinition>();
  const queues = new Map<string, Queue>();
  const schedules = new Map<string, Schedule>();
  const adapters: RegisteredAdapter[] = [];
  const serving = new Map<WorkflowDefinition, Set<LaunchedApp>>();
  const mails = new Set<Mail>();
  return {
    add(workflow) {
      if (byName.has(workflow.name)) throw duplicateWorkflow(workflow.name);
      byName.set(workflow.name, workflow);
    },
    workflows: () => [...byName.values()],
    addQueue(queue) {
      if (queues.has(queue.name)) throw duplicateQueue(queue.name);
      queues.set(queue.name, queue);
    },
    queues: () => [...queues.values()],
    addSchedule(schedule) {
      if (schedules.has(schedule.name)) throw duplicateSchedule(schedule.name);
      schedules.set(schedule.name, schedule);
    },
    schedules: () => [...schedules.values()],
    addAdapter: (adapter) => void adapters.push(adapter),
    adapters: () => adapters,
    serve(workflow, app) {
      const apps = serving.get(workflow) ?? new Set();
      serving.set(workflow, apps.add(app));
      return () => void apps.delete(app);
    },
    appOf(workflow) {
      const [app, another] = serving.get(workflow) ?? [];
      if (app && !another) return app;
      throw app ? ambiguousApp(workflow.name) : notLaunched(workflow.name);
    },
    addMail(mail) {
      mails.add(mail);
      return () => void mails.delete(mail);
    },
    mailFor({ kind, name }) {
      const [mail, another] = mails;
      if (mail && !another) return mail;
      throw mail ? ambiguousMail(kind, name) : noMail(kind, name);
    },
  };
}

// On globalThis, so that the ESM and CommonJS builds, or two bundled copies, share what is defined.
const KEY = Symbol.for('holdfast.registry.v1');
const shared = globalThis as { [KEY]?: Registry };

/** The registry of the process: where definitions go that name no other. */
export function defaultRegistry(): Registry {
  shared[KEY] ??= createRegistry();
  return shared[KEY];
}

/** The error of a name taken twice. */
export function duplicateWorkflow(name: string): HoldfastError {
  return new HoldfastError(
    'DUPLICATE_WORKFLOW',
    `The workflow "${name}" is defined twice. Give one of them another name, or define it in a registry of its own ` +
      '(createRegistry()) if two versions are meant to live in one process.',
    { details: { workflow: name } },
  );
}

/** The error of a queue defined twice. */
export function duplicateQueue(name: string): HoldfastError {
  return new HoldfastError(
    'DUPLICATE_QUEUE',
    `The queue "${name}" is defined twice. Define it once and import it, or give one of them another name.`,
    { details: { queue: name } },
  );
}

/** The error of a schedule defined twice. */
export function duplicateSchedule(name: string): HoldfastError {
  return new HoldfastError(
    'DUPLICATE_SCHEDULE',
    `The schedule "${name}" is defined twice. Give one of them another name.`,
    { details: { schedule: name } },
  );
}

function notLaunched(name: string): HoldfastError {
  return new HoldfastError(
    'NOT_LAUNCHED',
    `The workflow "${name}" was called, but no launched app serves it. List it in new Holdfast({ workflows: [...] }) ` +
      'and await app.launch() first.',
    { details: { workflow: name } },
  );
}

function ambiguousApp(name: string): HoldfastError {
  return new HoldfastError(
    'AMBIGUOUS_APP',
    `The workflow "${name}" was called, but several launched apps serve it. Say which: app.start(workflow, args).`,
    { details: { workflow: name } },
  );
}

function noMail(kind: MailDefinition['kind'], name: string): HoldfastError {
  return new HoldfastError(
    'NOT_LAUNCHED',
    `The ${kind} "${name}" was used outside any run, but no app of its registry is launched. Await app.launch() first.`,
    { details: { [kind]: name } },
  );
}

function ambiguousMail(kind: MailDefinition['kind'], name: string): HoldfastError {
  return new HoldfastError(
    'AMBIGUOUS_APP',
    `The ${kind} "${name}" was used outside any run, but several apps of its registry are launched. Say which: ` +
      `app.${kind}(…).`,
    { details: { [kind]: name } },
  );
}
