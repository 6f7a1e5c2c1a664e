import { text } from '../cells.js';
import { fromMs } from '../fragments.js';
import { lineChanged } from '../queues/line-changed.js';
import { statement } from '../statement.js';

// A run that is claimed meanwhile is waited for, and then found to have begun.

/** Gives a run that nobody has begun another priority. */
export const setPriority = statement<[runId: string, priority: number], string>(
  'set_priority',
  (s) => `
with changed as (
  update ${s.runs} r set priority = $2::int
  where r.id = $1::text and r.state = 'pending' and r.started_at is null
  returning r.id, r.queue
),${lineChanged(s, 'changed')}
select c.id from changed c`,
  (row) => text(row['id']),
);

/** Makes a run that nobody has begun due at a moment. In a queue it leaves the line, to come back when it is due. */
export const setDue = statement<[runId: string, dueAtMs: number], string>(
  'set_due',
  (s) => `
with changed as (
  update ${s.runs} r set wake_at = ${fromMs('$2::float8')}, in_line = false
  where r.id = $1::text and r.state = 'pending' and r.started_at is null
  returning r.id, r.queue
),${lineChanged(s, 'changed')}
select c.id from changed c`,
  (row) => text(row['id']),
);
