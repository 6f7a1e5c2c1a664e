import type { CallKind, JournalEntry, Outcome } from '@holdfast/core/internal';
import { moment, momentOrNull, number, payloadOrNull, text, textOrNull } from '../cells.js';
import { inMs } from '../fragments.js';
import { type Row, statement } from '../statement.js';

/** A line of a journal, and whose it is. */
export interface JournalRow {
  readonly runId: string;
  readonly entry: JournalEntry;
}

/**
 * The journals of runs.
 *
 * HAZARD: a statement of its own, after the claim committed. In the claim's own snapshot the last write of the run's
 * former executor may be missing.
 *
 * Offset 0 keeps the planner from reading the whole table, which it likes to do while it is small.
 */
export const loadJournals = statement<[runIds: string], JournalRow>(
  'load_journals',
  (s) => `
select g.id as run_id, c.seq, c.ordinal, c.kind, c.name, c.attempt, c.child_id,
  c.output::text as output, c.output_extra::text as output_extra,
  c.error::text as error, c.error_extra::text as error_extra,
  ${inMs('c.retry_at')} as retry_at, ${inMs('c.completed_at')} as completed_at,
  (c.undo is true)::int as undo
from (select distinct g.id from json_array_elements_text($1::json) as g(id)) g
cross join lateral (select * from ${s.steps} c where c.run_id = g.id offset 0) c
order by g.id, c.seq`,
  (row) => ({
    runId: text(row['run_id']),
    entry: row['ordinal'] === null ? openEntry(row) : recordedEntry(row),
  }),
);

function openEntry(row: Row): JournalEntry {
  return {
    state: 'open',
    seq: number(row['seq']),
    kind: text(row['kind']) as CallKind,
    name: text(row['name']),
    attempt: number(row['attempt']),
    retryAtMs: momentOrNull(row['retry_at']),
    childId: textOrNull(row['child_id']),
  };
}

function recordedEntry(row: Row): JournalEntry {
  return {
    state: 'recorded',
    seq: number(row['seq']),
    ordinal: number(row['ordinal']),
    kind: text(row['kind']) as CallKind,
    name: text(row['name']),
    outcome: outcome(row),
    completedAtMs: moment(row['completed_at']),
    ...(number(row['undo']) > 0 && { hasUndo: true }),
  };
}

function outcome(row: Row): Outcome {
  const error = payloadOrNull(row['error'], row['error_extra']);
  if (error !== null) return { ok: false, error };
  return { ok: true, value: payloadOrNull(row['output'], row['output_extra']) ?? NULL };
}

const NULL = { json: 'null', extra: null };
