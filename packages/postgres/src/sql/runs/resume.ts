import { text } from '../cells.js';
import { statement } from '../statement.js';

/** Makes a failed or cancelled run claimable again, without a time limit. The claim will raise its epoch. */
export const resumeRun = statement<[runId: string], string>(
  'resume_run',
  (s) => `
update ${s.runs} r set
  state = 'pending', executor_id = null, wake_at = clock_timestamp(),
  output = null, output_extra = null, error = null, error_extra = null, completed_at = null,
  timeout_ms = null, deadline = null
where r.id = $1::text and r.state in ('failed', 'cancelled')
returning r.id`,
  (row) => text(row['id']),
);
