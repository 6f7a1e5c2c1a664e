import { HoldfastError } from '../errors/index.js';
import type { JournalEntry } from '../replay/index.js';
import type {
  Attendance,
  Claim,
  ClaimRequest,
  EntryOutcome,
  ExecutorInfo,
  ExecutorStore,
  OwnedRun,
  PendingStore,
  QueueStore,
  Renewal,
  RetentionStore,
  RunRecord,
  RunStatus,
  Signal,
  StepRecord,
  StepsPage,
  Store,
  StoreEntry,
  StoreListener,
} from '../store/index.js';
import { type Clock, systemClock } from '../time/index.js';
import { Audience } from './audience.js';
import { claimDue } from './claims.js';
import { MemoryControl } from './control.js';
import { Leases } from './leases.js';
import { memoryLooking } from './looking.js';
import { MailTables, memoryMail } from './mail.js';
import { type OffsetTables, offsetStore } from './offsets.js';
import { cancelRun, resumeRun } from './operations.js';
import { pendingStore } from './pending-store.js';
import { queueStore } from './queue-store.js';
import { Queues } from './queues.js';
import { journalEntry, ownedRun, runRecord, runStatus, stepsPage } from './records.js';
import { memoryRepair } from './repair.js';
import { pruneRuns } from './retention.js';
import { Schedules, scheduleStore } from './schedules.js';
import { Tables } from './tables.js';
import { memoryVersions } from './versions.js';
import { waitStore } from './waits.js';
import { type Moment, writeBatch } from './writes.js';

/** In whose name those listen who execute nothing. */
const NOBODY = '';

/** What an executor gets that was declared dead. */
const NOTHING: Claim = Object.freeze({ runs: Object.freeze([]), nextDueInMs: null, isHeldBack: false });

/** What a test does to commits. */
export interface MemoryFaults {
  /** A throw means that nothing is written, and is what the caller gets. */
  beforeCommit?(entries: readonly StoreEntry[]): void | Promise<void>;
  /** A throw means that everything is written and the acknowledgement lost: it is what the caller gets. */
  afterCommit?(entries: readonly StoreEntry[]): void | Promise<void>;
}

/** Options of one handle on a memory store. */
export interface MemoryHandleOptions {
  readonly faults?: MemoryFaults;
}

/** Options of a memory store. */
export interface MemoryStoreOptions extends MemoryHandleOptions {
  /** What leases lapse and runs fall due by. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** A store that lives in this process and is gone with it: for tests and trials. */
export interface MemoryStore extends Store {
  /** A second handle on the same data, as another process would have it: opened, closed and faulted apart. */
  another(options?: MemoryHandleOptions): MemoryStore;
}

/**
 * A store in this process's memory, for tests and trials. Several apps may share one: its data lives as long as the
 * object, whoever opens and closes it.
 *
 * @example const app = new Holdfast({ store: memoryStore(), workflows: [checkout] });
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new MemoryHandle(new MemoryData(options.clock ?? systemClock), options.faults ?? {});
}

/** What all handles on one memory store share. */
class MemoryData {
  readonly tables = new Tables();
  readonly mail = new MailTables();
  readonly offsets: OffsetTables = new Map();
  readonly queues = new Queues(this.tables);
  readonly leases = new Leases(this.tables);
  readonly schedules = new Schedules(this.tables);
  readonly audience = new Audience((executorId) => this.leases.has(executorId));
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return Math.floor(this.#clock.now());
  }

