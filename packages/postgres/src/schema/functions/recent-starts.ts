import type { Schema } from '../../sql/names.js';

/** A span is divided into so many parts, and starts in one part are remembered together: the list stays short. */
const PARTS = 64;

/**
 * What a rate limit remembers: a list of moments (in milliseconds since 1970) and how many runs were begun then.
 *
 * Starts that are remembered together count as begun at the last of their moments, so the limit is never exceeded. One
 * that seems to lie ahead (the server's clock was set back) counts as begun now, or it would count for too long.
 */
export function recentStarts(s: Schema): string {
  return `
create or replace function ${s.quoted}.starts_within(recent jsonb, now_ms float8, per_ms float8) returns jsonb
language sql immutable as $holdfast$
  select coalesce(jsonb_agg(jsonb_build_array(e.at, e.count) order by e.at), '[]')
  from (
    select least((one ->> 0)::float8, now_ms) as at, (one ->> 1)::int as count
    from jsonb_array_elements(coalesce(recent, '[]')) as one
  ) e
  where e.at > now_ms - per_ms
$holdfast$;

create or replace function ${s.quoted}.starts_counted(recent jsonb) returns int
language sql immutable as $holdfast$
  select coalesce(sum((one ->> 1)::int), 0)::int from jsonb_array_elements(recent) as one
$holdfast$;

create or replace function ${s.quoted}.starts_added(recent jsonb, now_ms float8, per_ms float8, added int) returns jsonb
language sql immutable as $holdfast$
  select jsonb_agg(jsonb_build_array(part.at, part.count) order by part.at)
  from (
    select max(e.at) as at, sum(e.count)::int as count
    from (
      select (one ->> 0)::float8 as at, (one ->> 1)::int as count from jsonb_array_elements(recent) as one
      union all
      select now_ms, added
    ) e
    group by floor(e.at / per_ms * ${PARTS})
  ) part
$holdfast$;`;
}
