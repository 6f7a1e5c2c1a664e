import { fromMs } from '../../fragments.js';
import type { Schema } from '../../names.js';
import type { BatchPart } from '../part.js';
import { fenced, steps } from '../steps.js';

const given = (parameter: string): string => `
  select * from json_to_recordset(${parameter}::json) as e(
    at int, run_id text, epoch int, seq int, ordinal int, kind text, name text, attempt int,
    output text, output_extra text, started_at float8, completed_at float8)`;

const insert = (s: Schema): string => `
  insert into ${s.steps} (
    run_id, seq, ordinal, kind, name, attempt, epoch, output, output_extra, started_at, completed_at)
  select e.run_id, e.seq, e.ordinal, e.kind, e.name, e.attempt, e.epoch,
    e.output::json, e.output_extra::json, ${fromMs('e.started_at')}, ${fromMs('e.completed_at')}
  from (${fenced(s, 'for key share of r')}
  ) e
  returning run_id, seq`;

/**
 * Writes successes of calls that nothing was written of before, and that nothing takes back, into journals, under the same
 * fence as all calls.
 *
 * One that is there all the same (an answer was lost, or an executor does not know that it was declared dead) violates
 * the key, and the batch is to be written in full.
 */
export const plainSteps: BatchPart = {
  writes: (s, parameter) => `
calling as materialized (${given(parameter)}
),
called as (${insert(s)}
)`,
  unsettled: steps.unsettled,
};

/** The same for a single one: its row is there if it was written. */
export const lonePlainStep = (s: Schema): string => `
with calling as (${given('$1')}
)${insert(s)}`;
