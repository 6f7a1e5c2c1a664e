import type { StoredStreamValue } from '@holdfast/core/internal';
import { number, numberOrNull, payload, text } from '../cells.js';
import { OPEN_STATES } from '../fragments.js';
import { statement } from '../statement.js';

/** How a stream stands, and a value of it if this row has one. Where there is no such run there is no row. */
export interface StreamRow {
  readonly at: number;
  readonly run: 'open' | 'ended';
  readonly isClosed: boolean;
  readonly value: StoredStreamValue | null;
}

/** Pages of streams, and how the streams and their runs stand: all at one moment. */
export const readStreams = statement<[questions: string], StreamRow>(
  'read_streams',
  (s) => `
select q.at, case when r.state in ${OPEN_STATES} then 'open' else 'ended' end as standing,
  (h.closed_at is not null)::int as is_closed,
  v.position, v.value::text as value, v.value_extra::text as value_extra
from json_to_recordset($1::json) as q(at int, run_id text, name text, start int, most int)
cross join lateral (select * from ${s.runs} r where r.id = q.run_id offset 0) r
left join lateral (
  select * from ${s.streams} h where h.run_id = q.run_id and h.name = q.name limit 1
) h on true
left join lateral (
  select * from ${s.streamValues} v
  where v.run_id = q.run_id and v.name = q.name and v.position >= q.start
  order by v.position
  limit q.most
) v on true
order by q.at, v.position`,
  (row) => {
    const position = numberOrNull(row['position']);
    return {
      at: number(row['at']),
      run: text(row['standing']) as 'open' | 'ended',
      isClosed: number(row['is_closed']) > 0,
      value: position === null ? null : { position, value: payload(row['value'], row['value_extra']) },
    };
  },
);
