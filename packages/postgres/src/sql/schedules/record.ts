import type { ScheduleRecord } from '@holdfast/core/internal';
import { moment, momentOrNull, number, numberOrNull, payload, text, textOrNull } from '../cells.js';
import { inMs } from '../fragments.js';
import type { Row } from '../statement.js';

/**
 * What a schedule's row is compared by. In microseconds, as rows are: a moment that somebody set by hand need not be on
 * a whole millisecond.
 */
export function revisionOf(s: string): string {
  return `((extract(epoch from ${s}.updated_at) * 1000000)::bigint || ' ' ||
    coalesce((extract(epoch from ${s}.next_at) * 1000000)::bigint, 0))`;
}

/** The columns of a schedule's record. */
export function recordColumns(s: string): string {
  return `${s}.name, ${s}.cron, ${s}.time_zone, ${s}.workflow, ${s}.version, ${s}.input::text as input,
  ${s}.input_extra::text as input_extra, ${s}.tags::text as tags, ${s}.queue, ${s}.priority, ${s}.partition_key,
  ${s}.timeout_ms, ${s}.is_singleton::int as is_singleton, ${s}.catch_up, ${s}.overlap, ${revisionOf(s)} as revision,
  ${inMs(`${s}.next_at`)} as next_at, ${inMs(`${s}.last_at`)} as last_at, ${inMs(`${s}.paused_at`)} as paused_at,
  ${inMs(`${s}.created_at`)} as created_at, ${inMs(`${s}.updated_at`)} as updated_at`;
}

export function recordOf(row: Row): ScheduleRecord {
  return {
    name: text(row['name']),
    cron: text(row['cron']),
    timeZone: text(row['time_zone']),
    workflow: text(row['workflow']),
    version: text(row['version']),
    input: payload(row['input'], row['input_extra']),
    tags: textOrNull(row['tags']),
    queue: textOrNull(row['queue']),
    priority: number(row['priority']),
    partitionKey: textOrNull(row['partition_key']),
    timeoutMs: numberOrNull(row['timeout_ms']),
    isSingleton: number(row['is_singleton']) > 0,
    catchUp: text(row['catch_up']) as ScheduleRecord['catchUp'],
    overlap: text(row['overlap']) as ScheduleRecord['overlap'],
    revision: text(row['revision']),
    nextAtMs: momentOrNull(row['next_at']),
    lastAtMs: momentOrNull(row['last_at']),
    pausedAtMs: momentOrNull(row['paused_at']),
    createdAtMs: moment(row['created_at']),
    updatedAtMs: moment(row['updated_at']),
  };
}

/** A later moment than any before, also within a microsecond or when the clock is set back. */
export function touched(s: string): string {
  return `greatest(clock_timestamp(), ${s}.updated_at + interval '1 microsecond')`;
}
