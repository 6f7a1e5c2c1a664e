import type { Schema } from '../names.js';

/**
 * A common table expression that leaves news of runs, for those who wait for something of them. For every statement by which
 * a run ends, is deleted, or shows something.
 *
 * HAZARD: it has to be decided by `awaited` as it is in the row that the statement has locked, or has changed. Whoever notes
 * a wait raises it under the same lock, and looks again afterwards: so either that look sees what happened, or this sees
 * the wait.
 *
 * @param from a query for the ids of the runs, `run_id`.
 */
export function leaveNews(s: Schema, from: string): string {
  return `
news as (
  insert into ${s.news} (run_id) select distinct n.run_id from (${from}) n
)`;
}
