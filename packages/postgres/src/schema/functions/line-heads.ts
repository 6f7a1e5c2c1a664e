import type { Schema } from '../../sql/names.js';
import { BEGUN, FRESH, IN_PART, inGap } from './line-parts.js';

/**
 * Which partitions of a queue have runs in line, and of which workflows and versions: one look into an index for each, however
 * many runs there are. From a partition key on, and no more than `most`.
 */
export function lineHeads(s: Schema): string {
  const next = (after: string): string => `
      select w.key, w.workflow, w.version from (
        (${firstIn(s, inGap(after, true))})
        union all
        (${firstIn(s, inGap(after, false))})
      ) w
      order by w.key, w.workflow, w.version limit 1`;
  return `
create or replace function ${s.quoted}.line_heads(of_queue text, from_key text, most int, hint jsonb)
returns table (key text, workflow text, version text, n int)
language sql stable as $holdfast$
  with recursive gaps as materialized (
    select g.* from ${s.quoted}.line_gaps(of_queue, from_key, hint) g
  ),
  heads as (
    select f.key, f.workflow, f.version, 1 as n, g.before_queue, g.before_key, g.before_workflow, g.before_version
    from gaps g cross join lateral (${next('(of_queue, g.after_key, g.after_workflow, g.after_version)')}) f
    union all
    select f.key, f.workflow, f.version, g.n + 1, g.before_queue, g.before_key, g.before_workflow, g.before_version
    from heads g cross join lateral (
      ${next('(of_queue, g.key, g.workflow, g.version)')}) f
    where g.n < most
  ),
  found as (
    select h.key, h.workflow, h.version from heads h
    union
    select g.key, g.workflow, g.version from ${s.quoted}.line_parts(hint) g cross join lateral (
      (select from ${s.runs} r where r.queue = of_queue and ${IN_PART} and g.is_fresh and ${FRESH} limit 1)
      union all
      (select from ${s.runs} r where r.queue = of_queue and ${IN_PART} and not g.is_fresh and ${BEGUN} limit 1)
    ) r
    where g.key collate "C" >= from_key
  )
  select f.key, f.workflow, f.version,
    row_number() over (order by f.key collate "C", f.workflow collate "C", f.version collate "C")::int
  from found f
  order by 4 limit most
$holdfast$;`;
}

// Runs that were begun before are in an index of their own, so that they are found however many new ones stand in line.
function firstIn(s: Schema, where: string): string {
  return `
        select coalesce(r.partition_key, '') as key, r.workflow, r.version from ${s.runs} r
        where ${where}
        order by r.queue, coalesce(r.partition_key, ''), r.workflow, r.version limit 1`;
}
