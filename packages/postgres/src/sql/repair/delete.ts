import { text } from '../cells.js';
import { ENDED_STATES, OPEN_STATES } from '../fragments.js';
import { remains } from '../runs/remains.js';
import { statement } from '../statement.js';
import { tally } from '../tallies/tally.js';
import { leaveNews } from '../waits/leave-news.js';

/**
 * Deletes runs that have ended, with all that is kept of them. One whose code still runs and keeps its slot stays, and so
 * does one whose parent has not ended: it would not find the outcome that it may wait for, and begin it anew. If asked, with
 * all that is below them, except what was detached: whole trees then, so that what stays can be found again.
 *
 * HAZARD: parents are not locked. One that is resumed meanwhile begins a child anew whose outcome it has not recorded.
 *
 * HAZARD: `for update`, sorted by id: a write that is under way is waited for, and what it left is deleted too, by a function
 * that sees it. What was resumed meanwhile is not locked, and so its tree stays.
 *
 * The equations with 1 are for the planner, which would expect a great many of a recursion.
 */
export const deleteRuns = statement<[runIds: string, withChildren: boolean], string>(
  'delete_runs',
  (s) => `
with recursive tree as (
  select r.id as root, r.id, 1 as one
  from (select distinct i.id from json_array_elements_text($1::text::json) as i(id)) g
  cross join lateral (select r.id from ${s.runs} r where r.id = g.id offset 0) r
  union
  select t.root, c.id, 1 from tree t cross join lateral (
    select c.id from ${s.runs} c where c.parent_id = t.id and not c.is_detached offset 0
  ) c
  where t.one = 1 and $2::boolean
),
found as materialized (select distinct t.id from tree t where t.one = 1 order by t.id),
locked as materialized (
  select r.id from found f cross join lateral (
    select r.id from ${s.runs} r
    where r.id = f.id and r.state in ${ENDED_STATES} and not r.holds_slot
    for update of r
  ) r
),
needed as materialized (
  select t.id from tree t
  cross join lateral (select r.parent_id from ${s.runs} r where r.id = t.root offset 0) r
  cross join lateral (select p.state from ${s.runs} p where p.id = r.parent_id offset 0) p
  where t.id = t.root and p.state in ${OPEN_STATES}
),
chosen as materialized (
  select distinct t.id, 1 as one from tree t
  where t.root not in (select o.root from tree o where o.id not in (select l.id from locked l))
    and t.root not in (select n.id from needed n)
),
deleted as (
  delete from ${s.runs} r using chosen c where r.id = c.id and c.one = 1
  returning r.id, r.workflow, r.queue, r.state, r.awaited
),${tally(s, { as: 'tallied', from: 'deleted', times: -1 })},${leaveNews(s, 'select d.id as run_id from deleted d where d.awaited > 0')},
forgotten as materialized (select ${remains(s, 'chosen')} as rest)
select d.id from deleted d cross join forgotten`,
  (row) => text(row['id']),
);
