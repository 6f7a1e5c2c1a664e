import type { Queue, Schedule } from '../define/index.js';
import type { RunStatus, Signal, Store, StoreListener } from '../store/index.js';
import { type Clock, waitUntil } from '../time/index.js';
import { Announcer } from './announcer.js';
import { boundLogger } from './bound-logger.js';
import { buryExecutor } from './burial.js';
import { cancelledTrees } from './cancelled-trees.js';
import { Claimer } from './claimer.js';
import { Committer } from './committer.js';
import { DEADLINES, deadlinesChore } from './deadlines-chore.js';
import type { EngineDeps } from './deps.js';
import type { EngineOptions } from './engine-options.js';
import { Executor } from './executor.js';
import { guardedTelemetry } from './guarded-telemetry.js';
import { HeldRunsChore } from './held-runs-chore.js';
import { KnownQueues } from './known-queues.js';
import { Membership } from './membership.js';
import { Offsets } from './offsets.js';
import { Onlooker } from './onlooker.js';
import { outcomeInTime } from './outcome-in-time.js';
import { Outcomes } from './outcomes.js';
import { Places } from './places.js';
import { Post } from './post.js';
import { RetentionChore } from './retention-chore.js';
import { resultTimedOut, shutDown } from './run-errors.js';
import { ScheduleChore } from './schedule-chore.js';
import { Schedules } from './schedules.js';
import { Starts } from './starts.js';
import { StoreClock } from './store-clock.js';
import { strandedChore } from './stranded-chore.js';
import { tallyChore } from './tally-chore.js';
import type { Telemetry } from './telemetry.js';
import { Turns } from './turns.js';
import { Upkeep } from './upkeep.js';
import { waitsChore } from './waits-chore.js';
import { Waker } from './waker.js';
import { Workflows } from './workflows.js';

/** As long as a timer can be: it is there, not to fire. */
const KEEP_ALIVE_MS = 2 ** 31 - 1;

/** How long signing off may take once the runs are dealt with: the store may be out of reach. */
const SIGN_OFF_MS = 5000;

/**
 * One executor and all that keeps it going, on one store. Several may live in one process.
 *
 * Life: `launch` takes out a lease and begins to claim; `shutdown` lets runs end or park, gives back the others and
 * signs off. Should it be declared dead while it lives (a machine that slept), it drops its runs and goes on under a
 * new id.
 */
