import { randomUUID } from 'node:crypto';
import { type Codec, createCodec } from '../codec/index.js';
import {
  type Channel,
  checkName,
  defaultRegistry,
  type Event,
  type Registry,
  type Stream,
  type Workflow,
  type WorkflowDefinition,
  workflowControl,
} from '../define/index.js';
import { Engine, type Logger, notOpen, shutDown, silentLogger } from '../engine/index.js';
import type { Store } from '../store/index.js';
import { type Clock, systemClock } from '../time/index.js';
import { classRegistry } from './classes.js';
import { definitionIn } from './definitions.js';
import { type RunHandle, runHandle } from './handle.js';
import { type AppChannel, type AppEvent, AppMail, type AppStream } from './mail.js';
import type { HoldfastOptions, StartOptions } from './options.js';
import { type Queues, queuesOf } from './queues.js';
import { randomFraction } from './random.js';
import { type Runs, runsOf } from './runs.js';
import { scopeOn } from './scope.js';
import { startCall } from './start-call.js';
import { type ManyStartOptions, startCalls } from './start-many.js';
import { startWithin } from './within.js';

/** What a client is made with. */
export interface ClientOptions {
  /** Where runs live: the same that the apps have which execute them. */
  readonly store: Store;
  /** Where workflows that are named are looked up first, and adapters for `within`. Default: the process's own. */
  readonly registry?: Registry;
  /** As in {@link HoldfastOptions}: classes whose instances are passed on and restored. */
  readonly classes?: HoldfastOptions['classes'];
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** For tests: where time comes from. Default: the machine's. */
  readonly clock?: Clock;
}

/** The version that runs are recorded with when neither the code is there nor anybody who has it. */
const FIRST_VERSION = '1';

/** A lease is never taken out: any will do. */
const NO_LEASE_MS = 1;

/** What can start runs by the workflow or by its name. */
export interface NamedStarter {
  /**
   * Starts a run and gives its handle as soon as it is recorded. An idle process that has its workflow takes it up at
   * once; if there is none, the first one to come does. The same id twice gives the same run.
   *
   * By a name, with the type of its workflow: `start<typeof checkout>('checkout', [order])`, for which the workflow's
   * module is needed as a type only. What only the code says (its version, its time limit, whether it is a singleton) is
   * then taken from the live process that has it and came last, in the version given if one is; without any, the
   * version is `'1'`. The arguments are not checked by the workflow's input schema.
   *
   * @throws HoldfastError INVALID_NAME, INVALID_ID, INVALID_INPUT, UNRECORDABLE_VALUE, RUN_ID_CONFLICT, DUPLICATE_RUN, …;
   * all before anything is written.
   */
  start<Flow extends Workflow<never, unknown>>(
    workflow: Flow | string,
    args: Readonly<Parameters<Flow>>,
    options?: StartOptions,
  ): Promise<RunHandle<Awaited<ReturnType<Flow>>>>;
  start(workflow: string, args: readonly unknown[], options?: StartOptions): Promise<RunHandle>;
}

/** Starts many runs of a workflow in one round trip: see {@link Holdfast.startMany} and {@link NamedStarter.start}. */
export interface StartsMany {
  <Flow extends Workflow<never, unknown>>(
    workflow: Flow | string,
    items: readonly Readonly<Parameters<Flow>>[],
    options?: ManyStartOptions<Readonly<Parameters<Flow>>>,
  ): Promise<RunHandle<Awaited<ReturnType<Flow>>>[]>;
  (
    workflow: string,
    items: readonly (readonly unknown[])[],
    options?: ManyStartOptions,
  ): Promise<RunHandle[]>;
}

/**
 * For processes that start runs and look at them, and execute none: a web server, a script, a page. It takes out no
 * lease and needs no workflow's code, and works while no process is there that executes runs.
 *
 * @example
 * import type { checkout } from './workflows.js';
 *
 * const client = new Client({ store: postgres(process.env.DATABASE_URL) });
 * await client.open();
 * const handle = await client.start<typeof checkout>('checkout', [order], { id: 'order-42' });
 * const receipt = await handle.result();
 * await client.close();
 */
