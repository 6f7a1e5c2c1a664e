import { DEATHS_KEPT } from '@holdfast/core/internal';
import { number } from '../cells.js';
import { inMs } from '../fragments.js';
import { statement } from '../statement.js';
import { holders, isDead } from './holders.js';

/** The death, for a run that is at the same call as at the last one; for another, the first. */
const taken = `,
    takeovers = case when $2::int = 0 then r.takeovers when r.takeover_seq = p.seq then r.takeovers + 1 else 1 end,
    takeover_seq = case when $2::int = 0 then r.takeover_seq else p.seq end,
    deaths = case when $2::int = 0 then r.deaths else
      case
        when r.takeover_seq is distinct from p.seq or r.deaths is null then '[]'
        when jsonb_array_length(r.deaths) < ${DEATHS_KEPT} then r.deaths
        else r.deaths - 0
      end || jsonb_build_array(jsonb_build_object(
        'executorId', p.executor_id, 'host', p.host, 'pid', p.pid, 'atMs', round(${inMs('clock_timestamp()')})))
      end`;

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
 * If they died, rather than sign off, their runs note it: how often each was taken over so without having come further,
 * and from whom.
 *
 * Locks executors before runs, and each sorted by id, as whoever else locks several of them does.
 */
export const buryExecutors = statement<[executorId: string | null, isDeath: number], number>(
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
  select h.id, 1 as one, l.executor_id, l.state from held h cross join lateral (
    select r.executor_id, r.state from ${s.runs} r
    where r.id = h.id and (r.state = 'running' or r.holds_slot) and r.executor_id in (select d.id from dead d)
    for no key update of r
  ) l
  where h.one = 1
),
progress as materialized (
  select l.id, 1 as one, l.executor_id, x.host, x.pid, coalesce(c.seq, -1) as seq
  from locked l
  left join lateral (select x.* from ${s.executors} x where x.id = l.executor_id offset 0) x on true
  left join lateral (
    select c.seq from ${s.steps} c where c.run_id = l.id and c.ordinal is not null order by c.seq desc limit 1
  ) c on true
  where l.one = 1 and l.state = 'running'
),
-- Of what was cancelled, only the slot in its queue that its code still had. One that was resumed is nobody's then.
-- HAZARD: constraints are first checked with the row as the snapshot has it, perhaps from before the cancel: a run that
-- runs must keep its executor here, or the statement fails.
freed as (
  update ${s.runs} r set holds_slot = false, executor_id = case when r.state <> 'pending' then r.executor_id end
  from locked l where r.id = l.id and l.one = 1 and l.state <> 'running'
  returning r.id
),
released as (
  update ${s.runs} r set state = 'pending', wake_at = clock_timestamp(), executor_id = null, holds_slot = false${taken}
  from progress p where r.id = p.id and p.one = 1
  returning r.id
)
select (select count(*) from released)::int + (select count(*) from freed)::int as released`,
  (row) => number(row['released']),
);
