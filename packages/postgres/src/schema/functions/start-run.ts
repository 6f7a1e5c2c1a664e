import { UNCHECKED_INPUT } from '@holdfast/core/internal';
import { insertRun, readTaken } from '../../sql/checkpoints/start.js';
import { quoteLiteral, type Schema } from '../../sql/names.js';
import { wordOfWork } from '../../store/signals.js';
import { executing } from './executing.js';
import { raise } from './sql-states.js';

/**
 * Starts a run from any language: what app.start() and app.within(tx).start() are in TypeScript.
 *
 * What only the code knows of the workflow (its version, its time limit, whether it is a singleton) is taken from an executor
 * which is alive and has it; of several, from the one which came last. The arguments are marked as unchecked, so that
 * whoever begins the run checks them by the workflow's input schema.
 */
export function startRun(s: Schema): string {
  return `
create or replace function ${s.quoted}.start_run(
  workflow text, args json default '[]', id text default null, version text default null, queue text default null,
  priority int default 0, partition_key text default null, deduplication_key text default null,
  delay interval default null, timeout interval default null, tags jsonb default null, trace_context json default null)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $holdfast$
#variable_conflict use_column
declare
  run_id text := coalesce(start_run.id, gen_random_uuid()::text);
  live_version text;
  live_timeout_ms float8;
  is_singleton boolean;
  new_run json;
  written int;
  told text;
  taken_by text;
  taken_id text;
  taken_key text;
  taken_workflow text;
begin
${CHECKS(s)}
${LOOKING(s)}
  new_run := json_build_object(
    'id', run_id, 'key', gen_random_uuid(), 'workflow', start_run.workflow,
    'version', coalesce(start_run.version, live_version, '1'),
    'input', start_run.args::text, 'input_extra', ${quoteLiteral(UNCHECKED_INPUT)}, 'tags', start_run.tags::text,
    'delay_ms', coalesce(${s.quoted}.milliseconds(start_run.delay, 'delay'), 0),
    'queue', start_run.queue, 'priority', coalesce(start_run.priority, 0), 'partition_key', start_run.partition_key,
    'deduplication_key', case when is_singleton then start_run.workflow else start_run.deduplication_key end,
    'deduplication_scope', case when is_singleton then 'singleton' end,
    'timeout_ms', coalesce(${s.quoted}.milliseconds(start_run.timeout, 'timeout'), live_timeout_ms), 'is_detached', false,
    'trace_context', start_run.trace_context::text);
  loop
    ${executing(s, insertRun, ['new_run::text', quoteLiteral(s.name), quoteLiteral(wordOfWork())], 'written, told')};
    exit when written > 0;
    ${executing(s, readTaken, ['new_run::text'], 'taken_by, taken_id, taken_key, taken_workflow')};
    if taken_by = 'id' then
      exit when taken_workflow = start_run.workflow;
      ${raise({
        code: 'RUN_ID_CONFLICT',
        message: 'Run "%" is of workflow "%", not of "%".',
        values: ['run_id', 'taken_workflow', 'start_run.workflow'],
        hint: 'Give the new run another id, or leave it out.',
      })}
    elsif is_singleton and taken_workflow = start_run.workflow then
      return taken_id;
    elsif taken_by is not null then
      ${raise({
        code: 'DUPLICATE_RUN',
        message: 'Run "%" of workflow "%" has the deduplication key "%" and has not ended.',
        values: ['taken_id', 'taken_workflow', 'start_run.deduplication_key'],
        hint: 'Use that run, or start this one when it has ended.',
      })}
    end if;
    -- What stood in the way is gone: once more.
  end loop;
  return run_id;
end
$holdfast$;`;
}

const CHECKS = (s: Schema): string => `
  perform ${s.quoted}.check_name(start_run.workflow, 'name of the workflow');
  if start_run.args is null or json_typeof(start_run.args) <> 'array' then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'The arguments of workflow "%" must be a JSON array, and are %.',
      values: ['start_run.workflow', "coalesce('a JSON ' || json_typeof(start_run.args), 'null')"],
      hint: 'Put the one argument of a workflow into an array too: [{"id": 42}].',
    })}
  end if;
  perform ${s.quoted}.check_name(given.value, given.what) from (values
    (start_run.id, 'id of the run'), (start_run.version, 'version'), (start_run.queue, 'name of the queue'),
    (start_run.partition_key, 'partition key'), (start_run.deduplication_key, 'deduplication key')
  ) as given(value, what) where given.value is not null;
  if start_run.queue is not null and not ${IS_KNOWN_QUEUE(s)} then
    ${raise({
      code: 'UNKNOWN_QUEUE',
      message: 'There is no queue "%".',
      values: ['start_run.queue'],
      hint: 'Define it in the app, and launch that, before runs are started in it.',
    })}
  end if;
  if start_run.timeout = interval '0' then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'The timeout must not be 0.',
      hint: 'Leave it out for no time limit.',
    })}
  end if;
  if start_run.queue is null and (start_run.partition_key is not null or start_run.priority <> 0) then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'A priority or a partition key has no meaning without a queue.',
      hint: 'Name the queue too, or leave them out.',
    })}
  end if;
  if jsonb_typeof(start_run.tags) <> 'object' then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'The tags must be a JSON object, and are a JSON %.',
      values: ['jsonb_typeof(start_run.tags)'],
      hint: 'Give names and values: {"customer": "c-42"}.',
    })}
  end if;
  if json_typeof(start_run.trace_context) <> 'object' then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'The trace context must be a JSON object, and is a JSON %.',
      values: ['json_typeof(start_run.trace_context)'],
      hint: 'Give what your propagator writes: {"traceparent": "00-..."}.',
    })}
  end if;
`;

const IS_ALIVE = 'x.stopped_at is null and x.lease_until > clock_timestamp()';

// A rolling deploy has several versions alive: the newest is wanted.
const LOOKING = (s: Schema): string => `
  select served.version, served."timeoutMs", served."isSingleton" into live_version, live_timeout_ms, is_singleton
  from ${s.executors} x
  cross join lateral json_to_recordset(x.serves -> 'workflows')
    as served(workflow text, version text, "timeoutMs" float8, "isSingleton" boolean)
  where ${IS_ALIVE} and served.workflow = start_run.workflow
    and served.version = coalesce(start_run.version, served.version)
  order by x.started_at desc, served.version limit 1;
  if is_singleton and start_run.deduplication_key is not null then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'Workflow "%" is a singleton: its runs have a deduplication key already.',
      values: ['start_run.workflow'],
      hint: 'Leave yours out.',
    })}
  end if;`;

// A queue without limits need not have a row: it is known to those that serve it.
const IS_KNOWN_QUEUE = (s: Schema): string => `(
    exists (select from ${s.queues} q where q.name = start_run.queue)
    or exists (
      select from ${s.executors} x cross join lateral json_array_elements_text(x.serves -> 'queues') as served(name)
      where ${IS_ALIVE} and json_typeof(x.serves -> 'queues') = 'array' and served.name = start_run.queue))`;
