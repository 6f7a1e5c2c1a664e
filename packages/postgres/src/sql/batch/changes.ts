import { ENDED_STATES, fromMs, OPEN_STATES } from '../fragments.js';
import type { Schema } from '../names.js';
import { tally } from '../tallies/tally.js';
import { leaveNews } from '../waits/leave-news.js';
import type { BatchPart } from './part.js';

/** What else is read of the runs as they are locked: columns of `r`, and how they are passed on. */
interface Seeing {
  readonly columns: string;
  readonly also: string;
}

const NOTHING_ELSE: Seeing = { columns: '', also: '' };

/**
 * Locks the runs that a batch changes or lets know of something: each of them has a row.
 *
 * HAZARD: two batches that each change a run and signal the parent of the other's would lock the same two rows, one this
 * way round and one that. So all rows are locked beforehand, in the order in which they are given: sorted by id.
 *
 * An equation such as `role = 'changes'` lets the planner expect a single row, so that it looks each run up by its key,
 * whatever it believes of the size of the table.
 */
export function lockRuns(s: Schema, given: string, seeing = NOTHING_ELSE): string {
  return `
changing as materialized (
  select * from json_to_recordset(${given}::json) as e(
    role text, at int, run_id text, epoch int, state text, output text, output_extra text, error text, error_extra text,
    parent_id text, wake_at float8, signals int, unwinds boolean, keeps_slot boolean)
),
locked as materialized (
  select e.*${seeing.also} from changing e cross join lateral (
    select${seeing.columns} from ${s.runs} r
    where r.id = e.run_id and (
      e.role = 'told'
      or e.role = 'vacates' and r.epoch = e.epoch + 1 and r.holds_slot and r.state in ('cancelled', 'pending')
      or e.role = 'changes' and r.epoch = e.epoch and r.state = 'running'
        -- More came in than the executor knows of: parked now, the run would sleep through it.
        and (e.signals is null or r.signals = e.signals)
    )
    for no key update of r
  ) l
)`;
}

/** The runs that ended and that somebody waits for who is not their parent. */
export const ENDED_NEWS = `select c.run_id, c.at from changed c where c.awaited > 0 and c.state in ${ENDED_STATES}`;

/**
 * Finishes, parks, pauses and releases runs, gives back those that are to be undone, and lets others know.
 *
 * @param told a query for the runs to let know, `parent_id`, and how many things came in for each, `ended`.
 * @param news a query for the runs to leave news of, `run_id`.
 */
export function changeRuns(s: Schema, told: string, news: string): string {
  return `
changed as (
  update ${s.runs} r set
    state = e.state,
    executor_id = case when e.state in ${ENDED_STATES} then r.executor_id end,
    wake_at = case e.state when 'pending' then clock_timestamp() when 'waiting' then ${fromMs('e.wake_at')} end,
    output = e.output::json, output_extra = e.output_extra::json,
    -- One that unwinds keeps the reason while it is parked, changes hands or is paused.
    error = case
      when e.unwinds or e.state in ${ENDED_STATES} or e.state = 'paused' and not r.is_unwinding then e.error::json
      else r.error end,
    error_extra = case
      when e.unwinds or e.state in ${ENDED_STATES} or e.state = 'paused' and not r.is_unwinding then e.error_extra::json
      else r.error_extra end,
    is_unwinding = e.state not in ${ENDED_STATES} and coalesce(e.unwinds, r.is_unwinding),
    is_failing = e.state not in ${ENDED_STATES} and coalesce(e.unwinds, r.is_failing),
    deadline = case when e.unwinds then null else r.deadline end,
    completed_at = case when e.state in ${ENDED_STATES} then clock_timestamp() end,
    holds_slot = e.state = 'waiting' and coalesce(e.keeps_slot, false)
  from locked e
  where r.id = e.run_id and e.role = 'changes'
  returning e.at, e.run_id, e.parent_id, r.workflow, r.queue, r.state, r.awaited
),${tally(s, { as: 'tallied', from: 'changed', times: 1 })},${leaveNews(s, news)},
vacated as (
  update ${s.runs} r set
    holds_slot = false, executor_id = case when r.state <> 'pending' then r.executor_id end
  from locked e
  where r.id = e.run_id and e.role = 'vacates'
),
signalled as (
  update ${s.runs} r set
    signals = r.signals + p.ended,
    wake_at = case when r.state = 'waiting' then clock_timestamp() else r.wake_at end
  from (${told}) p
  where r.id = p.parent_id and r.state in ${OPEN_STATES}
)`;
}

const ENDED_TOLD = 'select c.parent_id, count(*)::int as ended from changed c group by c.parent_id';

/** The changes of a batch: those that finished let their parents know. */
export const changes: BatchPart = {
  writes: (s, given) => `${lockRuns(s, given)},${changeRuns(s, ENDED_TOLD, ENDED_NEWS)}`,
  unsettled: `
select e.at from changing e
where e.role = 'changes' and e.at not in (select w.at from changed w)`,
  remarks: `select n.at, 'awaited' as why from (${ENDED_NEWS}) n`,
};
