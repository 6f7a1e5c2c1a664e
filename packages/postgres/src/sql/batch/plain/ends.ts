import { tally } from '../../tallies/tally.js';
import { leaveNews } from '../../waits/leave-news.js';
import { changes, ENDED_NEWS } from '../changes.js';
import type { BatchPart } from '../part.js';

/**
 * Finishes runs that have no parent to be told. As nothing else is changed or locked, the update takes the locks itself, in
 * the order in which the rows are given: sorted by id.
 *
 * An equation such as `role = 'changes'` lets the planner expect a single row, so that it looks each run up by its key,
 * whatever it believes of the size of the table.
 */
export const plainEnds: BatchPart = {
  writes: (s, given) => `
changing as materialized (
  select * from json_to_recordset(${given}::json) as e(
    role text, at int, run_id text, epoch int, state text,
    output text, output_extra text, error text, error_extra text)
),
changed as (
  update ${s.runs} r set
    state = e.state, output = e.output::json, output_extra = e.output_extra::json,
    error = e.error::json, error_extra = e.error_extra::json,
    is_unwinding = false, is_failing = false, holds_slot = false, wake_at = null, completed_at = clock_timestamp()
  from changing e
  where r.id = e.run_id and e.role = 'changes' and r.epoch = e.epoch and r.state = 'running'
  returning e.at, e.run_id, r.workflow, r.queue, r.state, r.awaited
),${tally(s, { as: 'tallied', from: 'changed', times: 1 })},${leaveNews(s, ENDED_NEWS)}`,
  unsettled: changes.unsettled,
  ...(changes.remarks !== undefined && { remarks: changes.remarks }),
};
