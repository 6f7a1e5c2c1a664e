import { text } from '../cells.js';
import { statement } from '../statement.js';

/** Which of these runs are not running at the epoch given. */
export const listLostRuns = statement<[held: string], string>(
  'list_lost_runs',
  (s) => `
select g.id from json_to_recordset($1::json) as g(id text, epoch int)
left join lateral (
  select 1 as stands from ${s.runs} r where r.id = g.id and r.epoch = g.epoch and r.state = 'running' offset 0
) r on true
where r.stands is null`,
  (row) => text(row['id']),
);
