import { text } from '../cells.js';
import { statement } from '../statement.js';

/**
 * Which of these runs somebody is just writing to. The lock is the one that all of them stand in the way of; it is given
 * back at once. Whoever waited for it would hold the others up, so nobody is waited for.
 *
 * The equation with 1 makes the planner expect a single row, and look each run up by its key.
 */
export const listBusyRuns = statement<[runIds: string], string>(
  'list_busy_runs',
  (s) => `
with asked as materialized (
  select i.id, 1 as one from (select distinct i.id from json_array_elements_text($1::json) as i(id)) i
),
free as materialized (
  select l.id from asked a cross join lateral (
    select r.id from ${s.runs} r where r.id = a.id for update of r skip locked
  ) l
  where a.one = 1
)
select r.id from asked a cross join lateral (select * from ${s.runs} r where r.id = a.id offset 0) r
where r.id not in (select f.id from free f)`,
  (row) => text(row['id']),
);
