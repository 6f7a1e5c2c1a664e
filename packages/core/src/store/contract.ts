import type { StoreLocation } from '../define/transaction.js';
import type { JournalEntry } from '../replay/index.js';
import type { ControlStore } from './control-store.js';
import type { EntryOutcome, StoreEntry } from './entries.js';
import type { ExecutorStore } from './executor-store.js';
import type { LookingStore } from './looking-store.js';
import type { MailStore } from './mail-store.js';
import type { OffsetStore } from './offset-store.js';
import type { PendingStore } from './pending-store.js';
import type { QueueStore } from './queue-store.js';
import type { RepairStore } from './repair-store.js';
import type { RetentionStore } from './retention-store.js';
import type { OwnedRun, RunRecord, RunStatus } from './run.js';
import type { ScheduleStore } from './schedule-store.js';
import type { ServedWorkflow, Serves } from './serving.js';
import type { StepRecord, StepsPage } from './step.js';
import type { VersionStore } from './version-store.js';
import type { WaitStore } from './wait-store.js';

/** What an executor asks for. */
export interface ClaimRequest {
  readonly executorId: string;
  readonly serves: readonly ServedWorkflow[];
  readonly limit: number;
  /** The queues to take from. Left out or null: all. Runs without a queue are taken in any case. */
  readonly queues?: readonly string[] | null;
  /** From 0 to below 1: says who gets what cannot be shared out evenly. A new one with each claim. Default 0. */
  readonly chance?: number;
}

/** What an executor gets: runs that are now its own, and when the next one that it could take is due. */
export interface Claim {
  readonly runs: readonly OwnedRun[];
  /** Milliseconds from now; null when nothing is waiting for a moment in time. */
  readonly nextDueInMs: number | null;
  /** Whether limits of queues kept back runs that are due. */
  readonly isHeldBack: boolean;
}

/** Something other processes may be waiting to hear. */
export type Signal =
  /** There is work that any executor may claim. */
  | { readonly kind: 'work' }
  /** These runs have an outcome. */
  | { readonly kind: 'finished'; readonly runIds: readonly string[] }
  /** These runs were taken from their executor: cancelled. */
  | { readonly kind: 'cancelled'; readonly runIds: readonly string[] }
  /** These runs were sent messages; events of them were set; streams of them were written or closed. */
  | { readonly kind: 'message' | 'event' | 'stream'; readonly runIds: readonly string[] }
  /** An executor came or went. */
  | { readonly kind: 'peers' }
  /** A schedule was made or changed. */
  | { readonly kind: 'schedules' }
  /** There is news for parked runs that nobody is about to bring: see {@link WaitStore}. */
  | { readonly kind: 'news' };

/** What a store calls when something happens elsewhere. None of these may throw. */
export interface StoreListener {
  signal(signal: Signal): void;
  /** Another executor's process is gone: its session ended and did not come back. */
  peerLost(executorId: string): void;
  /** Signals may have been missed (a listening connection was lost and is back). */
  missedSignals(): void;
}

/** A store's ear: open while an app is launched. */
export interface Attendance {
  /** Whether signals arrive; false means that polling is the only means. */
  readonly hears: boolean;
  close(): Promise<void>;
}

/** An executor's standing after it renewed its lease. */
export interface Renewal {
  /** False when it was declared dead: its runs are not its own any more. */
  readonly isAlive: boolean;
  /** The store's time, to measure this machine's clock against. */
  readonly nowMs: number;
  /** How many other executors hold a lease. */
  readonly peers: number;
  /** How many executors need burying: their lease lapsed, or they are dead and yet have running runs. */
  readonly lapsed: number;
  /** Whether there is news for parked runs that nobody has read yet: see {@link WaitStore}. */
  readonly hasNews: boolean;
}

/** What is said of an executor in its row. */
export interface ExecutorInfo {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Left out by one that takes nothing. */
  readonly serves?: Serves;
}

