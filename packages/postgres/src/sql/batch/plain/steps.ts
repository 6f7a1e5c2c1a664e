import { fromMs } from '../../fragments.js';
import type { BatchPart } from '../part.js';
import { fenced, steps } from '../steps.js';

/**
 * Writes successes of calls that nothing was written of before, and that nothing takes back, into journals, under the same
 * fence as all calls.
 *
 * One that is there all the same (an answer was lost, or an executor does not know that it was declared dead) violates
 * the key, and the batch is to be written in full.
 */
export const plainSteps: BatchPart = {
  writes: (s, given) => `
calling as materialized (
  select * from json_to_recordset(${given}::json) as e(
    at int, run_id text, epoch int, seq int, ordinal int, kind text, name text, attempt int,
    output text, output_extra text, started_at float8, completed_at float8)
),
called as (
  insert into ${s.steps} (
    run_id, seq, ordinal, kind, name, attempt, epoch, output, output_extra, started_at, completed_at)
  select e.run_id, e.seq, e.ordinal, e.kind, e.name, e.attempt, e.epoch,
    e.output::json, e.output_extra::json, ${fromMs('e.started_at')}, ${fromMs('e.completed_at')}
  from (${fenced(s, 'for key share of r')}
  ) e
  returning run_id, seq
)`,
  unsettled: steps.unsettled,
};
