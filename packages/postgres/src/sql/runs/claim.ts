import type { OwnedRun } from '@holdfast/core/internal';
import { number, numberOrNull, textOrNull } from '../cells.js';
import { inMs, msInterval } from '../fragments.js';
import { isWholeLookDue } from '../queues/whole-look.js';
import { statement } from '../statement.js';
import { decodeOwnedRun, selectOwnedRun } from './owned-run.js';

/** A run that was claimed, if this row has one; what else there is to do, on every row. */
export interface ClaimRow {
  readonly run: OwnedRun | null;
  /** Milliseconds until the next of those that were not claimed is due; below 0 if it is already. */
  readonly nextDueInMs: number | null;
  /** Whether limits of queues kept back runs that are due. */
  readonly isHeldBack: boolean;
  /** What the next claim may know of the lines of queues; null if there is nothing to know. */
  readonly hints: string | null;
}

// What was due long ago has left, as far as the last claim knew.
const NOT_LONG_AGO = `r.wake_at > (
        select case when t.is_whole then '-infinity'
          else coalesce(to_timestamp((t.hint ->> 'r')::float8 / 1000), '-infinity') end from told t)`;

/**
 * Gives due runs to one executor, those that are due longest first, and raises their epochs. Rows that another session
 * holds are passed over, never waited for.
 *
 * HAZARD: `for update`, not what the update would take by itself. It is what writes of steps are kept apart from.
 *
 * Due runs are looked up by workflow and version: a pile of runs that this executor has no code for costs nothing.
 *
 * Those that wait in queues are taken first, by a function, and leave to the others their share of the room. What it learns
 * of their lines, `hints`, it is told again by the next claim; under the empty name, what is known of runs without a queue.
 */
export const claimRuns = statement<
  [
    executorId: string,
    serves: string,
    limit: number,
    queues: string | null,
    chance: number,
    hints: string | null,
  ],
  ClaimRow
>(
  'claim_runs',
  (s) => `
with served as materialized (
  select v.workflow, v.version from json_to_recordset($2::json) as v(workflow text, version text)
),
told as materialized (
  select h.hint, ${isWholeLookDue('h.hint')} as is_whole from (select $6::text::jsonb -> '' as hint) h
),
candidates as materialized (
  select c.id, c.wake_at, v.version from served v cross join lateral (
    select r.id, r.wake_at from ${s.runs} r
    where r.workflow = v.workflow and r.version = v.version
      and r.queue is null and r.state in ('pending', 'waiting') and r.wake_at <= (select clock_timestamp())
      and ${NOT_LONG_AGO}
    order by r.wake_at, r.id
    -- Some more than are wanted: the first ones may be in other hands.
    limit $3::int * 2 + 20
  ) c
  order by c.wake_at, c.id     -- id last: ties must sort the same for every session
  limit $3::int * 2 + 20
),
queued as materialized (
  select q.run, q.keeps_slot, q.is_slot_scarce, q.next_at, q.is_held_back, q.next_hints, q.at
  from ${s.quoted}.claim_queued(
    $1::text, $2::json, $4::text::json, $3::int, (select count(*) from candidates)::int, $5::float8, $6::text::jsonb
  ) with ordinality as q(run, keeps_slot, is_slot_scarce, next_at, is_held_back, next_hints, at)
  where not exists (select from ${s.executors} x where x.id = $1::text and x.stopped_at is not null)
),
due as materialized (
  -- In the candidates' order, one by one, and no more than are wanted: others are not even locked.
  select l.id, c.wake_at as was_due, 1 as one from candidates c cross join lateral (
    select r.id from ${s.runs} r
    where r.id = c.id and r.state in ('pending', 'waiting')
      -- It may have been moved to another version since it was found.
      and r.version is not distinct from c.version
      -- With coalesce, the planner does not see that the index of due runs would do: it would read much of it for each.
      and coalesce(r.wake_at <= (select clock_timestamp()), false)
    for update of r skip locked
  ) l
  -- One that was declared dead and does not know it yet gets nothing.
  where not exists (select from ${s.executors} x where x.id = $1::text and x.stopped_at is not null)
  limit greatest($3::int - (select count((q.run).id) from queued q), 0)
),
claimed as (
  update ${s.runs} r set
    state = 'running', executor_id = $1::text, epoch = r.epoch + 1, wake_at = null,
    started_at = coalesce(r.started_at, clock_timestamp()),
    deadline = case when r.started_at is null and r.timeout_ms is not null
      then least(r.deadline, clock_timestamp() + ${msInterval('r.timeout_ms')}) else r.deadline end
  from due where r.id = due.id and due.one = 1
  returning r.*, due.was_due
),
taken as (
  select (q.run).*, null::timestamptz as was_due, q.keeps_slot, q.is_slot_scarce, q.at from queued q where (q.run).id is not null
  union all
  select c.*, false, false, 0 from claimed c
),
next as (
  select least(min(n.wake_at), (select min(q.next_at) from queued q where (q.run).id is null)) as wake_at
  from served v cross join lateral (
    select r.wake_at from ${s.runs} r
    where r.workflow = v.workflow and r.version = v.version
      and r.queue is null and r.state in ('pending', 'waiting') and r.wake_at is not null
      and ${NOT_LONG_AGO}
      and r.id not in (select d.id from due d)
    order by r.wake_at, r.id
    limit 1
  ) n
)
select ${inMs('(next.wake_at - clock_timestamp())')} as next_due_in_ms,
  (select coalesce(bool_or(q.is_held_back), false) from queued q)::int as is_held_back,
  (select nullif(coalesce(q.next_hints, '{}') - '' || jsonb_strip_nulls(jsonb_build_object('', ${s.quoted}.due_hint(
      t.hint, t.is_whole, (select count(*) from candidates)::int, (select min(c.wake_at) from candidates c)))), '{}')::text
    from queued q cross join told t where (q.run).id is null) as hints,
  ${selectOwnedRun('t.')}
from next left join taken t on true
order by t.at, t.was_due, t.id`,
  (row) => ({
    run: row['id'] === null ? null : decodeOwnedRun(row),
    nextDueInMs: numberOrNull(row['next_due_in_ms']),
    isHeldBack: number(row['is_held_back']) > 0,
    hints: textOrNull(row['hints']),
  }),
);
