import { text } from '../cells.js';
import { statement } from '../statement.js';
import { cancellation } from './cancellation.js';

/**
 * Cancels overdue runs, each with its error. One that has no such deadline any more, as it was resumed meanwhile, is left
 * alone. Those below it need no looking for: they have inherited its deadline.
 *
 * With coalesce, the planner does not see that the index of deadlines would do: it would read much of it for each.
 */
export const expireRuns = statement<[expiries: string], string>(
  'expire_runs',
  (s) => `
with given as materialized (
  select r.id, r.parent_id, g.error, g.error_extra
  from json_to_recordset($1::json) as g(id text, error text, error_extra text)
  cross join lateral (select * from ${s.runs} r where r.id = g.id offset 0) r
),${cancellation(s, { unless: 'coalesce(r.deadline > clock_timestamp(), true)' })}`,
  (row) => text(row['id']),
);
