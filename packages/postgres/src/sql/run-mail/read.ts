import type { MailOfRun } from '@holdfast/core/internal';
import { number, payload, text } from '../cells.js';
import { statement } from '../statement.js';

/** One thing that a run shows or was sent. */
export type RunMailRow =
  | { readonly kind: 'events'; readonly one: MailOfRun['events'][number] }
  | { readonly kind: 'streams'; readonly one: MailOfRun['streams'][number] }
  | { readonly kind: 'unreceived'; readonly one: MailOfRun['unreceived'][number] };

/**
 * A run's events, its streams, and how many messages it has not received, by name.
 *
 * Every setting of an event is kept, and there may be very many: so the names are found one after the other in the index, and of
 * each only the last.
 */
export const readRunMail = statement<[runId: string], RunMailRow>(
  'read_run_mail',
  (s) => `
with recursive names as (
  (select e.name from ${s.events} e where e.run_id = $1::text order by e.name limit 1)
  union all
  select (
    select e.name from ${s.events} e where e.run_id = $1::text and e.name > n.name order by e.name limit 1
  ) from names n where n.name is not null
)
select * from (
  select 'events' as kind, n.name, e.value::text as value, e.value_extra::text as value_extra, 0 as number, 0 as is_closed
  from names n cross join lateral (
    select * from ${s.events} e where e.run_id = $1::text and e.name = n.name order by e.id desc limit 1
  ) e
  union all
  select 'streams', t.name, null, null, t.length, (t.closed_at is not null)::int
  from ${s.streams} t where t.run_id = $1::text
  union all
  select 'unreceived', m.channel, null, null, count(*)::int, 0
  from ${s.messages} m where m.run_id = $1::text and m.received_by is null group by m.channel
) shown
order by kind, name`,
  (row) => {
    const name = text(row['name']);
    const count = number(row['number']);
    switch (text(row['kind'])) {
      case 'events':
        return { kind: 'events', one: { name, value: payload(row['value'], row['value_extra']) } };
      case 'streams':
        return { kind: 'streams', one: { name, length: count, isClosed: number(row['is_closed']) === 1 } };
      default:
        return { kind: 'unreceived', one: { channel: name, messages: count } };
    }
  },
);
