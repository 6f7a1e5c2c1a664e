import type { Checkpoints, ChildCall, SqlAdapter, WorkflowDefinition } from '../define/index.js';
import type { JournalEntry } from '../replay/index.js';
import type { HeldRun, NewRun, OwnedRun, RunRecord, RunStatus, ServedWorkflow } from '../store/index.js';
import type { Announcer } from './announcer.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import type { Bodies } from './bodies.js';
import type { Claimer, ClaimerHost } from './claimer.js';
import type { Committer } from './committer.js';
import type { EngineDeps } from './deps.js';
import type { Outcomes } from './outcomes.js';
import { deadlineOf, ownedFrom } from './owned-from.js';
import type { Places } from './places.js';
import type { Post } from './post.js';
import { RunExecution } from './run-execution.js';
import type { CheckpointPlace, Departure, RunHost } from './run-host.js';
import { watchDeparture } from './seen-run.js';
import { seenStart } from './seen-start.js';
import { setAside } from './set-aside.js';
import type { StartAnswer } from './start-answer.js';
import type { Turns } from './turns.js';
import { WaitNotes } from './wait-notes.js';
import type { Waker } from './waker.js';
import type { StartRequest, Workflows } from './workflows.js';

/** The parts an executor works with. */
export interface ExecutorParts {
  readonly committer: Committer;
  readonly turns: Turns;
  readonly announcer: Announcer;
  readonly places: Places;
  readonly workflows: Workflows;
  readonly waker: Waker;
  /** A run here must have ended then. */
  readonly deadlineKnown: (atMs: number) => void;
}

/** How an executor behaves. */
export interface ExecutorLimits {
  readonly parkAfterMs: number;
  /** The most runs it holds in memory at a time. */
  readonly concurrency: number;
  /** The queues it takes runs from; null for all. */
  readonly queues: readonly string[] | null;
}

/** How a run leaves whose slot, by its own last write, is free by then. One that is to be undone is offered anyhow. */
const LEAVES_SLOT: ReadonlySet<Departure['kind']> = new Set(['finished', 'parked', 'paused', 'released']);

/** Holds the runs that are this process's own: begins them, and deals with how they leave. */
export class Executor implements RunHost, ClaimerHost {
  readonly deps: EngineDeps;
  readonly committer: Committer;
  readonly turns: Turns;
  readonly waitNotes: WaitNotes;
  readonly parkAfterMs: number;
  readonly #parts: ExecutorParts;
  readonly #concurrency: number;
  readonly queues: readonly string[] | null;
  readonly #runs = new Map<string, RunExecution>();
  /** Runs whose start is on its way to the store in this executor's name. */
  readonly #starting = new Set<string>();
  /** Runs whose journal is being read. */
  readonly #adopting = new Set<string>();
  #emptied: (() => void)[] = [];
  #adoptingStrays: Promise<void> | undefined;
  #isHalted = false;
  executorId = '';
  isDraining = false;
  claimer!: Claimer;
  outcomes!: Outcomes;
  post!: Post;

  constructor(deps: EngineDeps, parts: ExecutorParts, limits: ExecutorLimits) {
    this.deps = deps;
    this.#parts = parts;
    this.committer = parts.committer;
    this.turns = parts.turns;
    this.waitNotes = new WaitNotes(deps);
    this.parkAfterMs = limits.parkAfterMs;
    this.#concurrency = limits.concurrency;
    this.queues = limits.queues;
  }

  get serves(): readonly ServedWorkflow[] {
    return this.#parts.workflows.served;
  }

