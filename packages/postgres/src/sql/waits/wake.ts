import { number } from '../cells.js';
import { OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';
import { comeAbout } from './come-about.js';

/**
 * Reads a portion of the news, and makes those due who wait for it. News that another session reads is passed over.
 *
 * A run that nobody waits for any more is `awaited` no longer. HAZARD: somebody may note a wait between this statement's
 * snapshot and its lock. That raises the number, so only the number that was seen is set to 0.
 *
 * HAZARD: rows are locked sorted by id, as a batch locks them. One statement cannot change a row twice: a run that is
 * itself woken stays awaited.
 *
 * `offset 0`, arrays and equations such as `one = 1` make the planner look rows up by their keys, as in a batch.
 */
export const wakeWaiters = statement<[limit: number], { readonly read: number; readonly woken: number }>(
  'wake_waiters',
  (s) => `
with taken as materialized (
  select n.id, n.run_id, 1 as one from ${s.news} n order by n.id limit $1::int for update skip locked
),
targets as materialized (
  select t.run_id as id, r.awaited, r.state, w.waits
  from (select distinct t.run_id from taken t where t.one = 1) t
  left join lateral (select r.awaited, r.state from ${s.runs} r where r.id = t.run_id offset 0) r on true
  cross join lateral (select count(*) as waits from ${s.waits} w where w.target_id = t.run_id) w
),
come as materialized (
  select w.run_id, w.seq, w.target_id from targets t cross join lateral (
    select * from ${s.waits} w where w.target_id = t.id offset 0
  ) w
  where t.waits > 0 and ${comeAbout(s, 'w', 't.state')}
),
touched as materialized (
  select c.run_id as id, 'told' as role, null::int as awaited from come c
  union
  select t.id, 'served', t.awaited from targets t
  left join (select c.target_id, count(*) as come from come c group by c.target_id) n on n.target_id = t.id
  where t.awaited > 0 and t.state in ${OPEN_STATES} and t.waits = coalesce(n.come, 0)
    and t.id not in (select c.run_id from come c)
  order by id
),
locked as materialized (
  select t.*, l.state from touched t cross join lateral (
    select r.state from ${s.runs} r where r.id = t.id for no key update of r
  ) l
),
told as (
  update ${s.runs} r set
    signals = r.signals + 1,
    wake_at = case when r.state = 'waiting' then clock_timestamp() else r.wake_at end
  from locked l where r.id = l.id and l.role = 'told' and r.state in ${OPEN_STATES}
),
served as (
  update ${s.runs} r set awaited = 0
  from locked l where r.id = l.id and l.role = 'served' and r.awaited = l.awaited
),
forgotten as (
  delete from ${s.waits} w
  where w.run_id = any (array(select c.run_id from come c where (select count(*) from locked) >= 0))
    and (w.run_id, w.seq) in (select c.run_id, c.seq from come c)
),
gone as (
  delete from ${s.news} n where n.id = any (array(select t.id from taken t))
)
select (select count(*) from taken)::int as read,
  (select count(*) from locked l where l.role = 'told' and l.state = 'waiting')::int as woken`,
  (row) => ({ read: number(row['read']), woken: number(row['woken']) }),
);
