import { number } from '../cells.js';
import { fromMs } from '../fragments.js';
import { statement } from '../statement.js';

/** What became of a checkpoint: whether the run is still its executor's, and whether there was none yet. */
export interface Recorded {
  readonly isOwned: boolean;
  readonly isWritten: boolean;
}

/**
 * Writes a checkpoint into the journal, beside the user's rows.
 *
 * HAZARD: the same as in a batch's steps, and met by the same lock, held until the user's transaction ends. As claims
 * alone wait for it (in fact they pass the run over), a transaction that lingers holds up nobody else.
 */
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
  Recorded
>(
  'record_checkpoint',
  (s) => `
with given as materialized (
  select $1::text as run_id, $2::int as epoch, $3::int as seq, $4::int as ordinal, $5::text as kind, $6::text as name,
    $7::int as attempt, $8::text::json as output, $9::text::json as output_extra, $10::int as undo,
    $11::text::float8 as started_at, $12::text::float8 as completed_at
),
owned as materialized (
  select g.* from given g cross join lateral (
    select from ${s.runs} r
    where r.id = g.run_id and r.epoch = g.epoch and r.state = 'running'
    for key share of r
  ) o
  where g.undo = 0
  union all
  select g.* from given g cross join lateral (
    select from ${s.runs} r
    where r.id = g.run_id and r.epoch = g.epoch and r.state = 'running'
    for share of r
  ) o
  where g.undo = 1
),
written as (
  insert into ${s.steps} as known (
    run_id, seq, ordinal, kind, name, attempt, epoch, output, output_extra, started_at, completed_at, undo)
  select o.run_id, o.seq, o.ordinal, o.kind, o.name, o.attempt, o.epoch, o.output, o.output_extra,
    ${fromMs('o.started_at')}, ${fromMs('o.completed_at')}, nullif(o.undo, 0) = 1
  from owned o
  -- A call of which an earlier attempt failed takes its outcome; one that has an outcome keeps it.
  on conflict (run_id, seq) do update set
    ordinal = excluded.ordinal, attempt = excluded.attempt, epoch = excluded.epoch,
    output = excluded.output, output_extra = excluded.output_extra, error = null, error_extra = null,
    retry_at = null, completed_at = excluded.completed_at, undo = excluded.undo
  where known.ordinal is null
  returning seq
)
select (select count(*) from owned)::int as owned, (select count(*) from written)::int as written`,
  (row) => ({ isOwned: number(row['owned']) > 0, isWritten: number(row['written']) > 0 }),
);