  get capacity(): number {
    return this.isDraining ? 0 : Math.max(0, this.#concurrency - this.#runs.size - this.#starting.size);
  }

  /** How many runs are in this process's memory. */
  get size(): number {
    return this.#runs.size;
  }

  /** Whether a run is in this process's memory, or about to be. */
  holds(runId: string): boolean {
    return this.#runs.has(runId) || this.#starting.has(runId);
  }

  /** Records a run and, if this executor has its workflow and room, begins it. `isOfMany`: see {@link Committer.submit}. */
  start(run: Omit<NewRun, 'executorId' | 'startedAtMs'>, isOfMany = false): Promise<StartAnswer> {
    const record = (seen: typeof run): Promise<StartAnswer> => this.#start(seen, isOfMany);
    return seenStart(this.deps, run, record, ({ kind }) => kind !== 'new');
  }

  async #start(run: Omit<NewRun, 'executorId' | 'startedAtMs'>, isOfMany: boolean): Promise<StartAnswer> {
    const definition = this.#parts.workflows.find(run.workflow, run.version);
    const isOurs =
      definition !== undefined &&
      run.queue === null &&
      run.delayMs === 0 &&
      this.capacity > 0 &&
      !this.holds(run.id);
    const startedAtMs = isOurs ? Math.floor(this.deps.clock.now()) : null;
    const deadlineMs = deadlineOf(run, startedAtMs);
    const recorded: NewRun = { ...run, executorId: isOurs ? this.executorId : null, startedAtMs, deadlineMs };
    if (isOurs) this.#starting.add(run.id);
    try {
      const outcome = await this.committer.submit({ op: 'start', run: recorded }, isOfMany);
      if (outcome.kind === 'refused') throw outcome.error;
      if (outcome.kind === 'duplicate') return outcome;
      if (outcome.kind !== 'written') return { kind: 'exists' };
      if (deadlineMs !== null) this.#parts.deadlineKnown(deadlineMs);
      if (!isOurs) this.offer(run.delayMs);
      // Recorded during a shutdown, it is given back with the executor's lease.
      else if (!this.isDraining) this.#begin(ownedFrom(recorded), [], definition);
      return { kind: 'new' };
    } finally {
      this.#starting.delete(run.id);
      this.claimer.roomMade();
      // If it was not begun here, whoever waits for it must look elsewhere.
      this.outcomes.heard([run.id]);
    }
  }

  async startChild(call: ChildCall & { readonly id: string }, parentId: string): Promise<StartAnswer> {
    return this.start(await this.newRun({ ...call, parentId }));
  }

  newRun(request: StartRequest): Promise<Omit<NewRun, 'executorId' | 'startedAtMs'>> {
    return this.#parts.workflows.newRun(request);
  }