/**
 * Where runs live. In batches, so that many runs share one round trip. All writes are durable when their promise
 * resolves. A method rejects only when the store cannot be reached or refuses; the engine then tries again, so
 * every write must be harmless when repeated.
 */
export interface Store {
  /** For messages: `'postgres'`. */
  readonly name: string;
  /** Where its tables are, if they are in a database that transactional steps may share. Known once opened. */
  readonly location: StoreLocation | undefined;
  readonly control: ControlStore;
  /** Looking at those who execute runs. */
  readonly executors: ExecutorStore;
  /** Looking at many runs. */
  readonly looking: LookingStore;
  /** Reads what runs are sent and what they show. Written it is by `commit`, as all that runs do. */
  readonly mail: MailStore;
  /** How far readers of logs have come. */
  readonly offsets: OffsetStore;
  readonly repair: RepairStore;
  readonly retention: RetentionStore;
  readonly schedules: ScheduleStore;
  /** Versions of runs and of executors. */
  readonly versions: VersionStore;
  /** What parked runs wait for of other runs. */
  readonly waits: WaitStore;
  /** Connects and brings the schema up to date. @throws HoldfastError STORE_… */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Whether an error of this store means "not reachable now; try again". */
  isTransient(error: unknown): boolean;

  /** Writes all entries in one transaction; the answer has one outcome for each, in the same order. */
  commit(entries: readonly StoreEntry[]): Promise<readonly EntryOutcome[]>;
  /**
   * Takes due runs, raising the epoch of each: within the limits of their queues, and shared out evenly between queues and
   * runs without one. Gives nothing to an executor that was declared dead: one that was
   * paused may still ask under its old id.
   */
  claim(request: ClaimRequest): Promise<Claim>;
  /** Every running run in this executor's name. Asked after a claim whose answer was lost, to find what it took. */
  owned(executorId: string): Promise<readonly OwnedRun[]>;
  /** The whole journals of these runs, in one round trip. */
  load(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly JournalEntry[]>>;

  register(executor: ExecutorInfo, leaseMs: number): Promise<Renewal>;
  renew(executorId: string, leaseMs: number): Promise<Renewal>;
  /**
   * Declares an executor dead (or, without an id, all whose lease lapsed) and makes its runs claimable. Answers how
   * many. Each run notes the death: how often it was taken over so without having come further (a call with a higher
   * number is recorded), and from whom. Without an id it also frees runs of executors that are dead or unknown: a write that was already on its way
   * when its executor was buried can leave one.
   */
  bury(executorId: string | null): Promise<number>;
  /** Signs an executor off, giving back what it still holds: that is no death. */
  retire(executorId: string): Promise<void>;
  /** Starts to listen on behalf of an executor, and shows the others that it lives. */
  attend(executorId: string, listener: StoreListener): Promise<Attendance>;
  /** Listens on behalf of a process that executes nothing: nobody waits for it to die, and it hears of no deaths. */
  listen(listener: StoreListener): Promise<Attendance>;
  /** Tells the other processes. Best effort: whoever misses it finds out by polling. */
  announce(signals: readonly Signal[]): Promise<void>;

  readonly queues: QueueStore;

  /** How far these runs have come; unknown ids are left out. */
  statuses(runIds: readonly string[]): Promise<readonly RunStatus[]>;
  run(runId: string): Promise<RunRecord | undefined>;
  /** A run's journal, or a part of it, in the order of its calls. */
  steps(runId: string, page?: StepsPage): Promise<readonly StepRecord[]>;
  /** Cancels runs that have not ended. Answers the ids of those it cancelled. */
  cancel(runIds: readonly string[]): Promise<readonly string[]>;
  /** Changes to runs that nobody has begun. */
  readonly pending: PendingStore;
  /**
   * Makes a failed, cancelled or paused run claimable again, its journal as it is, without a time limit, and its takeovers
   * counted from 0. The attempts of steps that a paused run has open are counted anew. False if it is in no such state.
   *
   * @throws HoldfastError DUPLICATE_RUN if another run has its deduplication key by now.
   */
  resume(runId: string): Promise<boolean>;
}
