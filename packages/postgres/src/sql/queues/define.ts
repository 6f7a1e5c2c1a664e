import { nothing, statement } from '../statement.js';
import { LIMIT_COLUMNS, LIMIT_TYPES, SET_LIMITS } from './limits.js';

/**
 * Writes definitions of queues (JSON rows with `name`, `apply`, `definition` and the limits) over what is there, as far as
 * each says that it should be. A queue of which only runs were known has no limits that anybody set.
 *
 * HAZARD: rows are locked in the order of their names, as claims lock them.
 */
export const defineQueues = statement<[queues: string], undefined>(
  'define_queues',
  (s) => `
insert into ${s.queues} as known (name, definition, updated_at, ${LIMIT_COLUMNS})
select e.name, e.definition, clock_timestamp(), ${LIMIT_COLUMNS}
from json_to_recordset($1::json) as e(name text, apply text, definition jsonb, ${LIMIT_TYPES})
order by e.name collate "C"
on conflict (name) do update set definition = excluded.definition, updated_at = excluded.updated_at, ${SET_LIMITS}
where known.updated_at is null or exists (
  select from json_to_recordset($1::json) as e(name text, apply text)
  where e.name = excluded.name
    and (e.apply = 'always' or e.apply = 'when changed' and known.definition is distinct from excluded.definition)
)`,
  nothing,
);
