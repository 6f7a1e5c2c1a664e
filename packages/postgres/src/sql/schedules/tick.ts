import type { TickOutcome } from '@holdfast/core/internal';
import { starts } from '../batch/starts.js';
import { text } from '../cells.js';
import { fromMs, OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';
import { revisionOf } from './record.js';

/**
 * Advances schedules and inserts the runs of their ticks: one statement, so both or neither. The parameters are the
 * ticks, sorted by name, and the runs, each beside the name of its schedule, in the order in which starts are made.
 *
 * HAZARD: several processes see the same schedule due at the same moment. Its row is what they meet at: whoever holds
 * it is advancing it, so the others pass by and do not wait; and who comes later finds another revision.
 *
 * That a run is unended is seen as of the beginning of the statement. The runs of earlier ticks are there by then: who
 * knows the revision after a tick read it after that was committed.
 */
export const tickSchedules = statement<[ticks: string, runs: string], TickOutcome>(
  'tick_schedules',
  (s) => `
with given as materialized (
  select * from json_to_recordset($1::json) as e(name text, revision text, next_at float8, last_at float8)
),
locked as materialized (
  select e.*, s.overlap from given e cross join lateral (
    select s.overlap from ${s.schedules} s
    where s.name = e.name and s.paused_at is null and ${revisionOf('s')} = e.revision
    for no key update of s skip locked
  ) s
),
ticked as (
  update ${s.schedules} s set next_at = ${fromMs('l.next_at')}, last_at = ${fromMs('l.last_at')}
  from locked l where s.name = l.name
  returning s.name
),
passing as materialized (
  select l.name from locked l
  where l.overlap = 'skip' and exists (
    select from ${s.runs} r where r.schedule = l.name and r.state in ${OPEN_STATES})
),
chosen as materialized (
  select e.name, e.run from json_to_recordset($2::json) as e(name text, run json)
  where e.name in (select l.name from locked l) and e.name not in (select p.name from passing p)
),
${starts.writes(s, `(select json_agg(c.run order by (c.run->>'at')::int) from chosen c)`)}
select t.name, (
  select coalesce(json_agg(w.id), '[]') from started w join chosen c on c.run->>'id' = w.id where c.name = t.name
)::text as started
from ticked t`,
  (row) => ({ name: text(row['name']), started: JSON.parse(row['started'] as string) as string[] }),
);
