import { fromMs, msInterval } from '../fragments.js';
import { quoteLiteral } from '../names.js';
import type { BatchPart } from './part.js';

/**
 * Inserts new runs. One whose id or deduplication key is taken is passed over: {@link readStanding} then tells by whom,
 * and whether it is the same one.
 */
export const starts: BatchPart = {
  writes: (s, given) => `
starting as materialized (
  select * from rows from (json_to_recordset(${given}::json) as (
    at int, id text, key uuid, workflow text, version text, executor_id text, input text, input_extra text,
    tags text, parent_id text, delay_ms float8, started_at float8,
    queue text, priority int, partition_key text, deduplication_key text, deduplication_scope text,
    timeout_ms float8, deadline float8, is_detached boolean, schedule text, trace_context text)) with ordinality as e
),
-- Places in a queue go in the order in which the starts were made, not in that in which the rows are inserted.
placed as materialized (
  select e.at, nextval(${quoteLiteral(s.places)}) as place
  from (select e.at from starting e where e.queue is not null order by e.at offset 0) e
),
-- A child is not started once its parent is cancelled. HAZARD: this lock, which shows a cancel that there is a start under
-- way, does not wait for the cancel, and gives the row as this statement's snapshot has it, perhaps from before the cancel.
-- So once the lock is held, a function with a snapshot of its own is asked.
parents as materialized (
  select e.at, p.id from starting e cross join lateral (
    select p.id from ${s.runs} p where p.id = e.parent_id for key share of p
  ) p
  where e.parent_id is not null and not coalesce(e.is_detached, false)
),
orphaned as materialized (
  select p.at from parents p where ${s.isCancelled}(p.id)
),
clock as materialized (select clock_timestamp() as now),
taken as materialized (
  -- In the name of an executor that was declared dead, a run is left to the others.
  select e.*, e.executor_id is not null and not exists (
    select from ${s.executors} x where x.id = e.executor_id and x.stopped_at is not null
  ) as is_taken
  from starting e
),
started as (
  -- The rows come sorted by their keys: two batches that insert the same two would else wait for each other.
  insert into ${s.runs} (
    id, key, workflow, version, state, executor_id, epoch, wake_at, input, input_extra, tags, parent_id,
    created_at, started_at,
    queue, priority, partition_key, place, in_line, deduplication_key, deduplication_scope,
    timeout_ms, deadline, is_detached, schedule, trace_context)
  select e.id, e.key, e.workflow, e.version,
    case when e.is_taken then 'running' else 'pending' end,
    case when e.is_taken then e.executor_id end,
    -- Also if its executor is dead and does not know it: it believes to hold epoch 1, so nobody else may get that.
    (e.executor_id is not null)::int,
    case when not e.is_taken then clock.now + ${msInterval('e.delay_ms')} end,
    e.input::json, e.input_extra::json, e.tags::jsonb, e.parent_id,
    clock.now,
    case when e.is_taken then ${fromMs('e.started_at')} end,
    e.queue, coalesce(e.priority, 0), e.partition_key, p.place, e.queue is not null and e.delay_ms = 0,
    e.deduplication_key, e.deduplication_scope, e.timeout_ms, ${fromMs('e.deadline')}, coalesce(e.is_detached, false), e.schedule,
    e.trace_context::json
  from taken e left join placed p on p.at = e.at cross join clock
  where e.at not in (select o.at from orphaned o)
  order by e.ordinality
  -- Whichever of its keys is taken: that of its id, or that of its duplicates.
  on conflict do nothing
  returning id, key
)`,
  unsettled: `
select e.at from starting e
where (e.id, e.key) not in (select w.id, w.key from started w)`,
};