export class Client implements NamedStarter {
  /** Looking at runs, and operating on them. */
  readonly runs: Runs;
  /** Looking at queues, and changing their limits. */
  readonly queues: Queues;
  /** See {@link NamedStarter.start}. */
  readonly start: NamedStarter['start'] = (
    workflow: Workflow<never, unknown> | string,
    args: readonly unknown[],
    options?: StartOptions,
  ) => this.#start(workflow, args, options);
  /** Starts many runs of a workflow in one round trip. @example await client.startMany('mail', letters.map((one) => [one])); */
  readonly startMany: StartsMany = (
    workflow: Workflow<never, unknown> | string,
    items: readonly (readonly unknown[])[],
    options?: ManyStartOptions<never>,
  ) => this.#startMany(workflow, items, options as ManyStartOptions);
  readonly #engine: Engine;
  readonly #codec: Codec;
  readonly #registry: Registry;
  readonly #mail: AppMail;
  #state: 'new' | 'open' | 'closed' = 'new';
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ClientOptions) {
    const {
      store,
      registry = defaultRegistry(),
      classes = [],
      logger = silentLogger,
      clock = systemClock,
    } = options;
    this.#registry = registry;
    this.#codec = createCodec(classRegistry(classes));
    this.#engine = new Engine(
      { store, codec: this.#codec, clock, logger, newId: randomUUID, random: randomFraction },
      {
        workflows: [],
        queues: [],
        retention: [],
        schedules: [],
        version: FIRST_VERSION,
        leaseMs: NO_LEASE_MS,
        parkAfterMs: 0,
        concurrency: 1,
        serve: null,
        isVisitor: true,
      },
    );
    this.runs = runsOf(() => this.#opened(), this.#codec);
    this.queues = queuesOf(() => this.#opened());
    this.#mail = new AppMail(() => this.#opened());
  }

  /**
   * Opens the store. Calling it twice does it once; after a failure it may be called again.
   *
   * @throws HoldfastError STORE_UNAVAILABLE, STORE_REFUSED, STORE_TOO_OLD, STORE_NEWER, SHUT_DOWN.
   */
  open(): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(shutDown());
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Writes what was begun, and closes the store. Whoever still waits for a result gets SHUT_DOWN. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(
    workflow: Workflow<never, unknown> | string,
    args: readonly unknown[],
    options: StartOptions = {},
  ): Promise<RunHandle<never>> {
    const engine = this.#opened();
    const scope = scopeOn(engine.store);
    if (scope) {
      const call = startCall(this.#known(workflow) ?? bare(workflow as string, {}), args, options);
      return runHandle(await scope.start(call), engine, this.#codec);
    }
    const call = startCall(await this.#definition(workflow, options), args, options);
    return runHandle(await engine.starts.start({ ...call, parentId: null }), engine, this.#codec);
  }

  async #startMany(
    workflow: Workflow<never, unknown> | string,
    items: readonly (readonly unknown[])[],
    options: ManyStartOptions = {},
  ): Promise<RunHandle<never>[]> {
    const engine = this.#opened();
    const scope = scopeOn(engine.store);
    const definition = scope
      ? (this.#known(workflow) ?? bare(workflow as string, {}))
      : await this.#definition(workflow, typeof options === 'function' ? {} : options);
    const calls = startCalls(definition, items, options);
    const ids = scope
      ? await scope.startMany(calls)
      : await engine.starts.startMany(calls.map((call) => ({ ...call, parentId: null })));
    return ids.map((id) => runHandle(id, engine, this.#codec));
  }

  /** Starts runs inside a transaction of yours: they exist exactly if it commits. */
  within(tx: unknown): NamedStarter {
    const start = async (
      workflow: Workflow<never, unknown> | string,
      args: readonly unknown[],
      options: StartOptions = {},
    ): Promise<RunHandle<never>> => {
      const engine = this.#opened();
      const call = startCall(await this.#definition(workflow, options), args, options);
      const id = await startWithin(tx, engine, this.#registry, { ...call, parentId: null });
      return runHandle(id, engine, this.#codec);
    };
    return { start };
  }

  /** Sends messages. @example await client.channel(approval).send('order-42', { by: 'Kim' }); */
  channel<Sent>(channel: Channel<unknown, Sent>): AppChannel<Sent> {
    return this.#mail.channel(channel);
  }

  /** Gets and sets events of runs. @example await client.event(progress).get('order-42'); */
  event<Value, Given>(event: Event<Value, Given>): AppEvent<Value, Given> {
    return this.#mail.event(event);
  }

  /** Reads and writes streams of runs. */
  stream<Value, Written>(stream: Stream<Value, Written>): AppStream<Value, Written> {
    return this.#mail.stream(stream);
  }

  /** The handle of a run, whether it exists or not. @example client.handle<Receipt>('order-42').result() */
  handle<Result = unknown>(id: string): RunHandle<Result> {
    return runHandle(id, this.#opened(), this.#codec);
  }

  async #open(): Promise<void> {
    try {
      await this.#engine.launch();
      this.#state = 'open';
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
    if (this.#closing) throw shutDown();
  }

  async #close(): Promise<void> {
    const isUp = await this.#opening?.then(
      () => true,
      () => this.#state === 'open',
    );
    this.#state = 'closed';
    if (isUp) await this.#engine.shutdown(0);
  }

  #opened(): Engine {
    if (this.#state === 'open') return this.#engine;
    throw this.#state === 'closed' ? shutDown() : notOpen();
  }

  /** A workflow as its code says, if that is here. @throws HoldfastError UNKNOWN_WORKFLOW, INVALID_NAME. */
  #known(workflow: Workflow<never, unknown> | string): WorkflowDefinition | undefined {
    if (typeof workflow !== 'string') return definitionIn(workflow);
    checkName(workflow, 'name of the workflow');
    return this.#registry.workflows().find(({ name }) => name === workflow);
  }

  /** The same with a version, and else as those say who have the code. */
  async #definition(
    workflow: Workflow<never, unknown> | string,
    { version }: StartOptions,
  ): Promise<WorkflowDefinition> {
    const known = this.#known(workflow);
    if (known && (version ?? known.version) !== undefined) return known;
    const name = known?.name ?? (workflow as string);
    const offered = await this.#opened().starts.offered(name, version ?? null);
    return known ? { ...known, version: offered?.version } : bare(name, offered ?? {});
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
