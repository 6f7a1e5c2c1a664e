import { number } from '../cells.js';
import { statement } from '../statement.js';
import { tally } from '../tallies/tally.js';

/**
 * Forgets results of runs and gives them back: all of them or, if one is not as it was any more, none.
 *
 * HAZARD: `for update`, as whoever hands a run to a new owner takes it; sorted by id.
 *
 * While code of one that was cancelled runs on and so has its slot, its executor stays with it, and no claim takes it.
 *
 * An open call without a time for its next attempt is one that may happen once at most, and has begun: it is kept.
 */
export const retryRuns = statement<[retries: string], number>(
  'retry_runs',
  (s) => `
with given as materialized (
  select e.*, 1 as one from json_to_recordset($1::text::json) as e(run_id text, epoch int, from_ordinal int)
  order by e.run_id
),
locked as materialized (
  select r.*, g.from_ordinal, 1 as one from given g cross join lateral (
    select r.id, r.workflow, r.queue, r.state from ${s.runs} r
    where r.id = g.run_id and r.epoch = g.epoch and r.state in ('failed', 'cancelled', 'paused')
    for update of r
  ) r
),
chosen as materialized (
  select l.* from locked l where (select count(*) from locked) = (select count(*) from given)
),
forgotten as (
  delete from ${s.steps} c using chosen l
  where c.run_id = l.id and l.one = 1 and (c.ordinal >= l.from_ordinal or c.ordinal is null and c.retry_at is not null)
),
resumed as (
  update ${s.runs} r set
    state = 'pending', executor_id = case when r.holds_slot then r.executor_id end, wake_at = clock_timestamp(),
    output = null, output_extra = null, completed_at = null,
    -- One that unwinds keeps the reason.
    error = case when r.is_unwinding then r.error end,
    error_extra = case when r.is_unwinding then r.error_extra end,
    timeout_ms = null, deadline = null, takeovers = 0, takeover_seq = null, deaths = null
  from chosen l where r.id = l.id and l.one = 1
  returning r.id, l.workflow, l.queue, l.state
),${tally(s, { as: 'tallied', from: 'resumed', times: -1 })}
select count(*)::int as resumed from resumed`,
  (row) => number(row['resumed']),
);
