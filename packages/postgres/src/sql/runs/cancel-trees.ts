import { text } from '../cells.js';
import { statement } from '../statement.js';
import { cancellation } from './cancellation.js';

/**
 * Cancels runs that have not ended and all that is below them, except what was detached. It looks through runs that have
 * ended: what is below them may not have.
 *
 * A child that is recorded while this looks is not seen. Whoever wants to be sure asks again, until nothing was cancelled:
 * once its parent is cancelled, no child is recorded any more.
 *
 * The equation with 1 is for the planner, which would expect a great many of a recursion.
 */
export const cancelTrees = statement<[runIds: string], string>(
  'cancel_trees',
  (s) => `
with recursive tree as (
  select r.id, r.parent_id, 1 as one
  from (select distinct i.id from json_array_elements_text($1::json) as i(id)) g
  cross join lateral (select * from ${s.runs} r where r.id = g.id offset 0) r
  union
  select c.id, c.parent_id, 1 from tree t cross join lateral (
    select c.id, c.parent_id from ${s.runs} c where c.parent_id = t.id and not c.is_detached offset 0
  ) c
  where t.one = 1
),
given as materialized (
  select t.id, t.parent_id, null as error, null as error_extra from tree t where t.one = 1
),${cancellation(s, { isNamed: 'r.id in (select json_array_elements_text($1::json))' })}`,
  (row) => text(row['id']),
);
