import { nothing, statement } from '../statement.js';

/**
 * Notes what runs wait for, in place of what was noted for them before, if they are still at the epoch of whoever writes.
 *
 * HAZARD: whoever lets something come about has its run locked, and only then reads `awaited`. So it is raised under that
 * lock as well, also if it is not 0: see {@link wakeWaiters}. What came about between this statement's snapshot and its lock
 * is not seen here, and brings no news: whoever has noted must look again, with {@link lookAtWaits}.
 *
 * HAZARD: all rows are locked beforehand, sorted by id, as a batch locks them. The runs that wait are among them, so that
 * nobody wakes one of them by what was noted for it before.
 *
 * Equations such as `role = 'waits'` and the array make the planner look rows up by their keys, as in a batch.
 */
export const noteWaits = statement<[runs: string, waits: string], undefined>(
  'note_waits',
  (s) => `
with waiting as materialized (
  select * from json_to_recordset($1::json) as e(run_id text, epoch int)
),
given as materialized (
  select * from json_to_recordset($2::json) as e(
    run_id text, seq int, target_id text, kind text, name text, position int)
),
touched as materialized (
  select e.run_id as id, 'waits' as role, e.epoch from waiting e
  union
  select g.target_id, 'awaited', null from given g
  order by id
),
locked as materialized (
  select t.* from touched t cross join lateral (
    select from ${s.runs} r
    where r.id = t.id and (t.role = 'awaited' or r.epoch = t.epoch and r.state = 'running')
    for no key update of r
  ) l
),
raised as (
  update ${s.runs} r set awaited = r.awaited + 1 from locked l where r.id = l.id and l.role = 'awaited'
),
forgotten as (
  delete from ${s.waits} w
  where w.run_id = any (array(select l.id from locked l where l.role = 'waits'))
    and (w.run_id, w.seq) not in (select g.run_id, g.seq from given g)
)
insert into ${s.waits} (run_id, seq, target_id, kind, name, position)
select g.run_id, g.seq, g.target_id, g.kind, g.name, g.position from given g
where g.run_id in (select l.id from locked l where l.role = 'waits')
order by g.run_id, g.seq
on conflict (run_id, seq) do update set
  target_id = excluded.target_id, kind = excluded.kind, name = excluded.name, position = excluded.position,
  noted_at = excluded.noted_at`,
  nothing,
);
