import {
  type Attendance,
  type Claim,
  type ClaimRequest,
  type EntryOutcome,
  type ExecutorInfo,
  type ExecutorStore,
  HoldfastError,
  type JournalEntry,
  type LookingStore,
  type OwnedRun,
  type PendingStore,
  type Renewal,
  type RunRecord,
  type RunStatus,
  type Signal,
  type StepRecord,
  type StepsPage,
  type Store,
  type StoreEntry,
  type StoreListener,
  type StoreLocation,
} from '@holdfast/core/internal';
import type { Driver } from '../driver/driver.js';
import { Statements } from '../driver/statements.js';
import { bringUpToDate } from '../schema/migrate.js';
import { buryExecutors } from '../sql/executors/bury.js';
import { listExecutors } from '../sql/executors/list.js';
import { registerExecutor } from '../sql/executors/register.js';
import { renewExecutor } from '../sql/executors/renew.js';
import { schemaNamed } from '../sql/names.js';
import { cancelRuns } from '../sql/runs/cancel.js';
import { findRun } from '../sql/runs/find.js';
import { listOwnedRuns } from '../sql/runs/owned.js';
import { readStatuses } from '../sql/runs/statuses.js';
import type { Statement, Value } from '../sql/statement.js';
import { listSteps } from '../sql/steps/list.js';
import { loadJournals } from '../sql/steps/load.js';
import { isTransientPostgres } from '../transient.js';
import { despiteDeadlock } from './again.js';
import { type ClaimHints, claimDue } from './claim.js';
import { commitEntries } from './commit.js';
import { PostgresControl } from './control.js';
import { lockKeyOf } from './lock-key.js';
import { postgresLooking } from './looking.js';
import { PostgresMail } from './mail.js';
import { postgresOffsets } from './offsets.js';
import { pendingStore } from './pending.js';
import { Presence } from './presence.js';
import { PostgresQueues } from './queues.js';
import { postgresRepair } from './repair.js';
import { resume } from './resume.js';
import { postgresRetention } from './retention.js';
import { checkRights } from './rights.js';
import { postgresSchedules } from './schedules.js';
import { postgresVersions } from './versions.js';
import { postgresWaits } from './waits.js';

/** What a store is made with. */
export interface PostgresStoreOptions {
  readonly name: 'postgres' | 'pglite';
  readonly schema: string;
  readonly migrate: boolean;
  /** Makes the way to the database. Its errors say where it leads and what to do. */
  readonly connect: () => Promise<Driver>;
}

const WHOLE_JOURNAL: StepsPage = { afterSeq: -1, limit: 2 ** 31 - 1, withPayloads: true };

/** A store that is open. */
interface Opened {
  readonly driver: Driver;
  readonly presence: Presence;
  readonly location: StoreLocation;
}

