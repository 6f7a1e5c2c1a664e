import { text } from '../cells.js';
import { statement } from '../statement.js';
import { comeAbout } from './come-about.js';

/** The runs for which something that they wait for has come about already. */
export const lookAtWaits = statement<[waits: string], string>(
  'look_at_waits',
  (s) => `
select distinct g.run_id
from json_to_recordset($1::json) as g(run_id text, target_id text, kind text, name text, position int)
left join lateral (select r.state from ${s.runs} r where r.id = g.target_id offset 0) r on true
where ${comeAbout(s, 'g', 'r.state')}`,
  (row) => text(row['run_id']),
);
