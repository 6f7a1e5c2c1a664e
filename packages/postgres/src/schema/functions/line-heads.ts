import type { Schema } from '../../sql/names.js';

/**
 * Which partitions of a queue have runs in line, and of which workflows and versions: one look into an index for each, however
 * many runs there are. From a partition key on, and no more than `most`.
 */
export function lineHeads(s: Schema): string {
  const next = (after: string): string => `
      select w.key, w.workflow, w.version from (
        (${firstIn(s, 'r.started_at is null', after)})
        union all
        (${firstIn(s, 'r.started_at is not null', after)})
      ) w
      order by w.key, w.workflow, w.version limit 1`;
  return `
create or replace function ${s.quoted}.line_heads(of_queue text, from_key text, most int)
returns table (key text, workflow text, version text, n int)
language sql stable as $holdfast$
  with recursive heads as (
    (select f.key, f.workflow, f.version, 1 as n from (${next("(of_queue, from_key, '', '')")}) f)
    union all
    select f.key, f.workflow, f.version, h.n + 1 from heads h cross join lateral (
      ${next('(of_queue, h.key, h.workflow, h.version)')}) f
    where h.n < most
  )
  select h.key, h.workflow, h.version, h.n from heads h
$holdfast$;`;
}

// Runs that were begun before are in an index of their own, so that they are found however many new ones stand in line.
//
// HAZARD: not `r.queue = of_queue`. The scan of an index begins at what is equal, if anything is, and would read all the line
// from its front for each look. So the comparison of rows says where it begins, and the queue's name only where it ends.
function firstIn(s: Schema, which: string, after: string): string {
  return `
        select coalesce(r.partition_key, '') as key, r.workflow, r.version from ${s.runs} r
        where r.queue <= of_queue and r.in_line and ${which} and r.state in ('pending', 'waiting')
          and (r.queue, coalesce(r.partition_key, ''), r.workflow, r.version) > ${after}
        order by r.queue, coalesce(r.partition_key, ''), r.workflow, r.version limit 1`;
}
