import { fromMs } from '../fragments.js';
import type { Schema } from '../names.js';
import type { BatchPart } from './part.js';

/**
 * A query for the calls `e` of `calling` whose runs are still at the epoch of whoever writes. It locks these runs.
 *
 * HAZARD: reading the epoch is not enough. A claim could commit between that read and the insert, its journal be loaded
 * without this entry, and the entry be there all the same. So the run is locked as it is read. `for key share` is the
 * weakest lock that a claim, and nothing but a claim, is kept out by (it takes `for update`): a claim passes over runs
 * with a write in flight, and a write that meets a claim waits for it and then reads the epoch again. Everything else
 * (a parent's signal, a cancel, a burial, a transactional step beside this one) goes on undisturbed.
 *
 * The lateral join makes the planner look each run up by its key, whatever it believes of the size of the table.
 *
 * @param where what else the calls must meet, beginning with "where".
 */
export function fenced(s: Schema, lock: 'for key share of r' | 'for share of r', where = ''): string {
  return `
  select e.* from calling e cross join lateral (
    select from ${s.runs} r
    where r.id = e.run_id and r.epoch = e.epoch and r.state = 'running'
    ${lock}
  ) o${where && `\n  ${where}`}`;
}

/**
 * Writes calls into journals, under their fence.
 *
 * A success that has an undo takes `for share`, which a cancel is kept out by as well: else it could be written just after
 * a cancel that did not see it, and never be undone.
 *
 * @param condition what else the calls `e` must meet, beginning with "and".
 */
export function writeCalls(s: Schema, given: string, condition = ''): string {
  return `
calling as materialized (
  select * from json_to_recordset(${given}::json) as e(
    at int, run_id text, epoch int, seq int, ordinal int, kind text, name text, attempt int,
    output text, output_extra text, error text, error_extra text, child_id text,
    retry_at float8, started_at float8, completed_at float8, undo boolean)
),
owned as materialized (${fenced(s, 'for key share of r', `where e.undo is not true${condition}`)}
  union all${fenced(s, 'for share of r', `where e.undo${condition}`)}
),
called as (
  insert into ${s.steps} as known (
    run_id, seq, ordinal, kind, name, attempt, epoch, output, output_extra, error, error_extra, child_id,
    retry_at, started_at, completed_at, undo)
  select e.run_id, e.seq, e.ordinal, e.kind, e.name, e.attempt, e.epoch,
    e.output::json, e.output_extra::json, e.error::json, e.error_extra::json, e.child_id,
    ${fromMs('e.retry_at')}, ${fromMs('e.started_at')}, ${fromMs('e.completed_at')}, e.undo
  from owned e
  -- A call that is open takes its outcome; one that has an outcome keeps it.
  on conflict (run_id, seq) do update set
    ordinal = excluded.ordinal, attempt = excluded.attempt, epoch = excluded.epoch,
    output = excluded.output, output_extra = excluded.output_extra,
    error = excluded.error, error_extra = excluded.error_extra,
    child_id = excluded.child_id, retry_at = excluded.retry_at, completed_at = excluded.completed_at,
    undo = excluded.undo
  where known.ordinal is null
  returning run_id, seq
)`;
}

/** The calls of a batch. */
export const steps: BatchPart = {
  writes: (s, given) => writeCalls(s, given),
  unsettled: `
select e.at from calling e
where (e.run_id, e.seq) not in (select w.run_id, w.seq from called w)`,
};
