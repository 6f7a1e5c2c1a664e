import { randomUUID } from 'node:crypto';
import { type Codec, createCodec } from '../codec/index.js';
import {
  type Channel,
  checkName,
  checkRunId,
  defaultRegistry,
  type Event,
  type LaunchedApp,
  queueName,
  type Registry,
  type Schedule,
  type Stream,
  type Workflow,
  type WorkflowDefinition,
} from '../define/index.js';
import { Engine, notLaunched, shutDown, silentLogger, unknownWorkflow } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import { type Duration, durationMs, systemClock } from '../time/index.js';
import { classRegistry } from './classes.js';
import { type DebounceOptions, debounceCall } from './debounce.js';
import { definitionIn, definitionsIn } from './definitions.js';
import { ENGINE, type HasEngine } from './engine-of.js';
import { type Executors, executorsOf } from './executors.js';
import { type RunHandle, resultOf, runHandle } from './handle.js';
import { type Health, type HealthOptions, healthOf, type Patient } from './health.js';
import { type AppChannel, type AppEvent, AppMail, type AppStream } from './mail.js';
import { type Offsets, offsetsOf } from './offsets.js';
import type { HoldfastOptions, StartOptions } from './options.js';
import { type Queues, queuesOf } from './queues.js';
import { randomFraction } from './random.js';
import { pruneCriteria } from './retention.js';
import { runIds } from './run-ids.js';
import { type Runs, runsOf } from './runs.js';
import { type Schedules, schedulesOf } from './schedules.js';
import { isCalledByRunOf, scopeOn } from './scope.js';
import { seenApp } from './seen-app.js';
import { startCall } from './start-call.js';
import { type ManyStartOptions, startCalls } from './start-many.js';
import { waitAll, waitFirst } from './waits.js';
import { startWithin } from './within.js';

/** What can start runs: an app, or an app within a transaction. */
export interface Starter {
  /**
   * Starts a run and gives its handle as soon as it is recorded. The same id twice gives the same run.
   *
   * @throws HoldfastError UNKNOWN_WORKFLOW, UNKNOWN_QUEUE, INVALID_ID, INVALID_NAME, INVALID_INPUT, INVALID_OPTION,
   * INVALID_DURATION, UNRECORDABLE_VALUE, RUN_ID_CONFLICT, DUPLICATE_RUN, SHUT_DOWN; all before anything is written.
   */
  start<Args extends readonly unknown[], Result>(
    workflow: Workflow<Args, Result>,
    args: Args,
    options?: StartOptions,
  ): Promise<RunHandle<Result>>;
}

/**
 * An app: workflows on a store. Several may live in one process.
 *
 * @example
 * const app = new Holdfast({ store: postgres(process.env.DATABASE_URL), workflows: [checkout] });
 * await app.launch();
 * const handle = await app.start(checkout, [order], { id: 'order-42' });
 * await handle.result();
 * await app.shutdown();
 */
