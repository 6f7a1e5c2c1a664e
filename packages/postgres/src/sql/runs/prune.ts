import type { Pruned } from '@holdfast/core/internal';
import { number, textOrNull } from '../cells.js';
import { msInterval, OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';
import { tally } from '../tallies/tally.js';
import { leaveNews } from '../waits/leave-news.js';
import { remains } from './remains.js';

/**
 * Deletes a portion of the runs that have ended long enough: they are looked through in the order in which they ended.
 *
 * HAZARD: a run may be in somebody's hands (a batch that tells it of a child, a resume, a transactional step). Waiting for
 * that would make others wait for what is deleted meanwhile, so it is passed over. What is locked is judged once more, as
 * it is then: a run that was resumed has not ended any more.
 *
 * `offset 0` makes the planner look relatives up one by one, by the key, whatever it believes of the size of the table.
 */
export const pruneRuns = statement<
  [
    states: string | null,
    workflows: string | null,
    afterMs: number,
    completedAtMicros: string | null,
    id: string | null,
    limit: number,
  ],
  Pruned
>(
  'prune_runs',
  (s) => `
with looked as materialized (
  select r.id, r.completed_at, r.parent_id,
    ($1::text is null or r.state in (select * from json_array_elements_text($1::json)))
    and ($2::text is null or r.workflow in (select * from json_array_elements_text($2::json))) as matches
  from ${s.runs} r
  where r.completed_at is not null and r.completed_at < now() - ${msInterval('$3::float8')}
    and (r.completed_at, r.id) > (
      coalesce(timestamptz 'epoch' + $4::text::bigint * interval '1 microsecond', '-infinity'), coalesce($5::text, ''))
  order by r.completed_at, r.id limit $6::int
),
chosen as materialized (
  select l.id from looked l cross join lateral (
    select from ${s.runs} r
    where r.id = l.id and r.completed_at = l.completed_at
      -- Code of one that was cancelled runs on, and has its slot.
      and not r.holds_slot
    for update of r skip locked
  ) r
  where l.matches
    and not exists (select from ${s.runs} p where p.id = l.parent_id and p.state in ${OPEN_STATES} offset 0)
    and not exists (
      select from ${s.runs} c where c.parent_id = l.id and not c.is_detached and c.state in ${OPEN_STATES} offset 0)
),
deleted as (
  delete from ${s.runs} r using chosen c where r.id = c.id
  returning r.id, r.workflow, r.queue, r.state, r.awaited
),${tally(s, { as: 'tallied', from: 'deleted', times: -1 })},${leaveNews(s, 'select d.id as run_id from deleted d where d.awaited > 0')},
last as (
  select (extract(epoch from l.completed_at) * 1000000)::bigint::text as micros, l.id from looked l
  order by l.completed_at desc, l.id desc limit 1
)
select
  (select count(*)::int from deleted) + ${remains(s, 'chosen')} as deleted,
  (select count(*)::int from looked l where l.matches) as matching,
  (select count(*)::int from looked) as looked,
  $6::int as wanted,
  (select l.micros from last l) as micros,
  (select l.id from last l) as id`,
  (row) => {
    const [micros, id] = [textOrNull(row['micros']), textOrNull(row['id'])];
    return {
      deleted: number(row['deleted']),
      kept: number(row['matching']) - number(row['deleted']),
      last: micros === null || id === null ? null : { completedAtMicros: micros, id },
      hasMore: number(row['looked']) >= number(row['wanted']),
    };
  },
);
