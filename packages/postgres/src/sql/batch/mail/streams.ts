import type { Schema } from '../../names.js';

/**
 * Appends to streams and closes them. A head is raised by as many values as follow; its run is locked until the commit: so
 * positions have no gaps, whoever else writes.
 *
 * HAZARD: a stream may come into being, and be closed, between this statement's snapshot and its turn; and a value that is
 * repeated may be written by its first try meanwhile. Both violate a constraint, and the statement is tried again, with
 * eyes open.
 */
export function writeStreams(s: Schema): string {
  return `
appending as materialized (
  select e.*, row_number() over w as nth, count(*) over (partition by e.run_id, e.name) as many
  from (
    select e.* from passed e where e.op = 'write'
      and (e.key is null or (select v.position from ${s.streamValues} v where v.run_id = e.run_id and v.key = e.key) is null)
  ) e
  window w as (partition by e.run_id, e.name order by e.at)
),
extended as (
  insert into ${s.streams} as known (run_id, name, length, closed_at)
  select e.run_id, e.name, (sum(e.is_value))::int, case when sum(e.is_close) > 0 then clock_timestamp() end
  from (
    select a.run_id, a.name, 1 as is_value, 0 as is_close from appending a
    union all
    select p.run_id, p.name, 0, 1 from passed p where p.op = 'close'
  ) e
  group by e.run_id, e.name
  order by e.run_id, e.name
  on conflict (run_id, name) do update set
    length = case when known.closed_at is null or excluded.length = 0 then known.length + excluded.length else -1 end,
    closed_at = coalesce(known.closed_at, excluded.closed_at)
  returning run_id, name, length
),
appended as (
  insert into ${s.streamValues} (run_id, name, position, key, value, value_extra, seq)
  select a.run_id, a.name, (x.length - a.many + a.nth - 1)::int, a.key, a.value::json, a.value_extra::json, a.origin_seq
  from appending a join extended x on x.run_id = a.run_id and x.name = a.name
)`;
}
