import { moment, number, text } from '../cells.js';
import { inMs, OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';

/** A run with a deadline. */
export interface DeadlineRow {
  readonly id: string;
  readonly deadlineMs: number;
  /** Milliseconds until then; not above 0 if it has passed. */
  readonly inMs: number;
}

/** The runs with the next deadlines, passed or not, the earliest first. Costs one look into an index of those alone. */
export const listDeadlines = statement<[limit: number], DeadlineRow>(
  'list_deadlines',
  (s) => `
select r.id, ${inMs('r.deadline')} as deadline, ${inMs('(r.deadline - clock_timestamp())')} as due_in_ms
from ${s.runs} r
where r.deadline is not null and r.state in ${OPEN_STATES}
order by r.deadline
limit $1::int`,
  (row) => ({
    id: text(row['id']),
    deadlineMs: moment(row['deadline']),
    inMs: number(row['due_in_ms']),
  }),
);
