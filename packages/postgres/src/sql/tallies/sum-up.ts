import { quoteLiteral } from '../names.js';
import { nothing, statement } from '../statement.js';

/**
 * Replaces many rows of the tallies by their sums. Nothing is done while there are few.
 *
 * One session at a time does it, and no other waits; rows that a former one took since this one's snapshot are passed
 * over. Whoever counts sees either the rows or their sums. By a lock of its own, as locking rows takes the right to
 * update them.
 */
export const sumUpTallies = statement<[], undefined>(
  'sum_up_tallies',
  (s) => `
with turn as materialized (
  select pg_try_advisory_xact_lock(hashtextextended(${quoteLiteral(`holdfast tallies of ${s.name}`)}, 0)) as is_ours
  where (select count(*) from (select from ${s.tallies} limit 300) few) >= 300
),
taken as (
  delete from ${s.tallies} t where (select turn.is_ours from turn)
  returning t.workflow, t.queue, t.state, t.runs
)
insert into ${s.tallies} (workflow, queue, state, runs)
select t.workflow, t.queue, t.state, sum(t.runs) from taken t
group by t.workflow, t.queue, t.state
having sum(t.runs) <> 0`,
  nothing,
);