export class Holdfast implements Starter, LaunchedApp, HasEngine {
  /** Looking at runs, and operating on them. */
  readonly runs: Runs;
  /** Looking at queues, and changing their limits. */
  readonly queues: Queues;
  /** Looking at the processes that execute runs. */
  readonly executors: Executors;
  /** Schedules: made, changed, paused, and started by hand. */
  readonly schedules: Schedules;
  /** How far readers of logs have come: for transports that read what others keep in order. */
  readonly offsets: Offsets;
  /** @internal */
  readonly [ENGINE] = (): unknown => this.#launched();
  readonly #mail: AppMail;
  readonly #registry: Registry;
  readonly #engine: Engine;
  readonly #codec: Codec;
  readonly #definitions: readonly WorkflowDefinition[];
  #state: 'new' | 'launching' | 'launched' | 'shut down' = 'new';
  #stopServing: (() => void)[] = [];
  #launching: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws HoldfastError DUPLICATE_WORKFLOW, UNKNOWN_WORKFLOW, INVALID_NAME, INVALID_OPTION, INVALID_DURATION. */
  constructor(options: HoldfastOptions) {
    const {
      store,
      registry = defaultRegistry(),
      version = '1',
      concurrency = 1000,
      logger = silentLogger,
    } = options;
    if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
      throw new HoldfastError(
        'INVALID_OPTION',
        `concurrency is ${concurrency}; it must be a whole number from 1.`,
      );
    }
    const leaseMs = durationMs(options.lease ?? '10s', 'lease of the app');
    if (leaseMs === 0) throw new HoldfastError('INVALID_OPTION', 'lease of the app is 0; it must be longer.');
    const serve = options.serve?.map((one) => queueName(one, 'queue that the app serves')) ?? null;
    this.#registry = registry;
    this.#definitions = options.workflows?.flatMap(definitionsIn) ?? registry.workflows();
    this.#codec = createCodec(classRegistry(options.classes ?? []));
    const clock = options.clock ?? systemClock;
    this.#engine = new Engine(
      {
        ...{ store, codec: this.#codec, clock, logger, telemetry: options.telemetry },
        ...{ newId: randomUUID, newRunId: runIds(clock), random: randomFraction },
      },
      {
        workflows: this.#definitions,
        schedules: this.#schedulesIn(options),
        retention: pruneCriteria(options.retention ?? []),
        version: checkName(version, 'version of the app'),
        leaseMs,
        parkAfterMs: durationMs(options.parkAfter ?? '1s', 'parkAfter of the app'),
        concurrency,
        serve,
        queues: options.queues ?? registry.queues(),
        queuesHere: registry.queues(),
      },
    );
    this.executors = executorsOf(() => this.#launched().store);
    this.queues = queuesOf(() => this.#launched());
    this.runs = runsOf(() => this.#launched(), this.#codec);
    this.schedules = schedulesOf(() => this.#launched(), this.#codec, {
      known: (workflow) =>
        typeof workflow === 'string' ? this.#engine.workflows.named(workflow) : this.#served(workflow),
      asked: (known) => Promise.resolve(known),
    });
    this.offsets = offsetsOf(
      () => this.#launched(),
      registry,
      (workflow) => this.#served(workflow),
    );
    this.#mail = new AppMail(() => this.#launched());
  }

  /** This process among the executors of the store; a new one after its lease was lost. Empty before the launch. */
  get executorId(): string {
    return this.#engine.executorId;
  }

  /**
   * Opens the store and begins to run what is due, what others left behind included.
   *
   * @throws HoldfastError STORE_UNAVAILABLE, STORE_REFUSED, STORE_TOO_OLD, STORE_NEWER, UNKNOWN_QUEUE (of a schedule),
   * ALREADY_LAUNCHED, SHUT_DOWN.
   */
  async launch(): Promise<void> {
    if (this.#state === 'shut down') throw shutDown();
    if (this.#state !== 'new') {
      throw new HoldfastError('ALREADY_LAUNCHED', 'This app is launched already; one launch() is enough.');
    }
    this.#state = 'launching';
    this.#launching = this.#engine.launch();
    try {
      await this.#launching;
    } catch (error) {
      if (this.#isLaunching()) this.#state = 'new';
      throw error;
    }
    if (!this.#isLaunching()) throw shutDown();
    this.#state = 'launched';
    this.#stopServing = this.#definitions.map((definition) => this.#registry.serve(definition, this));
    this.#stopServing.push(this.#registry.addMail(this.#engine.post));
    const unseen = this.#engine.telemetry?.launched(seenApp(this.#engine));
    if (unseen) this.#stopServing.push(unseen);
  }

  /**
   * Whether this app can do its work now: it is launched and not being shut down, holds its lease, and its store answers.
   * For readiness probes. Never rejects for what it finds.
   *
   * @throws HoldfastError INVALID_DURATION.
   * @example const { isReady, problems } = await app.health({ timeout: '1s' });
   */
  health(options: HealthOptions = {}): Promise<Health> {
    const engine = this.#engine;
    const patient: Patient = {
      state: this.#state,
      executorId: engine.executorId,
      get holdsLease() {
        return engine.standing.holdsLease;
      },
      ask: () => engine.store.statuses(['holdfast health']),
      after: (ms, then) => engine.clock.at(engine.clock.now() + ms, then),
    };
    return healthOf(patient, options);
  }

  async start<Args extends readonly unknown[], Result>(
    workflow: Workflow<Args, Result>,
    args: Args,
    options: StartOptions = {},
  ): Promise<RunHandle<Result>> {
    const engine = this.#launched();
    const call = startCall(this.#served(workflow), args, options);
    const scope = scopeOn(engine.store);
    if (scope) return runHandle(await scope.start(call), engine, this.#codec);
    return runHandle(await engine.starts.start({ ...call, parentId: null }), engine, this.#codec);
  }

  /**
   * Starts many runs of a workflow in one round trip, in their order, and gives their handles. One that is not valid is
   * refused before anything is written. Inside a run each is a start of its own.
   *
   * @throws HoldfastError as {@link Starter.start} does. If an id belongs to a run of another workflow, RUN_ID_CONFLICT is
   * thrown after the others were started; started again, they are the same runs.
   * @example await app.startMany(sendMail, letters.map((letter) => [letter]), { queue: mail });
   */
  async startMany<Args extends readonly unknown[], Result>(
    workflow: Workflow<Args, Result>,
    items: readonly Args[],
    options: ManyStartOptions<Args> = {},
  ): Promise<RunHandle<Result>[]> {
    const engine = this.#launched();
    const calls = startCalls(this.#served(workflow), items, options);
    const scope = scopeOn(engine.store);
    const ids = scope
      ? await scope.startMany(calls)
      : await engine.starts.startMany(calls.map((call) => ({ ...call, parentId: null })));
    return ids.map((id) => runHandle(id, engine, this.#codec));
  }

  /**
   * Has one run wait for calls to cease: it begins when none has come for `wait`, with the arguments of the last one.
   * Once it has begun, or was cancelled, the next call makes another run. Keys are a workflow's own. Gives the handle of the
   * run that waits; inside a run the call is recorded, exactly once.
   *
   * @throws HoldfastError as {@link Starter.start} does, all before anything is written.
   * @example await app.debounce(reindex, 'shop-7', [shop], { wait: '5s', max: '1m' });
   */
  async debounce<Args extends readonly unknown[], Result>(
    workflow: Workflow<Args, Result>,
    key: string,
    args: Args,
    options: DebounceOptions,
  ): Promise<RunHandle<Result>> {
    const engine = this.#launched();
    const call = debounceCall(this.#served(workflow), key, args, options);
    const scope = scopeOn(engine.store);
    return runHandle(await (scope ?? engine.starts).debounce(call), engine, this.#codec);
  }

  /** Starts runs inside a transaction of yours: they exist exactly if it commits. */
  within(tx: unknown): Starter {
    return {
      start: async (workflow, args, options = {}) => {
        const engine = this.#launched();
        const request = { ...startCall(this.#served(workflow), args, options), parentId: null };
        return runHandle(await startWithin(tx, engine, this.#registry, request), engine, this.#codec);
      },
    };
  }

  /** Sends messages through this app. @example await app.channel(approval).send('order-42', { by: 'Kim' }); */
  channel<Sent>(channel: Channel<unknown, Sent>): AppChannel<Sent> {
    return this.#mail.channel(channel);
  }

  /** Gets and sets events of runs through this app. @example await app.event(progress).get('order-42'); */
  event<Value, Given>(event: Event<Value, Given>): AppEvent<Value, Given> {
    return this.#mail.event(event);
  }

  /** Reads and writes streams of runs through this app. */
  stream<Value, Written>(stream: Stream<Value, Written>): AppStream<Value, Written> {
    return this.#mail.stream(stream);
  }

  /** The handle of a run, whether it exists or not. @throws HoldfastError INVALID_ID for what no run's id can be. */
  handle<Result = unknown>(id: string): RunHandle<Result> {
    return runHandle(checkRunId(id), this.#launched(), this.#codec);
  }

  /**
   * Waits until one of these runs has ended, however it ended, and gives its handle. Inside a run it is recorded.
   *
   * @throws HoldfastError INVALID_OPTION for an empty list, RUN_NOT_FOUND, SHUT_DOWN.
   */
  async waitFirst<Result>(handles: readonly RunHandle<Result>[]): Promise<RunHandle<Result>> {
    return waitFirst(handles, this.#launched());
  }

  /**
   * Waits until all of these runs have ended, and tells how each came out, in their order. Of an empty list, nothing is
   * told at once. Inside a run it is recorded.
   *
   * @throws HoldfastError RUN_NOT_FOUND, SHUT_DOWN.
   */
  async waitAll<Result>(
    handles: readonly RunHandle<Result>[],
  ): Promise<readonly PromiseSettledResult<Result>[]> {
    return waitAll(handles, this.#launched(), this.#codec);
  }

  /** Runs a workflow durably and gives its result: what calling the workflow does. */
  async call(workflow: WorkflowDefinition, args: readonly unknown[]): Promise<unknown> {
    const engine = this.#launched();
    const id = await engine.starts.start({ workflow, args, parentId: null });
    return resultOf(await engine.outcomeOf(id), this.#codec);
  }

  /**
   * Drains: lets runs end or park, for `drain` at most (default `'10s'`), gives back those that have not, and signs
   * off. Calling it twice does it once.
   */
  shutdown({ drain = '10s' }: { readonly drain?: Duration } = {}): Promise<void> {
    const drainMs = durationMs(drain, 'drain of shutdown');
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    this.#state = 'shut down';
    for (const stop of this.#stopServing.splice(0)) stop();
    const isUp = await this.#launching?.then(
      () => true,
      () => false,
    );
    if (isUp) await this.#engine.shutdown(drainMs);
  }

  /** Whether the launch still counts: a shutdown may have come in between. */
  #isLaunching(): boolean {
    return this.#state === 'launching';
  }

  /** The engine, if it is up. For the runs that it executes it is: they are taken up during the launch, and go on in a shutdown. */
  #launched(): Engine {
    if (this.#state === 'launched' || isCalledByRunOf(this.#engine)) return this.#engine;
    throw this.#state === 'shut down' ? shutDown() : notLaunched();
  }

  /** The app's own definition of a workflow. @throws HoldfastError UNKNOWN_WORKFLOW */
  #served(workflow: Workflow<never, unknown>): WorkflowDefinition {
    const definition = definitionIn(workflow);
    const served = this.#engine.workflows.named(definition.name);
    return served === definition ? definition : served;
  }

  /** The schedules that this app defines. @throws HoldfastError UNKNOWN_WORKFLOW */
  #schedulesIn({ schedules }: HoldfastOptions): readonly Schedule[] {
    const has = ({ workflow }: Schedule): boolean => this.#definitions.includes(workflow);
    if (!schedules) return this.#registry.schedules().filter(has);
    const other = schedules.find((schedule) => !has(schedule));
    if (other)
      throw unknownWorkflow(
        other.workflow.name,
        this.#definitions.map(({ name }) => name),
      );
    return schedules;
  }

  /** @internal For tests: what a killed process leaves. */
  halt(): void {
    for (const stop of this.#stopServing.splice(0)) stop();
    this.#state = 'shut down';
    this.#closing = Promise.resolve();
    this.#engine.halt();
  }
}
