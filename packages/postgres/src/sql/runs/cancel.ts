import { text } from '../cells.js';
import { statement } from '../statement.js';
import { cancellation } from './cancellation.js';

/** Cancels runs that have not ended. */
export const cancelRuns = statement<[runIds: string], string>(
  'cancel_runs',
  (s) => `
with given as materialized (
  select r.id, r.parent_id, null as error, null as error_extra
  from (select distinct i.id from json_array_elements_text($1::json) as i(id)) g
  cross join lateral (select * from ${s.runs} r where r.id = g.id offset 0) r
),${cancellation(s)}`,
  (row) => text(row['id']),
);
