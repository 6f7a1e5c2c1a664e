import { randomUUID } from 'node:crypto';
import { type Codec, createCodec } from '../codec/index.js';
import {
  type Channel,
  checkRunId,
  defaultRegistry,
  type Event,
  type Registry,
  type Stream,
  type Workflow,
} from '../define/index.js';
import { Engine, type Logger, notOpen, shutDown, silentLogger } from '../engine/index.js';
import type { Store } from '../store/index.js';
import { type Clock, systemClock } from '../time/index.js';
import { classRegistry } from './classes.js';
import { type DebounceOptions, debounceCall } from './debounce.js';
import { ENGINE, type HasEngine } from './engine-of.js';
import { type Executors, executorsOf } from './executors.js';
import { type RunHandle, runHandle } from './handle.js';
import { type AppChannel, type AppEvent, AppMail, type AppStream } from './mail.js';
import { NamedWorkflows } from './named-workflows.js';
import type { HoldfastOptions, StartOptions } from './options.js';
import { type Queues, queuesOf } from './queues.js';
import { randomFraction } from './random.js';
import { runIds } from './run-ids.js';
import { type Runs, runsOf } from './runs.js';
import { type Schedules, schedulesOf } from './schedules.js';
import { scopeOn } from './scope.js';
import { startCall } from './start-call.js';
import { type ManyStartOptions, startCalls } from './start-many.js';
import { waitAll, waitFirst } from './waits.js';
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
  /** As in {@link HoldfastOptions}: what watches the runs that it starts. */
  readonly telemetry?: HoldfastOptions['telemetry'];
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

/** Has one run wait for calls to cease: see {@link Holdfast.debounce} and {@link NamedStarter.start}. */
export interface Debounces {
  <Flow extends Workflow<never, unknown>>(
    workflow: Flow | string,
    key: string,
    args: Readonly<Parameters<Flow>>,
    options: DebounceOptions,
  ): Promise<RunHandle<Awaited<ReturnType<Flow>>>>;
  (workflow: string, key: string, args: readonly unknown[], options: DebounceOptions): Promise<RunHandle>;
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
export class Client implements NamedStarter, HasEngine {
  /** Looking at runs, and operating on them. */
  readonly runs: Runs;
  /** Looking at queues, and changing their limits. */
  readonly queues: Queues;
  /** Looking at the processes that execute runs. */
  readonly executors: Executors;
  /** Schedules: made, changed, paused, and started by hand. */
  readonly schedules: Schedules;
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
  /** Has one run wait for calls to cease. @example await client.debounce('reindex', 'shop-7', [shop], { wait: '5s' }); */
  readonly debounce: Debounces = (
    workflow: Workflow<never, unknown> | string,
    key: string,
    args: readonly unknown[],
    options: DebounceOptions,
  ) => this.#debounce(workflow, key, args, options);
  /** @internal */
  readonly [ENGINE] = (): unknown => this.#opened();
  readonly #engine: Engine;
  readonly #codec: Codec;
  readonly #registry: Registry;
  readonly #workflows: NamedWorkflows;
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
      {
        ...{ store, codec: this.#codec, clock, logger, telemetry: options.telemetry },
        ...{ newId: randomUUID, newRunId: runIds(clock), random: randomFraction },
      },
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
    this.executors = executorsOf(() => this.#opened().store);
    this.queues = queuesOf(() => this.#opened());
    this.#workflows = new NamedWorkflows(() => this.#opened(), registry);
    this.schedules = schedulesOf(() => this.#opened(), this.#codec, this.#workflows);
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
      const call = startCall(this.#workflows.known(workflow), args, options);
      return runHandle(await scope.start(call), engine, this.#codec);
    }
    const call = startCall(await this.#workflows.find(workflow, options.version), args, options);
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
      ? this.#workflows.known(workflow)
      : await this.#workflows.find(workflow, typeof options === 'function' ? undefined : options.version);
    const calls = startCalls(definition, items, options);
    const ids = scope
      ? await scope.startMany(calls)
      : await engine.starts.startMany(calls.map((call) => ({ ...call, parentId: null })));
    return ids.map((id) => runHandle(id, engine, this.#codec));
  }

  async #debounce(
    workflow: Workflow<never, unknown> | string,
    key: string,
    args: readonly unknown[],
    options: DebounceOptions,
  ): Promise<RunHandle<never>> {
    const engine = this.#opened();
    const scope = scopeOn(engine.store);
    const definition = scope
      ? this.#workflows.known(workflow)
      : await this.#workflows.find(workflow, (Object(options) as Partial<DebounceOptions>).version);
    const call = debounceCall(definition, key, args, options);
    return runHandle(await (scope ?? engine.starts).debounce(call), engine, this.#codec);
  }

  /** Starts runs inside a transaction of yours: they exist exactly if it commits. */
  within(tx: unknown): NamedStarter {
    const start = async (
      workflow: Workflow<never, unknown> | string,
      args: readonly unknown[],
      options: StartOptions = {},
    ): Promise<RunHandle<never>> => {
      const engine = this.#opened();
      const call = startCall(await this.#workflows.find(workflow, options.version), args, options);
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

  /**
   * The handle of a run, whether it exists or not.
   *
   * @throws HoldfastError INVALID_ID for what no run's id can be.
   * @example client.handle<Receipt>('order-42').result()
   */
  handle<Result = unknown>(id: string): RunHandle<Result> {
    return runHandle(checkRunId(id), this.#opened(), this.#codec);
  }

  /** The first of these runs to end, however it ended: see {@link Holdfast.waitFirst}. */
  async waitFirst<Result>(handles: readonly RunHandle<Result>[]): Promise<RunHandle<Result>> {
    return waitFirst(handles, this.#opened());
  }

  /** How each of these runs came out, in their order: see {@link Holdfast.waitAll}. */
  async waitAll<Result>(
    handles: readonly RunHandle<Result>[],
  ): Promise<readonly PromiseSettledResult<Result>[]> {
    return waitAll(handles, this.#opened(), this.#codec);
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
}
