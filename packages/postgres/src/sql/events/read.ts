import type { EventAnswer } from '@holdfast/core/internal';
import { number, payloadOrNull, text } from '../cells.js';
import { OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';

/** What is known of an event, and the place of the question. Where there is no such run there is no row. */
export interface EventRow {
  readonly at: number;
  readonly answer: EventAnswer;
}

/** The present values of events, and how their runs stand: both at one moment. */
export const readEvents = statement<[questions: string], EventRow>(
  'read_events',
  (s) => `
select q.at, case when r.state in ${OPEN_STATES} then 'open' else 'ended' end as standing,
  e.value::text as value, e.value_extra::text as value_extra
from json_to_recordset($1::json) as q(at int, run_id text, name text)
cross join lateral (select * from ${s.runs} r where r.id = q.run_id offset 0) r
left join lateral (
  select * from ${s.events} e where e.run_id = q.run_id and e.name = q.name order by e.id desc limit 1
) e on true`,
  (row) => ({
    at: number(row['at']),
    answer: {
      run: text(row['standing']) as 'open' | 'ended',
      value: payloadOrNull(row['value'], row['value_extra']),
    },
  }),
);
