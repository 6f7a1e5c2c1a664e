import type { Schema } from '../names.js';

/**
 * Says that runs which stand in line were given another place in it: a common table expression, of the runs' queues in
 * `from`. Claims remember how far a line is empty, and would pass over what is put in below.
 *
 * HAZARD: claims lock the row of a queue before its runs, but never wait for a run. So it may be locked after them here, and
 * several are locked in the order of their names.
 */
export function lineChanged(s: Schema, from: string): string {
  return `
lines as materialized (
  select q.name from ${s.queues} q
  where q.name in (select c.queue from ${from} c)
  order by q.name
  for no key update of q
),
told_claims as (
  update ${s.queues} q set line_changes = q.line_changes + 1 from lines l where q.name = l.name
)`;
}
