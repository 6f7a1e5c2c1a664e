import { text } from '../cells.js';
import { statement } from '../statement.js';
import { tally } from '../tallies/tally.js';

/** Makes a failed or cancelled run claimable again, without a time limit. The claim will raise its epoch. */
export const resumeRun = statement<[runId: string], string>(
  'resume_run',
  (s) => `
with ended as materialized (
  -- Locked, so that the state that is counted out is the one it is taken from.
  select r.id, r.workflow, r.queue, r.state from ${s.runs} r
  where r.id = $1::text and r.state in ('failed', 'cancelled')
  for no key update of r
),
resumed as (
  update ${s.runs} r set
    state = 'pending', executor_id = null, wake_at = clock_timestamp(),
    output = null, output_extra = null, error = null, error_extra = null, completed_at = null,
      timeout_ms = null, deadline = null
  from ended e where r.id = e.id
  returning r.id, e.workflow, e.queue, e.state
),${tally(s, { as: 'tallied', from: 'resumed', times: -1 })}
select r.id from resumed r`,
  (row) => text(row['id']),
);
