import type { Checkpoint, RunSql } from '@holdfast/core/internal';
import type pg from 'pg';

/** Runs SQL on a client, as an adapter does on its transaction. */
export function on(client: pg.Client): RunSql {
  return async (text, values) => (await client.query(text, [...values])).rows;
}

/** The result of a transactional step. */
export function checkpoint(changes: Partial<Checkpoint> = {}): Checkpoint {
  return {
    runId: 'run-1',
    runKey: '2f1e6f0a-0000-4000-8000-000000000001',
    epoch: 1,
    seq: 3,
    ordinal: 2,
    kind: 'transaction',
    name: 'record order',
    attempt: 1,
    output: '{"order":42}',
    outputExtra: null,
    hasUndo: false,
    startedAtMs: 1_750_000_000_001,
    completedAtMs: 1_750_000_000_002,
    ...changes,
  };
}
