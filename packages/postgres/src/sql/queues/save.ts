import { text } from '../cells.js';
import { statement } from '../statement.js';
import { LIMIT_COLUMNS, LIMIT_TYPES, SET_LIMITS } from './limits.js';
import { revisionOf } from './revision.js';

/** Writes a queue's limits (a JSON row) if it still has this revision or, without one, if there is no such queue. */
export const saveQueue = statement<[name: string, limits: string, revision: string | null], string>(
  'save_queue',
  (s) => `
insert into ${s.queues} as known (name, updated_at, ${LIMIT_COLUMNS})
select $1::text, clock_timestamp(), ${LIMIT_COLUMNS}
from json_to_record($2::json) as e(${LIMIT_TYPES})
-- One that was deleted meanwhile is not made anew.
where $3::text is null or exists (select from ${s.queues} q where q.name = $1::text)
on conflict (name) do update set updated_at = excluded.updated_at, ${SET_LIMITS}
where ${revisionOf('known')} = $3::text
returning name`,
  (row) => text(row['name']),
);
