import type { ScheduleRecord } from '@holdfast/core/internal';
import { moment, numberOrNull } from '../cells.js';
import { inMs, OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';
import { recordColumns, recordOf } from './record.js';

/** A schedule that is due, or none; beside it, what is true of all. */
export interface DueRow {
  readonly schedule: (ScheduleRecord & { readonly unended: readonly string[] }) | undefined;
  readonly nowMs: number;
  readonly nextDueInMs: number | null;
}

/**
 * Schedules whose next tick has come, those first that have been due for longest, and when the next of the others is.
 *
 * The unended runs are seen at the same moment as the schedule: before its next tick was written by anybody, so that the
 * run of that tick is not among them.
 */
export const dueSchedules = statement<[limit: number], DueRow>(
  'due_schedules',
  (s) => `
with clock as materialized (select clock_timestamp() as now),
due as materialized (
  select s.* from ${s.schedules} s, clock
  where s.paused_at is null and s.next_at <= clock.now
  order by s.next_at, s.name limit $1::int
),
later as (
  select min(s.next_at) as at from ${s.schedules} s
  where s.paused_at is null and s.next_at is not null and s.name not in (select d.name from due d)
)
select ${inMs('clock.now')} as now, ${inMs('(later.at - clock.now)')} as next_due_in, due.*
from clock cross join later left join (
  select ${recordColumns('d')}, (
    select coalesce(json_agg(r.id), '[]') from ${s.runs} r
    where d.overlap = 'cancel' and r.schedule = d.name and r.state in ${OPEN_STATES}
  )::text as unended
  from due d
) due on true
order by due.next_at, due.name`,
  (row) => ({
    schedule:
      row['name'] === null
        ? undefined
        : { ...recordOf(row), unended: JSON.parse(row['unended'] as string) as string[] },
    nowMs: moment(row['now']),
    nextDueInMs: numberOrNull(row['next_due_in']),
  }),
);
