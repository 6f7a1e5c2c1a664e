import type { CheckpointOutcome } from '@holdfast/core/internal';
import { text } from '../cells.js';
import { statement } from '../statement.js';

/** Writes a checkpoint into the journal, beside the user's rows: see the function. */
export const recordCheckpoint = statement<
  [
    runId: string,
    epoch: number,
    seq: number,
    ordinal: number,
    kind: string,
    name: string,
    attempt: number,
    output: string,
    outputExtra: string | null,
    hasUndo: number,
    startedAtMs: string,
    completedAtMs: string,
  ],
  CheckpointOutcome
>(
  'record_checkpoint',
  (s) => `
select ${s.quoted}.record_checkpoint(
  $1::text, $2::int, $3::int, $4::int, $5::text, $6::text, $7::int,
  $8::text, $9::text, $10::int = 1, $11::text::float8, $12::text::float8) as outcome`,
  (row) => text(row['outcome']) as CheckpointOutcome,
);