  moment(nowMs: number): Moment {
    return { tables: this.tables, mail: this.mail, nowMs, isDead: (id) => this.leases.isDead(id) };
  }
}

class MemoryHandle implements MemoryStore {
  readonly name = 'memory';
  readonly location = undefined;
  readonly control = new MemoryControl((work) => this.#ask(({ tables }, nowMs) => work(tables, nowMs)));
  readonly executors: ExecutorStore = {
    list: () => this.#ask(({ leases }, nowMs) => leases.list(nowMs)),
  };
  readonly versions = memoryVersions((work) =>
    this.#ask(({ tables, leases }, nowMs) => work(tables, leases.serving(nowMs))),
  );
  readonly waits = waitStore((work) => this.#ask(({ tables, mail }, nowMs) => work(tables, mail, nowMs)));
  readonly looking = memoryLooking((work) => this.#ask(({ tables }, nowMs) => work(tables, nowMs)));
  readonly mail = memoryMail((work) => this.#ask(({ tables, mail }) => work(tables, mail)));
  readonly offsets = offsetStore((work) =>
    this.#ask((data, nowMs) => work(data.offsets, data.moment(nowMs))),
  );
  readonly repair = memoryRepair((work) => this.#ask(({ tables, mail }, nowMs) => work(tables, mail, nowMs)));
  readonly retention: RetentionStore = {
    prune: (request) => this.#ask(({ tables, mail }, nowMs) => pruneRuns(tables, mail, request, nowMs)),
  };
  readonly schedules = scheduleStore((work) =>
    this.#ask((data, nowMs) => work(data.schedules, data.moment(nowMs))),
  );
  readonly #data: MemoryData;
  readonly #faults: MemoryFaults;
  readonly queues: QueueStore;
  #users = 0;

  constructor(data: MemoryData, faults: MemoryFaults) {
    this.#data = data;
    this.#faults = faults;
    this.queues = queueStore((work) => this.#ask(({ queues }, nowMs) => work(queues, nowMs)));
  }

  another(options: MemoryHandleOptions = {}): MemoryStore {
    return new MemoryHandle(this.#data, options.faults ?? {});
  }

  async open(): Promise<void> {
    this.#users++;
  }

  async close(): Promise<void> {
    if (this.#users > 0) this.#users--;
  }

  isTransient(error: unknown): boolean {
    return error instanceof Error && (error as { code?: unknown }).code === 'STORE_UNAVAILABLE';
  }

  async commit(entries: readonly StoreEntry[]): Promise<readonly EntryOutcome[]> {
    this.#checkOpen();
    await this.#faults.beforeCommit?.(entries);
    const outcomes = await this.#ask((data, nowMs) => writeBatch(data.moment(nowMs), entries));
    await this.#faults.afterCommit?.(entries);
    return outcomes;
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.#ask(({ tables, queues, leases }, nowMs) =>
      leases.isDead(request.executorId) ? NOTHING : claimDue(tables, queues, request, nowMs),
    );
  }

  owned(executorId: string): Promise<readonly OwnedRun[]> {
    return this.#ask(({ tables, queues }) =>
      tables.runningOf(executorId).map((run) => ownedRun(run, queues)),
    );
  }

  load(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly JournalEntry[]>> {
    return this.#ask(({ tables }) => new Map(runIds.map((id) => [id, tables.steps(id).map(journalEntry)])));
  }

  register(executor: ExecutorInfo, leaseMs: number): Promise<Renewal> {
    return this.#ask(({ leases }, nowMs) => leases.register(executor, leaseMs, nowMs));
  }

  renew(executorId: string, leaseMs: number): Promise<Renewal> {
    return this.#ask(({ leases }, nowMs) => leases.renew(executorId, leaseMs, nowMs));
  }

  bury(executorId: string | null): Promise<number> {
    return this.#ask(({ leases }, nowMs) =>
      executorId === null ? leases.buryLapsed(nowMs) : leases.bury(executorId, nowMs),
    );
  }

  retire(executorId: string): Promise<void> {
    return this.#ask(({ leases }, nowMs) => leases.retire(executorId, nowMs));
  }

  attend(executorId: string, listener: StoreListener): Promise<Attendance> {
    return this.#ask(({ audience }) => audience.join(executorId, listener));
  }

  listen(listener: StoreListener): Promise<Attendance> {
    return this.#ask(({ audience }) => audience.join(NOBODY, listener));
  }

  announce(signals: readonly Signal[]): Promise<void> {
    return this.#ask(({ audience }) => audience.announce(signals));
  }

  statuses(runIds: readonly string[]): Promise<readonly RunStatus[]> {
    return this.#ask(({ tables }) =>
      [...new Set(runIds)].flatMap((id) => {
        const run = tables.run(id);
        return run ? [runStatus(run)] : [];
      }),
    );
  }

  run(runId: string): Promise<RunRecord | undefined> {
    return this.#ask(({ tables }) => {
      const run = tables.run(runId);
      return run && runRecord(run);
    });
  }

  steps(runId: string, page?: StepsPage): Promise<readonly StepRecord[]> {
    return this.#ask(({ tables }) => stepsPage(tables.steps(runId), page));
  }

  cancel(runIds: readonly string[]): Promise<readonly string[]> {
    return this.#ask(({ tables }, nowMs) => runIds.filter((id) => cancelRun(tables, id, nowMs)));
  }

  resume(runId: string): Promise<boolean> {
    return this.#ask(({ tables }, nowMs) => resumeRun(tables, runId, nowMs));
  }

  get pending(): PendingStore {
    return pendingStore((work) => this.#ask(({ tables }, nowMs) => work(tables, nowMs)));
  }

  /** Does something at one moment of a later turn of the event loop: nobody sees their own write at once. */
  async #ask<T>(work: (data: MemoryData, nowMs: number) => T): Promise<T> {
    this.#checkOpen();
    await new Promise<void>((resolve) => setImmediate(resolve));
    return work(this.#data, this.#data.nowMs());
  }

  #checkOpen(): void {
    if (this.#users > 0) return;
    throw new HoldfastError(
      'STORE_CLOSED',
      'The memory store is closed, or was not opened yet. Call open() first.',
    );
  }
}