/** Runs in Postgres. Each method is one statement, or little more; what they do is said beside their text. */
export class PostgresStore implements Store {
  readonly name: string;
  readonly control = new PostgresControl((statement, values) => this.#run(statement, values));
  readonly executors: ExecutorStore = { list: () => this.#run(listExecutors, []) };
  readonly versions = postgresVersions((statement, values) => this.#run(statement, values));
  readonly queues = new PostgresQueues((statement, values) => this.#run(statement, values));
  readonly waits = postgresWaits((statement, values) => this.#run(statement, values));
  readonly looking: LookingStore;
  readonly mail = new PostgresMail((statement, values) => this.#run(statement, values));
  readonly offsets = postgresOffsets((statement, values) => this.#run(statement, values));
  readonly repair = postgresRepair((statement, values) => this.#run(statement, values));
  readonly retention = postgresRetention((statement, values) => this.#run(statement, values));
  readonly schedules = postgresSchedules((statement, values) => this.#run(statement, values));
  readonly pending: PendingStore;
  readonly #options: PostgresStoreOptions;
  readonly #statements: Statements;
  readonly #hints: ClaimHints = new Map();
  #opened: Opened | undefined;
  /** Several apps may share a store: it closes with the last. */
  #users = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PostgresStoreOptions) {
    this.name = options.name;
    this.#options = options;
    this.#statements = new Statements(schemaNamed(options.schema));
    this.looking = postgresLooking(this.#statements.schema, (one, values) => this.#run(one, values));
    this.pending = pendingStore(() => this.#open().driver, this.#statements);
  }

  get location(): StoreLocation | undefined {
    return this.#opened?.location;
  }

  open(): Promise<void> {
    return this.#inTurn(async () => {
      this.#opened ??= await this.#connect();
      this.#users += 1;
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#users > 0) this.#users -= 1;
      if (this.#users > 0 || !this.#opened) return;
      const { driver, presence } = this.#opened;
      this.#opened = undefined;
      await presence.close();
      await driver.close();
    });
  }

  isTransient(error: unknown): boolean {
    return isTransientPostgres(error);
  }

  async commit(entries: readonly StoreEntry[]): Promise<readonly EntryOutcome[]> {
    return commitEntries(this.#open().driver, this.#statements, entries);
  }

  async claim(request: ClaimRequest): Promise<Claim> {
    return claimDue(this.#open().driver, this.#statements, request, this.#hints);
  }

  owned(executorId: string): Promise<readonly OwnedRun[]> {
    return this.#run(listOwnedRuns, [executorId]);
  }

  async load(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly JournalEntry[]>> {
    const journals = new Map<string, JournalEntry[]>(runIds.map((id) => [id, []]));
    for (const { runId, entry } of await this.#run(loadJournals, [JSON.stringify(runIds)])) {
      journals.get(runId)?.push(entry);
    }
    return journals;
  }

  async register({ id, host, pid, serves }: ExecutorInfo, leaseMs: number): Promise<Renewal> {
    const { driver, presence } = this.#open();
    // At launch, rather than at midnight when the first schedule ticks.
    await checkRights(driver, this.#statements);
    const attends = presence.attends(id) ? 1 : 0;
    const values = [
      id,
      lockKeyOf(id),
      host,
      pid,
      leaseMs,
      attends,
      serves ? JSON.stringify(serves) : null,
    ] as const;
    return (await this.#run(registerExecutor, [...values]))[0]!;
  }

  async renew(executorId: string, leaseMs: number): Promise<Renewal> {
    return (await this.#run(renewExecutor, [executorId, leaseMs]))[0]!;
  }

  async bury(executorId: string | null): Promise<number> {
    return (await this.#run(buryExecutors, [executorId, 1]))[0]!;
  }

  async retire(executorId: string): Promise<void> {
    await this.#run(buryExecutors, [executorId, 0]);
  }

  async attend(executorId: string, listener: StoreListener): Promise<Attendance> {
    return this.#open().presence.attend(executorId, listener);
  }

  async listen(listener: StoreListener): Promise<Attendance> {
    return this.#open().presence.listen(listener);
  }

  async announce(signals: readonly Signal[]): Promise<void> {
    await this.#open().presence.announce(signals);
  }

  async statuses(runIds: readonly string[]): Promise<readonly RunStatus[]> {
    return this.#run(readStatuses, [JSON.stringify(runIds)]);
  }

  async run(runId: string): Promise<RunRecord | undefined> {
    return (await this.#run(findRun, [runId]))[0];
  }

  steps(runId: string, page?: StepsPage): Promise<readonly StepRecord[]> {
    const { afterSeq, limit, withPayloads } = page ?? WHOLE_JOURNAL;
    return this.#run(listSteps, [runId, afterSeq, limit, withPayloads ? 1 : 0]);
  }

  async cancel(runIds: readonly string[]): Promise<readonly string[]> {
    return this.#run(cancelRuns, [JSON.stringify(runIds)]);
  }

  resume(runId: string): Promise<boolean> {
    return resume((statement, values) => this.#run(statement, values), runId);
  }

  async #run<Values extends readonly Value[], Result>(
    statement: Statement<Values, Result>,
    values: Values,
  ): Promise<Result[]> {
    return despiteDeadlock(() => this.#statements.run(this.#open().driver.query, statement, values));
  }

  async #connect(): Promise<Opened> {
    const { schema, migrate, connect } = this.#options;
    const driver = await connect();
    try {
      const { installationId } = await bringUpToDate(driver, this.#statements, { migrate });
      const presence = new Presence(driver, this.#statements);
      return { driver, presence, location: { schema, installationId } };
    } catch (error) {
      await driver.close().catch(() => undefined);
      throw driver.explain(error);
    }
  }

  #open(): Opened {
    if (this.#opened) return this.#opened;
    throw new HoldfastError(
      'STORE_CLOSED',
      `The ${this.name} store is closed, or was not opened yet. Call open() first.`,
    );
  }

  /** Opening and closing happen one after the other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
