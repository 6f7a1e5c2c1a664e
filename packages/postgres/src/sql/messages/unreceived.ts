import type { WaitingMessage } from '@holdfast/core/internal';
import { number, payload, text, textOrNull } from '../cells.js';
import { statement } from '../statement.js';

/** A message, and the place of the question that it answers. */
export interface MessageRow {
  readonly at: number;
  readonly message: WaitingMessage;
}

/**
 * Messages that no call has received, for each question those after some id, in the order of their ids.
 *
 * Each question is looked up by itself: `limit` keeps the planner from joining it in another way.
 */
export const readUnreceived = statement<[questions: string], MessageRow>(
  'read_unreceived',
  (s) => `
select q.at, m.id::text as id, m.value::text as value, m.value_extra::text as value_extra,
  m.trace_context::text as trace_context
from json_to_recordset($1::json) as q(at int, run_id text, channel text, after bigint, most int)
cross join lateral (
  select * from ${s.messages} m
  where m.run_id = q.run_id and m.channel = q.channel and m.received_by is null and m.id > coalesce(q.after, 0)
  order by m.id
  limit q.most
) m
order by q.at, m.id`,
  (row) => ({
    at: number(row['at']),
    message: {
      id: text(row['id']),
      value: payload(row['value'], row['value_extra']),
      traceContext: textOrNull(row['trace_context']),
    },
  }),
);
