import type { RunTerms } from './run-terms.js';
import type { StepOptions } from './step-options.js';

/** Isolation levels of SQL. */
export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable';

/** How a transaction is opened. */
export interface TransactionOptions {
  /** Default: the database's own default, usually read committed. */
  readonly isolationLevel?: IsolationLevel;
  /** Opens the transaction read-only. Its result is then recorded as an ordinary step's. Default false. */
  readonly readOnly?: boolean;
}

/** Options of a transactional step. */
export interface TransactionalStepOptions extends Omit<StepOptions, 'effect'>, TransactionOptions {}

/** The same with an undo; `Tx` is the library's open transaction. */
export interface UndoableTransactionalStepOptions<
  Tx = never,
  Args extends readonly unknown[] = never,
  Result = never,
> extends TransactionalStepOptions {
  /**
   * Takes back what the step did, when the run fails, is cancelled or runs out of time: as a transactional step of its
   * own, whose rows and record are one commit.
   */
  readonly undo?: (tx: Tx, result: Result, ...args: Args) => unknown;
}

/** A value that SQL text may carry as a parameter: the narrowest set all adapters pass on alike. */
export type SqlValue = string | number | boolean | null;

/** A row of a result: text, whole numbers and JSON, as all adapters give them alike. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Runs `$n` SQL text with values in it, in one open transaction. */
export type RunSql = (text: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;

/**
 * All that core asks of a database library. An adapter translates and decides nothing: retry, replay, checkpoint and
 * conflict are core's.
 */
export interface SqlAdapter<Tx> {
  /** The library, for messages: `'drizzle'`. */
  readonly name: string;
  /** Opens a transaction, commits it when `work` resolves, rolls it back when `work` rejects, and settles as it did. */
  transaction<T>(options: TransactionOptions, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs SQL text with `$n` parameters on an open transaction. */
  run(tx: Tx, text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** The SQLSTATE (or the library's own code) of an error, wherever the library hides it. */
  sqlState(error: unknown): string | undefined;
  /** Whether a value is an open transaction of this library. */
  owns(tx: unknown): tx is Tx;
  /** What a call of the library gave, as data that can be recorded: some answer with objects of a driver. Default: as it is. */
  plain?(value: unknown): unknown;
}

/** A transactional step's call as the engine sees it. */
export interface TransactionCall {
  readonly name: string;
  readonly options: TransactionalStepOptions;
  readonly adapter: SqlAdapter<unknown>;
  readonly checkpoints: Checkpoints;
  readonly body: (tx: unknown) => unknown;
  /** What takes its result back. */
  readonly undo?: ((tx: unknown, result: unknown) => unknown) | undefined;
}

/** Where the engine's own tables are, as a transactional step needs to know it. */
export interface StoreLocation {
  readonly schema: string;
  /** Written by the first migration: the same id means the same database. */
  readonly installationId: string;
}

/** A step's result on its way into a table beside the user's rows. */
export interface Checkpoint {
  readonly runId: string;
  readonly runKey: string;
  readonly epoch: number;
  readonly seq: number;
  readonly ordinal: number;
  readonly kind: 'transaction' | 'undo';
  readonly name: string;
  readonly attempt: number;
  readonly output: string;
  readonly outputExtra: string | null;
  /** Whether there is an undo for it. */
  readonly hasUndo: boolean;
  readonly startedAtMs: number;
  readonly completedAtMs: number;
}

/** What became of a checkpoint: written; already there; or refused, as the run is no longer this executor's. */
export type CheckpointOutcome = 'written' | 'exists' | 'lost';

/** A checkpoint as found in a table of its own. */
export interface FoundCheckpoint {
  readonly output: string;
  readonly outputExtra: string | null;
}

/** A run to be started inside a user's transaction. */
export interface TransactionalStart extends RunTerms {
  readonly id: string;
  readonly key: string;
  readonly workflow: string;
  readonly version: string;
  readonly input: string;
  readonly inputExtra: string | null;
  readonly tags: string | null;
  readonly delayMs: number;
  readonly traceContext: string | null;
}

/** The SQL that transactional steps need, run through an adapter. A database package implements it, once for all ORMs. */
export interface Checkpoints {
  /** Whether these tables are in the database that the adapter writes to. */
  isHere(sql: RunSql, location: StoreLocation): Promise<boolean>;
  /** Writes the checkpoint into the journal itself, if the run is still at this epoch. */
  record(sql: RunSql, location: StoreLocation, checkpoint: Checkpoint): Promise<CheckpointOutcome>;
  /** Makes the table for checkpoints in a database that is not the engine's. Harmless when it is there. */
  prepareApart(sql: RunSql): Promise<void>;
  /** Writes the checkpoint into that table. */
  recordApart(sql: RunSql, checkpoint: Checkpoint): Promise<CheckpointOutcome>;
  /** Finds a checkpoint in that table. */
  findApart(sql: RunSql, runKey: string, seq: number): Promise<FoundCheckpoint | undefined>;
  /** Inserts a run, and a notification that is sent when the transaction commits. */
  start(sql: RunSql, location: StoreLocation, start: TransactionalStart): Promise<TransactionalStartOutcome>;
  /** Moves a reader of a log on, if it stands where it was believed to. */
  advance(
    sql: RunSql,
    location: StoreLocation,
    advance: TransactionalAdvance,
  ): Promise<'advanced' | 'moved' | 'elsewhere'>;
}

/** A reader of a log that goes on inside a user's transaction. */
export interface TransactionalAdvance {
  readonly reader: string;
  readonly log: string;
  /** Where it stood; null if it has not read this log yet. */
  readonly from: string | null;
  readonly to: string;
}

/** What became of a start: written; the id's run exists already, of this or of another workflow; a run has its key. */
export type TransactionalStartOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'exists'; readonly workflow: string }
  | { readonly kind: 'duplicate'; readonly runId: string; readonly workflow: string }
  | { readonly kind: 'elsewhere' };