  async find(runId: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.deps.store.run(runId);
      } catch (error) {
        this.deps.logger.warn({ error, runId }, 'a run could not be looked up; it is tried again');
        await pause(STORE_BACKOFF, tries, this.deps, signal);
        if (signal.aborted) return new Promise(() => {});
      }
    }
  }

  async outcomeOf(runId: string, signal: AbortSignal, pending: () => void): Promise<RunStatus> {
    try {
      return await this.outcomes.wait(runId, { signal, pending });
    } catch (error) {
      if (signal.aborted) return new Promise(() => {});
      throw error;
    }
  }

  recheckOutcomes(): Promise<void> {
    return this.outcomes.recheck();
  }

  placeOf(adapter: SqlAdapter<unknown>, checkpoints: Checkpoints): Promise<CheckpointPlace> {
    return this.#parts.places.of(adapter, checkpoints, this.deps.store.location);
  }

  /** Takes runs that a claim gave to this executor: those that were never in hands before have no journal. */
  adopt(runs: readonly OwnedRun[]): Promise<void> {
    return this.#adopt(runs, ({ epoch }) => epoch > 1);
  }

  announceWork(): void {
    this.#parts.announcer.say({ kind: 'work' });
  }

  async #adopt(runs: readonly OwnedRun[], hasJournal: (run: OwnedRun) => boolean): Promise<void> {
    const fresh = runs.filter((run) => this.#isFresh(run));
    for (const { id } of fresh) this.#adopting.add(id);
    if (!this.isDraining && !this.#isHalted) {
      const first = fresh.filter((run) => !hasJournal(run));
      await Promise.all(first.map((run) => this.#goOn(run, [])));
    }
    await this.#goOnWith(fresh.filter(hasJournal));
    for (const { id } of fresh) this.#adopting.delete(id);
  }

  /** A claim and a look for strays may both give a run: it executes here once. */
  #isFresh(run: OwnedRun): boolean {
    if (this.#adopting.has(run.id)) return false;
    const held = this.#runs.get(run.id);
    if (held && held.run.epoch >= run.epoch) return false;
    // Cancelled and resumed, perhaps, and no word of it came: what is held is not the run any more.
    held?.lose();
    return true;
  }

  async #goOnWith(runs: readonly OwnedRun[]): Promise<void> {
    const ids = runs.map(({ id }) => id);
    for (let tries = 0; ids.length > 0 && !this.#isHalted; tries++) {
      try {
        const journals = await this.deps.store.load(ids);
        if (this.#isHalted || this.isDraining) return;
        await Promise.all(runs.map((run) => this.#goOn(run, journals.get(run.id) ?? [])));
        return;
      } catch (error) {
        this.deps.logger.warn({ error, runs: ids.length }, 'journals could not be read; it is tried again');
        await pause(STORE_BACKOFF, tries, this.deps);
      }
    }
  }

  /** Executes a run, or ends it if too many executors died with it. */
  async #goOn(run: OwnedRun, journal: readonly JournalEntry[]): Promise<void> {
    const definition = this.#parts.workflows.find(run.workflow, run.version);
    if (!definition) return;
    const { id: runId, workflow, takeovers } = run;
    if (takeovers > 0)
      this.deps.logger.info({ runId, workflow, takeovers }, 'a run goes on that an executor died with');
    if (run.takeovers > definition.control.maxTakeovers) return setAside(run, journal, this);
    this.#begin(run, journal, definition);
  }

  /** Finds runs in this executor's name that it does not hold: their claim was committed, but its answer was lost. */
  adoptStrays(): Promise<void> {
    this.#adoptingStrays ??= this.#adoptStrays().finally(() => {
      this.#adoptingStrays = undefined;
    });
    return this.#adoptingStrays;
  }

  departed(run: OwnedRun, how: Departure): void {
    const { id } = run;
    const held = this.#runs.get(id);
    if (held?.run === run) this.#runs.delete(id);
    if (held?.watch && held.run === run) watchDeparture(held.watch, how, this.deps);
    if (this.#isHalted) return;
    this.#afterDeparture(run, how);
    if (LEAVES_SLOT.has(how.kind)) this.#slotLeft(run);
    if (this.#runs.size === 0) for (const resolve of this.#emptied.splice(0)) resolve();
    this.claimer.roomMade();
  }

  /** The runs that are executing here and not about to leave. */
  get held(): readonly HeldRun[] {
    return [...this.#runs.values()].filter(({ isLeaving }) => !isLeaving).map(({ run }) => run);
  }

  /** These runs are not this executor's own any more. One that left here meanwhile, or came back, is let alone. */
  dropHeld(lost: readonly HeldRun[]): void {
    for (const { id, epoch } of lost) {
      const held = this.#runs.get(id);
      if (held?.run.epoch === epoch && !held.isLeaving) held.lose();
    }
  }

  /** This executor lost its lease: none of what it holds is its own any more. */
  dropAll(): void {
    for (const run of [...this.#runs.values()]) run.lose();
  }

  /** Lets runs end or park, and gives back those that have not by then. */
  async drain(deadline: Promise<void>): Promise<void> {
    this.isDraining = true;
    for (const run of this.#runs.values()) this.turns.ask(run);
    if (this.#runs.size > 0) {
      await Promise.race([new Promise<void>((resolve) => this.#emptied.push(resolve)), deadline]);
    }
    await Promise.all([...this.#runs.values()].map((run) => run.release()));
    await this.committer.drained();
  }

  /** Forgets everything at once, as a killed process does. */
  halt(): void {
    this.#isHalted = true;
    for (const run of this.#runs.values()) run.abandon();
    this.#runs.clear();
  }

  #begin(run: OwnedRun, journal: readonly JournalEntry[], definition: WorkflowDefinition): void {
    if (run.deadlineMs !== null) this.#parts.deadlineKnown(run.deadlineMs);
    const execution = new RunExecution(run, journal, definition, this);
    this.#runs.set(run.id, execution);
    execution.begin();
  }

  /** A run waits in the store for somebody: for this process too. */
  offer(delayMs: number): void {
    if (delayMs > 0) return this.claimer.dueAt(this.deps.clock.now() + delayMs);
    this.claimer.poke();
    this.#parts.announcer.say({ kind: 'work' });
  }

  /** A run of a queue is out of hands here: its slot is free, unless it keeps it while it is parked. */
  #slotLeft({ queue, isSlotScarce }: OwnedRun): void {
    if (queue !== null && (isSlotScarce || this.claimer.isHeldBack)) this.claimer.slotLeft();
  }

  /** A run of a queue was lost. If it was cancelled, it has its slot until no code of it runs any more. */
  async #vacate(run: OwnedRun, bodies: Bodies): Promise<void> {
    if (run.queue === null) return;
    const { id: runId, epoch } = run;
    try {
      await bodies.settled();
      if (this.#isHalted) return;
      await this.committer.submit({ op: 'vacate', runId, epoch });
      // Its slot is free, and it may be due itself: to be undone, or as it was resumed.
      this.offer(0);
    } catch (error) {
      this.deps.logger.warn({ error, runId }, 'the slot of a cancelled run could not be freed');
    }
  }

  #afterDeparture(run: OwnedRun, how: Departure): void {
    const { id, parentId, workflow } = run;
    const { logger, clock } = this.deps;
    switch (how.kind) {
      case 'finished':
        this.outcomes.settle(how.status);
        this.post.ended([id]);
        if (how.isAwaited) this.#parts.waker.soon();
        this.#parts.announcer.say({ kind: 'finished', runIds: [id] });
        // A parent that is parked is due by now.
        return parentId === null || this.#runs.has(parentId) ? undefined : this.offer(0);
      case 'paused':
        return this.outcomes.heard([id]);
      case 'parked':
        this.outcomes.heard([id]);
        return how.wakeAtMs === null ? undefined : this.claimer.dueAt(Math.max(how.wakeAtMs, clock.now()));
      case 'released':
        this.outcomes.heard([id]);
        return this.#parts.announcer.say({ kind: 'work' });
      case 'unwinding':
        this.outcomes.heard([id]);
        return this.offer(0);
      case 'lost':
        logger.info({ runId: id, workflow }, 'a run is no longer this executor’s');
        this.outcomes.heard([id]);
        // It may be lost to nobody: a commit of ours whose answer was lost can be what stood in our way.
        void this.#vacate(run, how.bodies);
        return void this.adoptStrays();
      case 'broken':
        logger.error(
          { runId: id, workflow, error: how.error },
          'a run cannot go on here; it is taken up again',
        );
        return void this.#takeUpAgain();
    }
  }

  async #takeUpAgain(): Promise<void> {
    await pause({ firstMs: 1000, maxMs: 1000 }, 0, this.deps);
    await this.adoptStrays();
  }

  async #adoptStrays(): Promise<void> {
    for (let tries = 0; !this.#isHalted && !this.isDraining; tries++) {
      try {
        const owned = await this.deps.store.owned(this.executorId);
        const strays = owned.filter(({ id }) => !this.holds(id));
        if (strays.length > 0) await this.#adopt(strays, () => true);
        return;
      } catch (error) {
        this.deps.logger.warn({ error }, 'runs in this executor’s name could not be read; it is tried again');
        await pause(STORE_BACKOFF, tries, this.deps);
      }
    }
  }
}
