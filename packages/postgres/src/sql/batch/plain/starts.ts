import { fromMs } from '../../fragments.js';
import type { Schema } from '../../names.js';
import type { BatchPart } from '../part.js';
import { starts } from '../starts.js';

const given = (parameter: string): string => `
  select * from json_to_recordset(${parameter}::json) as e(
    at int, id text, key uuid, workflow text, version text, executor_id text, input text, input_extra text,
    tags text, started_at float8, timeout_ms float8, deadline float8, trace_context text)`;

// The rows come sorted by their keys, as those of all starts do.
const insert = (s: Schema): string => `
  insert into ${s.runs} (
    id, key, workflow, version, state, executor_id, epoch, input, input_extra, tags,
    created_at, started_at, timeout_ms, deadline, trace_context)
  select e.id, e.key, e.workflow, e.version, 'running', e.executor_id, 1,
    e.input::json, e.input_extra::json, e.tags::jsonb,
    (select clock_timestamp()), ${fromMs('e.started_at')}, e.timeout_ms, ${fromMs('e.deadline')}, e.trace_context::json
  from starting e
  where not exists (
    select from ${s.executors} x
    where x.id = (select b.executor_id from starting b limit 1) and x.stopped_at is not null
  )
  on conflict do nothing
  returning id, key`;

/**
 * Inserts runs that one executor begins at once, and that are in no queue, of no parent and no schedule, and have no
 * deduplication key.
 *
 * Those of an executor that was declared dead are passed over: they are to be inserted in full.
 */
export const plainStarts: BatchPart = {
  writes: (s, parameter) => `
starting as materialized (${given(parameter)}
),
started as (${insert(s)}
)`,
  unsettled: starts.unsettled,
};

/** The same for a single one: its row is there if it was inserted. */
export const lonePlainStart = (s: Schema): string => `
with starting as (${given('$1')}
)${insert(s)}`;
