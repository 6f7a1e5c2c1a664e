import { text } from '../cells.js';
import { OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';

/**
 * Cancels runs that have not ended, and lets their parents know. The raised epoch is what stops their executors.
 *
 * HAZARD: rows are locked sorted by id, parents among them, as a batch locks them. A parent that is itself cancelled
 * here is not signalled: one statement cannot change a row twice.
 */
export const cancelRuns = statement<[runIds: string], string>(
  'cancel_runs',
  (s) => `
with given as materialized (
  select distinct r.id, r.parent_id from json_array_elements_text($1::json) as g(id) join ${s.runs} r on r.id = g.id
),
touched as materialized (
  select t.id from (select g.id from given g union select g.parent_id from given g where g.parent_id is not null) t
  order by t.id collate "C"
),
locked as materialized (
  select l.id from touched t cross join lateral (
    select r.id from ${s.runs} r where r.id = t.id for no key update of r
  ) l
),
cancelled as (
  update ${s.runs} r set
    state = 'cancelled', epoch = r.epoch + 1, wake_at = null, completed_at = clock_timestamp()
  from given g join locked l on l.id = g.id
  where r.id = g.id and r.state in ${OPEN_STATES}
  returning r.id, r.parent_id
),
signalled as (
  update ${s.runs} r set
    signals = r.signals + p.ended,
    wake_at = case when r.state = 'waiting' then clock_timestamp() else r.wake_at end
  from (
    select c.parent_id, count(*)::int as ended from cancelled c
    where not exists (select from cancelled d where d.id = c.parent_id)
    group by c.parent_id
  ) p join locked l on l.id = p.parent_id
  where r.id = p.parent_id and r.state in ${OPEN_STATES}
)
select c.id from cancelled c`,
  (row) => text(row['id']),
);