export class Engine implements StoreListener {
  readonly schedules: Schedules;
  readonly #deps: EngineDeps;
  readonly #clock: StoreClock;
  readonly #workflows: Workflows;
  readonly #committer: Committer;
  readonly #announcer: Announcer;
  readonly #executor: Executor;
  readonly #claimer: Claimer;
  readonly #outcomes: Outcomes;
  readonly #membership: Membership;
  readonly #heldRuns: HeldRunsChore;
  readonly #upkeep: Upkeep;
  readonly #waker: Waker;
  /** Messages, events and streams. */
  readonly post: Post;
  /** What brings runs into being from outside of runs. */
  readonly starts: Starts;
  /** How far readers of logs have come. */
  readonly offsets: Offsets;
  /** What shows runs to those who look on from elsewhere. */
  readonly onlooker: Onlooker;
  readonly #isVisitor: boolean;
  readonly #defined: readonly Schedule[];
  readonly #queues: readonly Queue[];
  readonly #knownQueues: KnownQueues;
  readonly #halted = new AbortController();
  #isClosing = false;
  /** How many other executors there were when the lease was renewed last. */
  #peers = 0;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#clock = new StoreClock(deps.clock);
    const logger = boundLogger(deps.logger, () => this.executorId);
    const telemetry = deps.telemetry && guardedTelemetry(deps.telemetry, logger);
    this.#deps = { ...deps, clock: this.#clock, logger, telemetry };
    const queues = new KnownQueues(this.#deps, options.queues, options.queuesHere);
    this.#knownQueues = queues;
    this.#workflows = new Workflows(options.workflows, options.version, queues, this.#deps);
    this.#committer = new Committer(this.#deps);
    this.#announcer = new Announcer(this.#deps);
    this.#waker = new Waker(this.#deps, () => this.offerWork());
    const { concurrency, parkAfterMs } = options;
    const parts = {
      waker: this.#waker,
      turns: new Turns(),
      places: new Places(),
      workflows: this.#workflows,
      deadlineKnown: (atMs: number) => this.#upkeep.dueAt(DEADLINES, atMs),
    };
    this.#executor = new Executor(
      this.#deps,
      { ...parts, committer: this.#committer, announcer: this.#announcer },
      { concurrency, parkAfterMs, queues: options.serve },
    );
    this.#claimer = new Claimer(this.#executor);
    this.#outcomes = new Outcomes(this.#deps, (runId) => this.#executor.holds(runId));
    this.#executor.claimer = this.#claimer;
    this.#executor.outcomes = this.#outcomes;
    this.starts = new Starts(this.#deps, {
      workflows: this.#workflows,
      executor: this.#executor,
      isClosing: () => this.#isClosing,
      halted: this.#halted.signal,
    });
    this.offsets = new Offsets(this.#deps, {
      workflows: this.#workflows,
      executor: this.#executor,
      isClosing: () => this.#isClosing,
    });
    const [committer, announcer] = [this.#committer, this.#announcer];
    const waker = this.#waker;
    this.post = new Post(this.#deps, { committer, announcer, waker, offerWork: () => this.offerWork() });
    this.#executor.post = this.post;
    this.onlooker = new Onlooker(this.#deps, this.#outcomes, this.post);
    this.#heldRuns = new HeldRunsChore(deps.store, this.#executor);
    this.#upkeep = new Upkeep(this.#deps, [
      deadlinesChore(this.#deps, (runIds) => void this.#cancelled(runIds)),
      this.#heldRuns,
      tallyChore(deps.store),
      waitsChore(deps.store, waker),
      ...(options.retention.length > 0 ? [new RetentionChore(this.#deps, options.retention)] : []),
      new ScheduleChore({
        deps: this.#deps,
        cancel: (runIds) => this.cancelTrees(runIds),
        offerWork: () => this.offerWork(),
      }),
      strandedChore(this.#deps),
    ]);
    this.schedules = this.#makeSchedules(queues);
    this.#defined = options.schedules;
    this.#isVisitor = options.isVisitor ?? false;
    this.#queues = options.queues;
    this.#membership = this.#makeMembership(options);
  }

  /** How it stands, as far as this process knows without asking the store. */
  get standing(): { readonly holdsLease: boolean; readonly executors: number; readonly held: number } {
    const { isHeld: holdsLease } = this.#membership;
    return { holdsLease, executors: this.#peers + 1, held: this.#executor.size };
  }

  /** What watches the app, if anything does. It can do no harm. */
  get telemetry(): Telemetry | undefined {
    return this.#deps.telemetry;
  }

  get store(): Store {
    return this.#deps.store;
  }

  /** Whether a run executes here, or is about to. */
  executes(runId: string): boolean {
    return this.#executor.holds(runId);
  }

  get nowMs(): number {
    return this.#clock.now();
  }

  get clock(): Clock {
    return this.#clock;
  }

  get workflows(): Workflows {
    return this.#workflows;
  }

  get executorId(): string {
    return this.#executor.executorId;
  }

  /** Opens the store, takes out a lease and begins to claim; a visitor does but the first of these. */
  async launch(): Promise<void> {
    await this.#deps.store.open();
    try {
      if (this.#isVisitor) return await this.#membership.signOn();
      if (this.#queues.length > 0) await this.#deps.store.queues.define(this.#queues);
      await this.#membership.signOn();
      await this.schedules.apply(this.#defined);
    } catch (error) {
      await this.#membership.giveUp();
      await this.#deps.store.close();
      throw error;
    }
    // A process that only waits for work has work to do: without this, Node would end one whose store has no sockets.
    this.#keepAlive = setInterval(() => {}, KEEP_ALIVE_MS);
    this.#claimer.poke();
    this.#upkeep.start();
  }

  /**
   * Resolves with a run's final status. Never settles once the signal is aborted.
   *
   * @throws HoldfastError RUN_NOT_FOUND, SHUT_DOWN; TIMED_OUT if it had none in time.
   */
  async outcomeOf(
    runId: string,
    { timeoutMs, signal }: { readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<RunStatus> {
    if (this.#isClosing) throw shutDown();
    if (timeoutMs === undefined) return this.#outcomes.wait(runId, signal && { signal });
    const status = await outcomeInTime({
      clock: this.#clock,
      untilMs: this.#clock.now() + timeoutMs,
      wait: (over) => this.#outcomes.wait(runId, { signal: over }),
      look: () => this.#outcomes.recheck(),
    });
    if (status) return status;
    throw resultTimedOut(runId, timeoutMs);
  }

  /** Cancels runs that have not ended, wherever they are. Answers which. */
  async cancel(runIds: readonly string[]): Promise<readonly string[]> {
    const cancelled = await this.#deps.store.cancel(runIds);
    await this.#cancelled(cancelled);
    return cancelled;
  }

  /** The same with all that is below them, except what was detached. */
  async cancelTrees(runIds: readonly string[]): Promise<readonly string[]> {
    const all = new Set<string>();
    for await (const cancelled of cancelledTrees(runIds, this.#deps)) {
      await this.#cancelled(cancelled);
      for (const id of cancelled) all.add(id);
    }
    return [...all];
  }

  /** These runs were cancelled: whoever executes them stops, and whoever waits for them is told. */
  async #cancelled(runIds: readonly string[]): Promise<void> {
    if (runIds.length === 0) return;
    const dropped = this.#heldRuns.cancelled(runIds);
    this.#outcomes.heard(runIds);
    this.post.ended(runIds);
    this.#announcer.say({ kind: 'cancelled', runIds });
    this.#waker.soon();
    // Parents that are parked are due by now.
    this.offerWork();
    await dropped;
  }

  /** Does nothing if there is such a queue, or if none is named. @throws HoldfastError UNKNOWN_QUEUE. */
  checkQueue(name: string | null): Promise<void> {
    return this.#knownQueues.checkSurely(name);
  }

  /** These runs were deleted: whoever waits for them is told. */
  deleted(runIds: readonly string[]): void {
    if (runIds.length === 0) return;
    this.#outcomes.heard(runIds);
    this.post.ended(runIds);
    this.#announcer.say({ kind: 'finished', runIds });
    this.#waker.soon();
  }

  /** There is work for somebody: for this executor, and for others. */
  offerWork(): void {
    this.#claimer.poke();
    this.#announcer.say({ kind: 'work' });
  }

  /**
   * Lets runs end or park for so long, gives back what is left, and signs off. Where the store cannot be reached it
   * leaves without a word: the others find its lease lapsed.
   */
  async shutdown(drainMs: number): Promise<void> {
    this.#isClosing = true;
    const over = new AbortController();
    const until = (ms: number): Promise<void> => waitUntil(this.#clock, this.#clock.now() + ms, over.signal);
    const drained = Promise.all([this.#claimer.stop(), this.#upkeep.stop()])
      .then(() => this.#executor.drain(until(drainMs)))
      .then(() => this.#waker.idle());
    await Promise.race([drained, until(drainMs + SIGN_OFF_MS)]);
    this.#membership.halt();
    await Promise.race([this.#membership.signOff(), until(SIGN_OFF_MS)]);
    over.abort();
    this.#outcomes.fail(shutDown());
    this.post.fail(shutDown());
    this.halt();
    await this.#membership.leave();
    await this.#deps.store.close();
  }

  /** Stops dead, without a word to the store: for tests of what a killed process leaves. */
  halt(): void {
    this.#isClosing = true;
    this.#halted.abort();
    clearInterval(this.#keepAlive);
    this.#claimer.halt();
    this.#upkeep.halt();
    this.#waker.halt();
    this.#membership.halt();
    this.#outcomes.halt();
    this.post.halt();
    this.#announcer.halt();
    this.#committer.halt();
    this.#executor.halt();
  }

  signal(signal: Signal): void {
    switch (signal.kind) {
      case 'work':
        return this.#claimer.poke();
      case 'finished':
        this.post.ended(signal.runIds);
        return this.#outcomes.heard(signal.runIds);
      case 'cancelled':
        void this.#heldRuns.cancelled(signal.runIds);
        this.post.ended(signal.runIds);
        return this.#outcomes.heard(signal.runIds);
      case 'message':
        return this.post.messages.heard(signal.runIds);
      case 'event':
        return this.post.events.heard(signal.runIds);
      case 'stream':
        return this.post.streams.heard(signal.runIds);
      case 'peers':
        this.#announcer.hasAudience = true;
        return;
      case 'schedules':
        return this.#upkeep.soon('schedules');
      case 'news':
        return this.#waker.soon();
    }
  }

  peerLost(executorId: string): void {
    void buryExecutor(executorId, {
      deps: this.#deps,
      isClosing: () => this.#isClosing,
      offerWork: () => this.offerWork(),
    });
  }

  missedSignals(): void {
    this.#claimer.poke();
    this.#outcomes.heard();
    this.post.missed();
    if (this.#isVisitor) return;
    this.#membership.renewSoon();
    this.#heldRuns.doubt();
    this.#upkeep.soon(HeldRunsChore.NAME);
    this.#upkeep.soon(DEADLINES);
    this.#upkeep.soon('schedules');
  }

  #makeMembership({ leaseMs, serve, isVisitor = false }: EngineOptions): Membership {
    return new Membership(this.#deps, {
      executor: this.#executor,
      workflows: this.#workflows,
      announcer: this.#announcer,
      listener: this,
      leaseMs,
      serve,
      isVisitor,
      isClosing: () => this.#isClosing,
      renewed: ({ nowMs, peers, hasNews }, roundTripMs) => {
        this.#clock.set(nowMs, roundTripMs);
        this.#announcer.hasAudience = peers > 0;
        this.#peers = peers;
        // Whoever made it has died, perhaps, before it could bring it.
        if (hasNews) this.#waker.soon();
      },
      freed: () => this.offerWork(),
      hearing: (hears) => {
        for (const part of [this.#claimer, this.#outcomes, this.#heldRuns, this.post]) part.hears = hears;
      },
      begunAnew: () => this.#claimer.poke(),
    });
  }

  #makeSchedules(queues: KnownQueues): Schedules {
    return new Schedules({
      deps: this.#deps,
      workflows: this.#workflows,
      queues,
      committer: this.#committer,
      start: (run) => this.#executor.start(run),
      offerWork: () => this.offerWork(),
      schedulesChanged: () => {
        this.#upkeep.soon('schedules');
        this.#announcer.say({ kind: 'schedules' });
      },
    });
  }
}
