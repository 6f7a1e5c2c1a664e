import { number } from '../cells.js';
import { statement } from '../statement.js';
import { holders, isDead } from './holders.js';

/**
 * Stops an executor (without an id: all whose lease lapsed) and gives back the runs it holds. Their epochs stay as they
 * are: it is the state that shuts the old executor out, and the next claim that raises the epoch.
 *
 * HAZARD: a run that an executor was just about to begin may be written a moment after its burial. So a burial of all
 * also gives back what is held by executors that were stopped before, or are unknown.
 *
 * The equations with 1 are for the planner: it expects few rows by them, and looks each run up by its key. Else it expects
 * many, and compiles the statement beforehand, which takes half a second.
 *
 * Locks executors before runs, and each sorted by id, as whoever else locks several of them does.
 */
export const buryExecutors = statement<[executorId: string | null], number>(
  'bury_executors',
  (s) => `
with recursive lapsed as materialized (
  select x.id from ${s.executors} x
  where x.stopped_at is null
    and case when $1::text is null then x.lease_until < clock_timestamp() else x.id = $1::text end
  order by x.id
  for no key update of x
),
stopped as (
  update ${s.executors} x set stopped_at = clock_timestamp()
  from lapsed l where x.id = l.id
  returning x.id
),
${holders(s, '$1::text is not null')},
dead as materialized (
  select d.id, 1 as one from stopped d
  union
  select h.id, 1 from holders h where h.id is not null and ${isDead(s, 'h.id')}
  union
  select $1::text, 1 where $1::text is not null
),
held as materialized (
  -- Looked up in the index for each of the dead: offset 0 keeps the planner from joining it in another way.
  select h.id, 1 as one from dead d cross join lateral (
    select r.id from ${s.runs} r where r.held_by = d.id offset 0
  ) h
  where d.one = 1
  order by h.id
),
locked as materialized (
  select h.id, 1 as one from held h cross join lateral (
    select from ${s.runs} r where r.id = h.id and r.state = 'running' and r.executor_id in (select d.id from dead d)
    for no key update of r
  ) l
  where h.one = 1
),
released as (
  update ${s.runs} r set state = 'pending', wake_at = clock_timestamp(), executor_id = null
  from locked l where r.id = l.id and l.one = 1
  returning r.id
)
select count(*)::int as released from released`,
  (row) => number(row['released']),
);
