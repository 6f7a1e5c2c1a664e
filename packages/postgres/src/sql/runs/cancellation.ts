import { ENDED_STATES, OPEN_STATES } from '../fragments.js';
import type { Schema } from '../names.js';
import { tally } from '../tallies/tally.js';
import { leaveNews } from '../waits/leave-news.js';

/** Of the run `r`: whether code of it runs that has a slot. It is in hands, or was cancelled there and resumed since. */
const HAS_CODE = `r.holds_slot and r.state in ('running', 'pending')`;

/** Of the run `r` that a row `l` cancels: whether its undos are to be run now. */
const BEGINS_TO_UNWIND = 'l.undoes and not r.is_unwinding';

/** The runs that ended and that somebody waits for who is not their parent. */
const ENDED_NEWS = `select c.id as run_id from cancelled c where c.awaited > 0 and c.state in ${ENDED_STATES}`;

/**
 * The end of a statement that cancels runs, as far as they have not ended, and lets their parents know. Follows on an
 * expression `given` for them: `id`, `parent_id`, and as texts the error that each ends with, if any. The raised epoch is
 * what stops their executors. What ran keeps its slot in its queue until its executor says that its code has ended, or is dead.
 *
 * A run that has something to undo does not end here: it is due at once, and ends when its undos have run. Until then it
 * has no time limit. One that was paused in the midst of that ends with its reason, if it was itself asked for, and is
 * still marked as unwinding: resumed, it goes on with that.
 *
 * HAZARD: a success of it may be written between this statement's snapshot and its lock, and not be seen here. So whether
 * there is something to undo is asked of a function, which sees what is committed when the lock is held.
 *
 * HAZARD: rows are locked sorted by id, parents among them, as a batch locks them. A parent that is itself cancelled
 * here is not signalled: one statement cannot change a row twice.
 *
 * `role = 'cancels'` and `offset 0` make the planner look each run up by its key, as in a batch.
 *
 * @param conditions on the run `r`, as it is once it is locked: `unless` it is left alone after all; `isNamed` it was
 * itself asked for.
 */
export function cancellation(s: Schema, { unless = 'false', isNamed = 'true' } = {}): string {
  return `
touched as materialized (
  select g.id, 'cancels' as role, g.error, g.error_extra from given g
  union
  select g.parent_id, 'told', null, null from given g
  where g.parent_id is not null and g.parent_id not in (select d.id from given d)
  order by id
),
locked as materialized (
  select t.* from touched t cross join lateral (
    select from ${s.runs} r where r.id = t.id for no key update of r
  ) l
),
cancelling as materialized (
  select l.*, ${s.hasUndo}(l.id) as undoes from locked l where l.role = 'cancels'
),
cancelled as (
  update ${s.runs} r set
    state = case when r.is_failing then 'failed' when ${BEGINS_TO_UNWIND} then 'pending' else 'cancelled' end,
    is_unwinding = l.undoes, is_failing = l.undoes and r.is_failing,
    executor_id = case when not l.undoes or ${HAS_CODE} then r.executor_id end,
    -- One that was resumed and whose code still runs has had its epoch raised: its executor knows that one.
    epoch = r.epoch + (not (r.holds_slot and r.state = 'pending'))::int,
    wake_at = case when ${BEGINS_TO_UNWIND} then clock_timestamp() end,
    completed_at = case when ${BEGINS_TO_UNWIND} then null else clock_timestamp() end,
    deadline = case when l.undoes then null else r.deadline end,
    error = case when r.is_unwinding then r.error else l.error::json end,
    error_extra = case when r.is_unwinding then r.error_extra else l.error_extra::json end,
    -- One that is to unwind does so when its code has ended, and its executor has freed its slot.
    in_line = false, holds_slot = ${HAS_CODE}
  from cancelling l
  where r.id = l.id and l.role = 'cancels' and r.state in ${OPEN_STATES} and not (${unless})
    and (not r.is_unwinding or r.state = 'paused' and ${isNamed})
  returning r.id, r.parent_id, r.workflow, r.queue, r.state, r.awaited
),${tally(s, { as: 'tallied', from: 'cancelled', times: 1 })},${leaveNews(s, ENDED_NEWS)},
signalled as (
  update ${s.runs} r set
    signals = r.signals + p.ended,
    wake_at = case when r.state = 'waiting' then clock_timestamp() else r.wake_at end
  from (
    select c.parent_id, count(*)::int as ended from cancelled c
    where c.state in ${ENDED_STATES} and c.parent_id not in (select d.id from cancelled d)
    group by c.parent_id
  ) p
  where r.id = p.parent_id and r.state in ${OPEN_STATES}
)
select c.id from cancelled c`;
}
