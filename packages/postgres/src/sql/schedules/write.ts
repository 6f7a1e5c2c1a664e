import { text } from '../cells.js';
import { fromMs } from '../fragments.js';
import { statement } from '../statement.js';
import { touched } from './record.js';

const TERMS = [
  'cron',
  'time_zone',
  'workflow',
  'version',
  'input',
  'input_extra',
  'tags',
  'queue',
  'priority',
  'partition_key',
  'timeout_ms',
  'is_singleton',
  'catch_up',
  'overlap',
];

/**
 * Makes schedules, or changes those that are there: all in one move. Where a schedule stands it stays, but for the next
 * tick, which is another one when its times are.
 *
 * HAZARD: the rows come sorted by name, or two that write the same two would wait for each other.
 */
export const writeSchedules = statement<[schedules: string], string>(
  'write_schedules',
  (s) => `
with given as materialized (
  select * from json_to_recordset($1::json) as e(
    name text, cron text, time_zone text, workflow text, version text, input text, input_extra text, tags text,
    queue text, priority int, partition_key text, timeout_ms float8, is_singleton boolean, catch_up text, overlap text,
    next_at float8, definition text, write text)
)
insert into ${s.schedules} as s (name, ${TERMS.join(', ')}, next_at, definition)
select e.name, e.cron, e.time_zone, e.workflow, e.version, e.input::json, e.input_extra::json, e.tags::jsonb,
  e.queue, e.priority, e.partition_key, e.timeout_ms, e.is_singleton, e.catch_up, e.overlap,
  ${fromMs('e.next_at')}, e.definition::jsonb
from given e
on conflict (name) do update set
  ${TERMS.map((term) => `${term} = excluded.${term}`).join(', ')},
  next_at = case when s.cron = excluded.cron and s.time_zone = excluded.time_zone then s.next_at else excluded.next_at end,
  definition = coalesce(excluded.definition, s.definition),
  updated_at = ${touched('s')}
where case (select e.write from given e where e.name = excluded.name)
  when 'when changed' then s.definition is distinct from excluded.definition
  when 'once' then false
  else true
end
returning s.name`,
  (row) => text(row['name']),
);
