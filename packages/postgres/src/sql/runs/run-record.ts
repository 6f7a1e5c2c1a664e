import type { Death, ListedRun, RunRecord, RunState } from '@holdfast/core/internal';
import {
  moment,
  momentOrNull,
  number,
  numberOrNull,
  payload,
  payloadOrNull,
  text,
  textOrNull,
} from '../cells.js';
import { inMs } from '../fragments.js';
import type { Row } from '../statement.js';
import { decodeStanding } from './run-standing.js';

/** The columns of a run as it is shown in a list, from the runs `r`. */
export const selectListedRun = `
  r.id, r.key::text as key, r.workflow, r.version, r.state, r.executor_id, r.epoch,
  r.tags::text as tags, r.parent_id, r.queue, r.priority, r.partition_key, r.deduplication_key,
  r.deduplication_scope, r.timeout_ms,
  ${inMs('r.deadline')} as deadline, r.is_detached::int as is_detached, r.schedule, r.forked_from, r.takeovers,
  r.deaths::text as deaths,
  r.is_unwinding::int as is_unwinding,
  ${inMs('r.wake_at')} as wake_at, ${inMs('r.created_at')} as created_at,
  ${inMs('r.started_at')} as started_at, ${inMs('r.completed_at')} as completed_at,
  r.trace_context::text as trace_context`;

/** The columns of its payloads. */
export const selectPayloads = `
  r.input::text as input, r.input_extra::text as input_extra,
  r.output::text as output, r.output_extra::text as output_extra,
  r.error::text as error, r.error_extra::text as error_extra`;

/** Reads a run that was selected with its payloads. */
export function decodeRunRecord(row: Row): RunRecord {
  return { ...decodeRun(row), ...decodeOutcome(row), input: payload(row['input'], row['input_extra']) };
}

/** Reads a run that may have been selected without them. */
export function decodeListedRun(row: Row): ListedRun {
  if (row['input'] === undefined) return { ...decodeRun(row), input: null, output: null, error: null };
  return decodeRunRecord(row);
}

function decodeOutcome(row: Row): Pick<RunRecord, 'output' | 'error'> {
  return {
    output: payloadOrNull(row['output'], row['output_extra']),
    error: payloadOrNull(row['error'], row['error_extra']),
  };
}

function decodeRun(row: Row): Omit<RunRecord, 'input' | 'output' | 'error'> {
  return {
    ...decodeStanding(row),
    state: text(row['state']) as RunState,
    executorId: textOrNull(row['executor_id']),
    tags: textOrNull(row['tags']),
    priority: number(row['priority']),
    partitionKey: textOrNull(row['partition_key']),
    deduplicationKey: textOrNull(row['deduplication_key']),
    deduplicationScope: textOrNull(row['deduplication_scope']) as RunRecord['deduplicationScope'],
    timeoutMs: numberOrNull(row['timeout_ms']),
    isDetached: number(row['is_detached']) > 0,
    schedule: textOrNull(row['schedule']),
    forkedFrom: textOrNull(row['forked_from']),
    deaths: JSON.parse(textOrNull(row['deaths']) ?? '[]') as readonly Death[],
    wakeAtMs: momentOrNull(row['wake_at']),
    createdAtMs: moment(row['created_at']),
    startedAtMs: momentOrNull(row['started_at']),
    completedAtMs: momentOrNull(row['completed_at']),
    traceContext: textOrNull(row['trace_context']),
  };
}
