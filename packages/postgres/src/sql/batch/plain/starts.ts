import { fromMs } from '../../fragments.js';
import type { BatchPart } from '../part.js';
import { starts } from '../starts.js';

/**
 * Inserts runs that one executor begins at once, and that are in no queue, of no parent and no schedule, and have no
 * deduplication key and no trace context.
 *
 * Those of an executor that was declared dead are passed over: they are to be inserted in full.
 */
export const plainStarts: BatchPart = {
  writes: (s, given) => `
starting as materialized (
  select * from json_to_recordset(${given}::json) as e(
    at int, id text, key uuid, workflow text, version text, executor_id text, input text, input_extra text,
    tags text, started_at float8, timeout_ms float8, deadline float8)
),
started as (
  -- The rows come sorted by their keys, as those of all starts do.
  insert into ${s.runs} (
    id, key, workflow, version, state, executor_id, epoch, input, input_extra, tags,
    created_at, started_at, timeout_ms, deadline)
  select e.id, e.key, e.workflow, e.version, 'running', e.executor_id, 1,
    e.input::json, e.input_extra::json, e.tags::jsonb,
    (select clock_timestamp()), ${fromMs('e.started_at')}, e.timeout_ms, ${fromMs('e.deadline')}
  from starting e
  where not exists (
    select from ${s.executors} x
    where x.id = (select b.executor_id from starting b limit 1) and x.stopped_at is not null
  )
  on conflict do nothing
  returning id, key
)`,
  unsettled: starts.unsettled,
};
