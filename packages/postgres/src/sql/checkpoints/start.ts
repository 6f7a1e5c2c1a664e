import { number, text } from '../cells.js';
import { deduplicationScope, holdsDeduplicationKey } from '../deduplication.js';
import { fromMs, msInterval } from '../fragments.js';
import { quoteLiteral } from '../names.js';
import { statement } from '../statement.js';

/**
 * Inserts a pending run, and a notification that is sent when the user's transaction commits. The run is a JSON text.
 *
 * One whose id or deduplication key is taken is passed over; {@link readTaken} then tells by whom.
 */
export const insertRun = statement<[run: string, channel: string, payload: string], number>(
  'insert_run',
  (s) => `
with given as materialized (
  select clock_timestamp() as now, e.* from json_to_record($1::text::json) as e(
    id text, key uuid, workflow text, version text, input text, input_extra text, tags text, delay_ms float8,
    queue text, priority int, partition_key text, deduplication_key text, deduplication_scope text,
    timeout_ms float8, deadline float8, is_detached boolean, schedule text, trace_context text)
),
written as (
  insert into ${s.runs} (
    id, key, workflow, version, state, epoch, input, input_extra, tags, wake_at, created_at,
    queue, priority, partition_key, place, in_line, deduplication_key, deduplication_scope,
    timeout_ms, deadline, is_detached, schedule, trace_context)
  select e.id, e.key, e.workflow, e.version, 'pending', 0, e.input::json, e.input_extra::json, e.tags::jsonb,
    e.now + ${msInterval('e.delay_ms')}, e.now,
    e.queue, e.priority, e.partition_key, case when e.queue is not null then nextval(${quoteLiteral(s.places)}) end,
    e.queue is not null and e.delay_ms = 0, e.deduplication_key, e.deduplication_scope, e.timeout_ms, ${fromMs('e.deadline')},
    e.is_detached, e.schedule, e.trace_context::json
  from given e
  on conflict do nothing
  returning id
)
select count(*)::int as written, max(pg_notify($2::text, $3::text)::text) as told from written`,
  (row) => number(row['written']),
);

/** A run that stands in the way of a start: by its id, or by its deduplication key. */
export interface Taken {
  readonly by: 'id' | 'deduplication key';
  readonly id: string;
  readonly key: string;
  readonly workflow: string;
}

/**
 * Whose run stands in the way of a start; none if it is not in the way any more. A statement of its own: it sees what
 * was committed while the insert waited for it.
 */
export const readTaken = statement<[run: string], Taken>(
  'read_taken',
  (s) => `
with given as materialized (
  select * from json_to_record($1::text::json) as e(
    id text, workflow text, queue text, deduplication_key text, deduplication_scope text)
)
select t.by, t.id, t.key::text as key, t.workflow from given e cross join lateral (
  select 'id' as by, r.id, r.key, r.workflow from ${s.runs} r where r.id = e.id
  union all
  select 'deduplication key', h.id, h.key, h.workflow from ${s.runs} h
  where ${deduplicationScope('h')} = ${deduplicationScope('e')}
    and h.deduplication_key = e.deduplication_key and ${holdsDeduplicationKey('h')}
) t`,
  (row) => ({
    by: text(row['by']) as Taken['by'],
    id: text(row['id']),
    key: text(row['key']),
    workflow: text(row['workflow']),
  }),
);
