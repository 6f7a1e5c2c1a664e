import { text } from '../cells.js';
import { statement } from '../statement.js';
import { tally } from '../tallies/tally.js';

/**
 * Makes a failed, cancelled or paused run claimable again, without a time limit, and its takeovers counted from 0. The
 * claim will raise its epoch. The attempts of steps that a paused run has open are counted anew, also if it was cancelled
 * as it unwound. While code of one that was cancelled runs on and so has its slot, its executor stays with it, and no claim
 * takes it.
 */
export const resumeRun = statement<[runId: string], string>(
  'resume_run',
  (s) => `
with found as materialized (
  -- Locked, so that the state that is counted out is the one it is taken from.
  select r.id, r.workflow, r.queue, r.state, r.is_unwinding from ${s.runs} r
  where r.id = $1::text and r.state in ('failed', 'cancelled', 'paused')
  for no key update of r
),
counted_anew as (
  update ${s.steps} c set attempt = 0
  from found f
  where (f.state = 'paused' or f.is_unwinding) and c.run_id = f.id and c.ordinal is null and c.retry_at is not null
),
resumed as (
  update ${s.runs} r set
    state = 'pending', executor_id = case when r.holds_slot then r.executor_id end, wake_at = clock_timestamp(),
    output = null, output_extra = null, completed_at = null,
    -- One that unwinds keeps the reason.
    error = case when r.is_unwinding then r.error end,
    error_extra = case when r.is_unwinding then r.error_extra end,
    timeout_ms = null, deadline = null, takeovers = 0, takeover_seq = null, deaths = null
  from found f where r.id = f.id
  returning r.id, f.workflow, f.queue, f.state
),${tally(s, { as: 'tallied', from: 'resumed', times: -1 })}
select r.id from resumed r`,
  (row) => text(row['id']),
);
