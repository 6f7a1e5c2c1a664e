import type { OwnedRun } from '@holdfast/core/internal';
import { moment, number, payload, payloadOrNull, text, textOrNull } from '../cells.js';
import { inMs } from '../fragments.js';
import type { Row } from '../statement.js';
import { decodeStanding } from './run-standing.js';

/** What an executor is given of a run; `run` is where the columns come from, with a dot. */
export function selectOwnedRun(run: string): string {
  return `${run}id, ${run}key::text as key, ${run}workflow, ${run}version, ${run}epoch, ${run}signals,
  ${run}input::text as input, ${run}input_extra::text as input_extra, ${run}parent_id,
  ${inMs(`coalesce(${run}logical_start, ${run}started_at)`)} as started_at, ${run}queue,
  ${inMs(`${run}deadline`)} as deadline, coalesce(${run}seed, ${run}key)::text as seed, ${run}takeovers,
  ${run}is_unwinding::int as is_unwinding, ${run}is_failing::int as is_failing,
  ${run}error::text as error, ${run}error_extra::text as error_extra,
  ${inMs(`${run}created_at`)} as created_at, ${run}trace_context::text as trace_context,
  ${run}keeps_slot::int as keeps_slot, ${run}is_slot_scarce::int as is_slot_scarce`;
}

export function decodeOwnedRun(row: Row): OwnedRun {
  return {
    ...decodeStanding(row),
    input: payload(row['input'], row['input_extra']),
    startedAtMs: moment(row['started_at']),
    signals: number(row['signals']),
    seed: text(row['seed']),
    keepsSlot: number(row['keeps_slot']) > 0,
    isSlotScarce: number(row['is_slot_scarce']) > 0,
    isFailing: number(row['is_failing']) > 0,
    error: payloadOrNull(row['error'], row['error_extra']),
    createdAtMs: moment(row['created_at']),
    traceContext: textOrNull(row['trace_context']),
  };
}
