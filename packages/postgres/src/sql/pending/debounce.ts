import { number, text } from '../cells.js';
import { deduplicationScope, holdsDeduplicationKey } from '../deduplication.js';
import { fromMs, inMs, msInterval } from '../fragments.js';
import { quoteLiteral } from '../names.js';
import { statement } from '../statement.js';

/** The run that waits, and for how long. */
export interface Debounced {
  readonly runId: string;
  readonly dueInMs: number;
}

/**
 * Inserts a run that waits, or puts off the one that waits under its key and gives it the new input; and records the call
 * of the run that asked for it, if one did. No row if that run is no longer its executor's.
 *
 * The last call decides on everything but the id, the queue and how far the run can be put off.
 *
 * HAZARD: whether a run waits is not read but found out by the insert, which locks the one it meets. Should that one be
 * claimed just then, it has begun when the lock is had, and the insert is tried again by the server: then it meets none.
 *
 * The call is inserted without `on conflict`. If it is there, as an earlier try of this very statement landed meanwhile,
 * the error undoes the second push as well; {@link readDebounced} then finds the answer. The run that calls is locked
 * as for any write to its journal, so a claim of it waits, or is waited for.
 */
export const debounceRun = statement<[run: string, call: string | null], Debounced>(
  'debounce_run',
  (s) => `
with given as materialized (
  select clock_timestamp() as now, e.* from json_to_record($1::json) as e(
    id text, key uuid, workflow text, version text, input text, input_extra text, tags text, parent_id text,
    delay_ms float8, max_ms float8, queue text, priority int, partition_key text,
    deduplication_key text, deduplication_scope text, timeout_ms float8, deadline float8, is_detached boolean, trace_context text)
),
calling as materialized (
  select * from json_to_record($2::json) as c(
    run_id text, epoch int, seq int, ordinal int, name text, started_at float8, completed_at float8)
  where $2::json is not null
),
owned as materialized (
  select c.* from calling c cross join lateral (
    select from ${s.runs} r
    where r.id = c.run_id and r.epoch = c.epoch and r.state = 'running'
    for key share of r
  ) o
),
debounced as (
  insert into ${s.runs} as known (
    id, key, workflow, version, state, epoch, input, input_extra, tags, parent_id, wake_at, debounce_until, created_at,
    queue, priority, partition_key, place, deduplication_key, deduplication_scope, timeout_ms, deadline, is_detached,
    trace_context)
  select e.id, e.key, e.workflow, e.version, 'pending', 0, e.input::json, e.input_extra::json, e.tags::jsonb,
    e.parent_id, e.now + ${msInterval('e.delay_ms')}, e.now + ${msInterval('e.max_ms')}, e.now,
    e.queue, coalesce(e.priority, 0), e.partition_key, case when e.queue is not null then nextval(${quoteLiteral(s.places)}) end,
    e.deduplication_key, e.deduplication_scope, e.timeout_ms, ${fromMs('e.deadline')}, coalesce(e.is_detached, false),
    e.trace_context::json
  from given e
  where $2::json is null or exists (select from owned)
  on conflict ((${deduplicationScope()}), deduplication_key) where ${holdsDeduplicationKey()} do update set
    input = excluded.input, input_extra = excluded.input_extra, version = excluded.version, tags = excluded.tags,
    priority = excluded.priority, timeout_ms = excluded.timeout_ms,
    wake_at = least(excluded.wake_at, known.debounce_until), in_line = false
  returning known.id, known.wake_at
),
called as (
  insert into ${s.steps} (
    run_id, seq, ordinal, kind, name, attempt, epoch, output, child_id, started_at, completed_at)
  select o.run_id, o.seq, o.ordinal, 'debounce', o.name, 1, o.epoch, to_json(d.id), d.id,
    ${fromMs('o.started_at')}, ${fromMs('o.completed_at')}
  from owned o cross join debounced d
)
select d.id, greatest(0, ${inMs('(d.wake_at - g.now)')}) as due_in_ms from debounced d cross join given g`,
  (row) => ({ runId: text(row['id']), dueInMs: Math.ceil(number(row['due_in_ms'])) }),
);
