import { ambient, type RunScope, type WorkflowDefinition } from '../define/index.js';
import {
  type CallKind,
  Delivery,
  Derived,
  History,
  type JournalEntry,
  type Outcome,
  type Payload,
  type UndoPlan,
  undoPlan,
} from '../replay/index.js';
import type { EntryOutcome, OwnedRun, StepEntry, StoreEntry } from '../store/index.js';
import { waitUntil } from '../time/index.js';
import { Bodies } from './bodies.js';
import { BUSY, type CallActivity, type OpenCall, RECORDED, WAITS } from './call.js';
import type { RecordExtras } from './call-context.js';
import type { CallTaker, Perform } from './call-taker.js';
import { handOver } from './hand-over.js';
import { recordedInput } from './input.js';
import { Lifetime } from './lifetime.js';
import { type Parkable, Parking } from './parking.js';
import { RunCalls } from './run-calls.js';
import { beginUnwinding, endRun, pauseRun } from './run-end.js';
import type { Departure, RunHost } from './run-host.js';
import { watchCall, watchRun } from './seen-run.js';
import { settle, settleError } from './settle.js';
import { stepEntry } from './step-entry.js';
import { writeRefused } from './step-errors.js';
import type { RunWatch } from './telemetry.js';
import type { TurnTaker } from './turns.js';
import type { Undo } from './undo.js';
import { Unwinding, unwoundError } from './unwinding.js';

/** How long a workflow that unwinds may take to come to its recorded calls, once nothing more is handed to it. */
const REHEARSAL_MS = 5000;

const NO_EXTRAS: RecordExtras = {};

interface Result {
  readonly call: OpenCall;
  readonly outcome: Outcome;
  readonly atMs: number;
}

/**
 * One run in memory: the workflow function replaying against its journal and then going on.
 *
 * The function only ever waits for calls. A call's result is first sent to the store, and handed over in its turn
 * when it is there. When the function has nothing but long waits open, the run is parked and this object forgotten:
 * whoever wakes the run replays it.
 *
 * Whatever ends this object (the run's end, parking, loss) leaves the function's promises unsettled for ever, so no
 * code of the workflow runs any further here.
 */
export class RunExecution implements CallTaker, TurnTaker {
  readonly scope: RunScope = new RunCalls(this);
  readonly run: OwnedRun;
  readonly host: RunHost;
  readonly watch: RunWatch | undefined;
  readonly #definition: WorkflowDefinition;
  readonly #plan: UndoPlan;
  readonly #unwinding: Unwinding | undefined;
  history: History;
  #delivery: Delivery<Result>;
  readonly derived: Derived;
  readonly bodies = new Bodies();
  readonly #calls = new Map<number, OpenCall>();
  readonly #lifetime = new Lifetime();
  #hasEnded = false;
  /** Whether a result was handed over that is taken back if the run fails. */
  #hasUndos = false;
  #isPausing = false;
  #logicalNowMs: number;
  readonly #parking: Parking;

