import type {
  Checkpoint,
  CheckpointOutcome,
  Checkpoints,
  FoundCheckpoint,
  RunSql,
  StoreLocation,
  TransactionalAdvance,
  TransactionalStart,
  TransactionalStartOutcome,
} from '@holdfast/core/internal';
import {
  createCheckpoints,
  createSchema,
  findApart,
  readHasCheckpoints,
  readHasSchema,
  recordApart,
} from './sql/checkpoints/apart.js';
import { readIsInstallation, readPresence } from './sql/checkpoints/here.js';
import { recordCheckpoint } from './sql/checkpoints/record.js';
import { insertRun, readTaken, type Taken } from './sql/checkpoints/start.js';
import { lockMigrations } from './sql/migrations/lock.js';
import { type Schema, schemaNamed } from './sql/names.js';
import { moveReader } from './sql/offsets/move.js';
import type { Statement, Value } from './sql/statement.js';
import { wordOfWork } from './store/signals.js';

/**
 * The SQL of transactional steps, to be run through any library's own transaction.
 *
 * @param schema where checkpoints are kept in a database that is not the store's.
 */
export function checkpointsIn(schema = 'holdfast'): Checkpoints {
  return new PostgresCheckpoints(schemaNamed(schema));
}

class PostgresCheckpoints implements Checkpoints {
  readonly #apart: Schema;
  readonly #schemas = new Map<string, Schema>();

  constructor(apart: Schema) {
    this.#apart = apart;
  }

  async isHere(sql: RunSql, location: StoreLocation): Promise<boolean> {
    const s = this.#schemaOf(location);
    if ((await one(sql, s, readPresence, [s.name])) === 0) return false;
    return (await one(sql, s, readIsInstallation, [location.installationId])) > 0;
  }

  record(sql: RunSql, location: StoreLocation, checkpoint: Checkpoint): Promise<CheckpointOutcome> {
    const { runId, epoch, seq, ordinal, kind, name, attempt, output, outputExtra, hasUndo } = checkpoint;
    return one(sql, this.#schemaOf(location), recordCheckpoint, [
      runId,
      epoch,
      seq,
      ordinal,
      kind,
      name,
      attempt,
      output,
      outputExtra,
      hasUndo ? 1 : 0,
      String(checkpoint.startedAtMs),
      String(checkpoint.completedAtMs),
    ]);
  }

  async prepareApart(sql: RunSql): Promise<void> {
    const s = this.#apart;
    if ((await one(sql, s, readHasCheckpoints, [s.name])) > 0) return;
    // Several processes may launch at once; `if not exists` alone does not keep two of them apart.
    await run(sql, s, lockMigrations, [s.name]);
    if ((await one(sql, s, readHasSchema, [s.name])) === 0) await run(sql, s, createSchema, []);
    await run(sql, s, createCheckpoints, []);
  }

  async recordApart(sql: RunSql, checkpoint: Checkpoint): Promise<CheckpointOutcome> {
    const { runKey, runId, seq, name, output, outputExtra } = checkpoint;
    const written = await one(sql, this.#apart, recordApart, [runKey, runId, seq, name, output, outputExtra]);
    return written > 0 ? 'written' : 'exists';
  }

  async findApart(sql: RunSql, runKey: string, seq: number): Promise<FoundCheckpoint | undefined> {
    return (await run(sql, this.#apart, findApart, [runKey, seq]))[0];
  }

  async start(
    sql: RunSql,
    location: StoreLocation,
    start: TransactionalStart,
  ): Promise<TransactionalStartOutcome> {
    if (!(await this.isHere(sql, location))) return { kind: 'elsewhere' };
    const s = this.#schemaOf(location);
    const row = JSON.stringify(runRow(start));
    for (;;) {
      if ((await one(sql, s, insertRun, [row, s.name, wordOfWork()])) > 0) return { kind: 'written' };
      const taken = await run(sql, s, readTaken, [row]);
      const outcome = whyTaken(start, taken);
      if (outcome) return outcome;
    }
  }

  async advance(
    sql: RunSql,
    location: StoreLocation,
    { reader, log, from, to }: TransactionalAdvance,
  ): Promise<'advanced' | 'moved' | 'elsewhere'> {
    if (!(await this.isHere(sql, location))) return 'elsewhere';
    const moved = await one(sql, this.#schemaOf(location), moveReader, [reader, log, from, to]);
    return moved > 0 ? 'advanced' : 'moved';
  }

  #schemaOf(location: StoreLocation): Schema {
    const known = this.#schemas.get(location.schema);
    if (known) return known;
    const schema = schemaNamed(location.schema);
    this.#schemas.set(location.schema, schema);
    return schema;
  }
}

/** Undefined if nothing is in the way any more. An id that is taken says more than a key: the run may be its own. */
function whyTaken(
  { key }: TransactionalStart,
  taken: readonly Taken[],
): TransactionalStartOutcome | undefined {
  const byId = taken.find(({ by }) => by === 'id');
  if (byId) return byId.key === key ? { kind: 'written' } : { kind: 'exists', workflow: byId.workflow };
  const holder = taken[0];
  return holder && { kind: 'duplicate', runId: holder.id, workflow: holder.workflow };
}

function runRow(start: TransactionalStart): Readonly<Record<string, unknown>> {
  return {
    id: start.id,
    key: start.key,
    workflow: start.workflow,
    version: start.version,
    input: start.input,
    input_extra: start.inputExtra,
    tags: start.tags,
    delay_ms: start.delayMs,
    queue: start.queue,
    priority: start.priority,
    partition_key: start.partitionKey,
    deduplication_key: start.deduplicationKey,
    deduplication_scope: start.deduplicationScope,
    timeout_ms: start.timeoutMs,
    deadline: start.deadlineMs,
    is_detached: start.isDetached,
    schedule: start.schedule,
    trace_context: start.traceContext,
  };
}

async function run<Values extends readonly Value[], Result>(
  sql: RunSql,
  schema: Schema,
  statement: Statement<Values, Result>,
  values: Values,
): Promise<Result[]> {
  const rows = await sql(statement.text(schema), values);
  return rows.map((row) => statement.decode(row));
}

async function one<Values extends readonly Value[], Result>(
  sql: RunSql,
  schema: Schema,
  statement: Statement<Values, Result>,
  values: Values,
): Promise<Result> {
  const rows = await run(sql, schema, statement, values);
  return rows[0]!;
}

/** The same with the default name of the schema. */
export const checkpoints: Checkpoints = checkpointsIn();