  constructor(run: OwnedRun, journal: readonly JournalEntry[], of: WorkflowDefinition, host: RunHost) {
    this.run = run;
    this.#definition = of;
    this.host = host;
    this.watch = watchRun(run, host.executorId, host.deps);
    this.#plan = undoPlan(journal);
    this.#unwinding = run.isUnwinding ? new Unwinding(this.#plan) : undefined;
    this.history = new History(run.id, this.#plan.calls);
    this.#delivery = new Delivery(this.history.ordinals);
    this.derived = new Derived(run.seed);
    this.#logicalNowMs = run.startedAtMs;
    this.#parking = new Parking(this.#parkable());
  }

  /** Whether it is over, or about to be parked or paused: its row is no longer what it was, by its own doing. */
  get isLeaving(): boolean {
    return this.#hasEnded || this.#parking.isUnderWay || this.#isPausing;
  }

  get lifetime(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Calls the workflow function. */
  begin(): void {
    const { codec } = this.host.deps;
    const body = async (): Promise<unknown> => {
      const args = await recordedInput(this.#definition, this.run.input, codec);
      return this.#definition.body(...(args as readonly never[]));
    };
    const what = `the result of workflow "${this.run.workflow}"`;
    const here = { scope: this.scope, step: undefined };
    (this.watch ? this.watch.within(() => ambient.run(here, body)) : ambient.run(here, body))
      .then(
        (value) => settle(codec, { ok: true, value }, what),
        (error: unknown) => settleError(codec, error),
      )
      .then((outcome) => this.#returned(outcome))
      .catch((error: unknown) => this.#broken(error));
    this.host.turns.ask(this);
  }

  /** What a workflow's call does: it takes the next place in the journal, and is performed unless that has its outcome. */
  call(kind: CallKind, name: string, perform: Perform, undo?: Undo): Promise<unknown> {
    if (this.#hasEnded || this.#unwinding?.isUndoing) return new Promise(() => {});
    return this.#take(kind, name, perform, undo);
  }

  #take(kind: CallKind, name: string, perform: Perform, undo?: Undo): Promise<unknown> {
    this.#parking.stir();
    try {
      const verdict = this.history.call(kind, name);
      return new Promise((resolve, reject) => {
        const nowMs = this.nowMs();
        // A run that waits is replayed when it is woken: its wait began when it was first called.
        const startedAtMs = WAITS.has(kind) ? Math.min(nowMs, Math.floor(this.#logicalNowMs)) : nowMs;
        const { seq } = verdict;
        const hasUndo = undo !== undefined;
        const isNoted = verdict.known === 'begun';
        const call: OpenCall = {
          seq,
          kind,
          name,
          startedAtMs,
          hasUndo,
          isNoted,
          resolve,
          reject,
          activity: BUSY,
        };
        this.#calls.set(seq, call);
        this.#unwinding?.found(seq, undo);
        if (verdict.known === 'outcome') {
          const { ordinal, outcome, completedAtMs } = verdict.entry;
          return this.ready(call, ordinal, outcome, completedAtMs);
        }
        // Whoever only replays to find its undos does nothing that is not in its journal.
        if (this.#isRehearsing) return;
        const begun = verdict.known === 'begun' ? verdict.entry : undefined;
        perform(call, begun).catch((error: unknown) => this.#broken(error));
      });
    } catch (error) {
      // Not thrown into the workflow, which might catch it: a run whose code lost its journal must not go on.
      if (this.#isRehearsing) this.#undo();
      else this.#finish(settleError(this.host.deps.codec, error));
      return new Promise(() => {});
    }
  }

  /** The time as the workflow sees it. */
  get logicalNowMs(): number {
    return this.#logicalNowMs;
  }

  // What the performers of calls use: see CallContext.

  async record(call: OpenCall, outcome: Outcome, extras: RecordExtras = NO_EXTRAS): Promise<void> {
    const written = await this.#write(call, outcome, extras);
    if (written.kind !== 'refused') return;
    const told = settleError(this.host.deps.codec, writeRefused(call.name, written.error));
    const again = await this.#write(call, told, extras);
    if (again.kind === 'refused') this.#broken(again.error);
  }

  recordWith(call: OpenCall, outcome: Outcome, make: (step: StepEntry) => StoreEntry): Promise<EntryOutcome> {
    return this.#write(call, outcome, NO_EXTRAS, make);
  }

  async note(
    call: OpenCall,
    attempt: number,
    error: Payload | null,
    retryAtMs: number | null,
  ): Promise<void> {
    const entry = { ...stepEntry(this.run, call, { attempt }), error, retryAtMs };
    call.isNoted = true;
    const written = await this.#submit(entry);
    if (written.kind === 'refused') this.#broken(written.error);
  }

  async noteJoined(call: OpenCall, childId: string): Promise<void> {
    const entry = stepEntry(this.run, call, { childId });
    call.isNoted = true;
    const written = await this.#submit(entry);
    if (written.kind === 'refused') this.#broken(written.error);
  }

  get pausesWhenExhausted(): boolean {
    // Not for undos: one that fails for good does not stop the others.
    return this.#definition.control.pausesWhenExhausted && !this.#unwinding;
  }

  async pause(call: OpenCall, attempt: number, failure: Payload, error: Payload): Promise<never> {
    if (this.#hasEnded || this.#isPausing) return new Promise(() => {});
    this.#isPausing = true;
    const entry = { ...stepEntry(this.run, call, { attempt }), error: failure, retryAtMs: this.nowMs() };
    const paused = await pauseRun(this.run, this.host, entry, error);
    if (paused.kind === 'refused') this.#broken(paused.error);
    if (paused.kind === 'lost') this.lose();
    if (paused.kind === 'written') this.#depart({ kind: 'paused' });
    return new Promise(() => {});
  }

  assignOrdinal(): number {
    return this.#delivery.assign();
  }

  giveUpOrdinal(ordinal: number): void {
    this.#delivery.giveUp(ordinal);
    this.host.turns.ask(this);
  }

  ready(call: OpenCall, ordinal: number, outcome: Outcome, atMs: number): void {
    call.activity = RECORDED;
    this.#delivery.ready(ordinal, { call, outcome, atMs });
    this.host.turns.ask(this);
  }

  async waitUntil(call: OpenCall, untilMs: number): Promise<void> {
    this.idle(call, { kind: 'waiting', untilMs });
    await waitUntil(this.host.deps.clock, untilMs, this.lifetime);
    if (this.#hasEnded) return new Promise(() => {});
    call.activity = BUSY;
  }

  idle(call: OpenCall, activity: CallActivity): void {
    call.activity = activity;
    this.host.turns.ask(this);
  }

  nowMs(): number {
    return Math.floor(this.host.deps.clock.now());
  }

  lose(): void {
    this.#depart({ kind: 'lost', bodies: this.bodies });
  }

  /** Ends this object because of a failure that no workflow can handle. */
  #broken(error: unknown): void {
    this.#depart({ kind: 'broken', error });
  }

  /** Hands over one result or, when there is none and nothing is under way, sees whether to leave memory. */
  turn(): void {
    if (this.#hasEnded || this.#isPausing) return;
    const result = this.#delivery.take();
    if (!result) return this.#isRehearsing ? this.#considerUndoing() : this.#considerParking();
    this.#parking.stir();
    this.#calls.delete(result.call.seq);
    this.#logicalNowMs = Math.max(this.#logicalNowMs, result.atMs);
    this.#hasUndos ||= result.outcome.ok && result.call.hasUndo;
    handOver(this.host.deps.codec, result.call, result.outcome);
    this.host.turns.ask(this);
  }

  /** Gives the run back to be taken up elsewhere; what is under way is abandoned. */
  async release(): Promise<void> {
    if (this.#hasEnded) return;
    const { id: runId, epoch } = this.run;
    this.#depart({ kind: 'released' });
    await this.host.committer.submit({ op: 'release', runId, epoch });
  }

  /** Forgets the run without a word to the store, as a killed process does. */
  abandon(): void {
    this.#hasEnded = true;
    this.#parking.stir();
    this.#lifetime.end();
  }

  /** The workflow function came to its end. */
  #returned(outcome: Outcome): void {
    if (this.#hasEnded || this.#unwinding?.isUndoing) return;
    if (this.#unwinding) return this.#undo();
    const lost = this.history.ended();
    if (lost && outcome.ok) return this.#finish(settleError(this.host.deps.codec, lost));
    // What is still under way may succeed, and get into the journal before the run is given back.
    const mayUndo = this.#hasUndos || [...this.#calls.values()].some(({ hasUndo }) => hasUndo);
    if (outcome.ok || !mayUndo) return this.#finish(outcome);
    this.#leaveWith(() => beginUnwinding(this, outcome.error));
  }

  #finish(outcome: Outcome): void {
    if (this.#hasEnded) return;
    this.#leaveWith(() => endRun(this, outcome.ok ? 'succeeded' : 'failed', outcome));
  }

  /** Ends this object with a last write. */
  #leaveWith(submit: () => Promise<void>): void {
    this.#hasEnded = true;
    this.#parking.stir();
    this.#lifetime.end();
    submit().catch((error: unknown) => this.host.departed(this.run, { kind: 'broken', error }));
  }

  /** Whether the workflow replays only to find the undos of its steps. */
  get #isRehearsing(): boolean {
    return this.#unwinding !== undefined && !this.#unwinding.isUndoing;
  }

  /** Nothing more is handed to the workflow: its undos are run, if it has come to all that is to be undone. */
  #considerUndoing(): void {
    if (this.#unwinding?.isComplete && this.#delivery.isEmpty) return this.#undo();
    this.#parking.linger(this.host.deps.clock.now() + REHEARSAL_MS, () => this.#undo());
  }

  /** Runs the undos, against their own part of the journal, and ends the run. */
  #undo(): void {
    const unwinding = this.#unwinding;
    if (this.#hasEnded || !unwinding || unwinding.isUndoing) return;
    unwinding.isUndoing = true;
    this.#parking.stir();
    this.#calls.clear();
    this.history = new History(this.run.id, this.#plan.undone, this.#plan.firstSeq);
    this.#delivery = new Delivery(this.history.ordinals, this.#plan.lastOrdinal);
    const state = this.run.isFailing ? 'failed' : 'cancelled';
    unwinding
      .undoAll(this, (name, perform) => this.#take('undo', name, perform))
      .then((failed) => {
        const error = unwoundError(this.run, failed, this.host.deps.codec);
        if (!this.#hasEnded) this.#leaveWith(() => endRun(this, state, { ok: false, error }));
      })
      .catch((error: unknown) => this.#broken(error));
    this.host.turns.ask(this);
  }

  /** Submits an entry. Never resolves once this object's time is over, as it is after `lost`. */
  async #submit(entry: StoreEntry): Promise<EntryOutcome> {
    if (this.#hasEnded) return new Promise(() => {});
    const written = await this.host.committer.submit(entry);
    return this.#isOver(written) ? new Promise(() => {}) : written;
  }

  /** Writes an outcome, and what else `make` puts beside it. Each step comes through here: the same in one. */
  async #write(
    call: OpenCall,
    outcome: Outcome,
    extras: RecordExtras,
    make?: (step: StepEntry) => StoreEntry,
  ): Promise<EntryOutcome> {
    const ordinal = this.#delivery.assign();
    const completedAtMs = this.nowMs();
    const step = stepEntry(this.run, call, extras, { ordinal, outcome, completedAtMs });
    if (this.#hasEnded) return new Promise(() => {});
    const written = await this.host.committer.submit(make ? make(step) : step);
    if (this.#isOver(written)) return new Promise(() => {});
    if (written.kind === 'written') {
      if (this.watch) watchCall(this.watch, call, outcome, this.host.deps);
      this.ready(call, ordinal, outcome, completedAtMs);
    } else this.giveUpOrdinal(ordinal);
    return written;
  }

  #isOver(written: EntryOutcome): boolean {
    if (written.kind === 'lost') this.lose();
    return this.#hasEnded;
  }

  #parkable(): Parkable {
    const { run, host } = this;
    return {
      run,
      host,
      nowMs: () => this.nowMs(),
      ask: () => host.turns.ask(this),
      parked: (wakeAtMs) => this.#depart({ kind: 'parked', wakeAtMs }),
      lose: () => this.lose(),
      broken: (error) => this.#broken(error),
    };
  }

  #considerParking(): void {
    if (!this.#parking.isUnderWay && this.#delivery.isEmpty) this.#parking.consider(this.#calls.values());
  }

  #depart(how: Departure): void {
    if (this.#hasEnded) return;
    this.abandon();
    this.host.departed(this.run, how);
  }
}
