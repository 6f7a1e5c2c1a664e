import { quoteLiteral, type Schema } from '../../sql/names.js';
import { BEGUN, FIRST_PLACE, FLOOR, FRESH, standsIn } from './line-parts.js';

/** The most marks that are kept of a queue. */
const MOST_MARKS = 16;

/** A hint that spared less than half of the look so often in a row is put aside until the next look at the whole line. */
const MOST_TRIES = 4;

/** A transaction that is open for longer than that, in milliseconds, is not waited for before marks are moved. */
const LONG_MS = 5000;

/** A run that falls due so long ago, in milliseconds, when it is recorded is found by a look at the whole line. */
const RIPE_MARGIN_MS = 5000;

/** A look that passes over fewer entries of those who have left needs no hint. */
export const MOST_PASSED = 1000;

/** A hint is dropped when a look at the whole line passes over fewer. */
const FEW_PASSED = 100;

/** The hint for the next look, given those that were `known` for this one: null if there is no need. */
export function nextHint(
  s: Schema,
  to: { passed: string; taken: string; isRipe: string; changes: string },
): string {
  return `case
    when is_whole and ${to.passed} < ${FEW_PASSED} or known is null and ${to.passed} <= ${MOST_PASSED} then null
    when is_whole or ${to.passed} > ${MOST_PASSED} and not known ? 'off' then
      ${s.quoted}.line_hint(of_queue, known, is_whole, ${to.passed}, ${to.taken}, ${to.isRipe}, ${to.changes})
    else known end`;
}

/**
 * How far a queue's line is empty now, for the next looks at it: see {@link lineParts}. `taken` are the lines, and priorities in
 * them, from which runs were taken just now; `is_ripe`: all that was due has its place in line; `changes`: the queue's
 * `line_changes` before it was looked at.
 *
 * HAZARD: a place is drawn before the run that stands there is committed. So a mark is moved in two moves: what is seen to
 * be empty (`c`) is the mark only when all that was under way then (transactions before `x`) has ended, and it is empty
 * still. Nobody waits for a transaction that is open for long (before `l`): its runs are found by a look at the whole line.
 */
export function lineHint(s: Schema): string {
  return `
create or replace function ${s.quoted}.line_hint(of_queue text, hint jsonb, is_whole boolean, entries_passed float8,
  taken jsonb, is_ripe boolean, changes int) returns jsonb
language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $holdfast$
declare
  now_ms float8 := extract(epoch from clock_timestamp()) * 1000;
  -- Drawn, as an app may not read the last one: whoever has a lower one has drawn it by now.
  last_place bigint := nextval(${quoteLiteral(s.places)});
  is_settled boolean := not exists (
    select from pg_snapshot_xip(pg_current_snapshot()) as i(xid)
    where i.xid >= coalesce(hint ->> 'l', '0')::xid8 and i.xid < coalesce(hint ->> 'x', '0')::xid8);
  is_given_up boolean := not is_settled and now_ms - (hint ->> 't')::float8 > ${LONG_MS};
  known jsonb := coalesce(hint, '{}') - 'off';
  tries int := case when not is_whole and entries_passed * 2 > (hint ->> 'passed')::float8
    then coalesce((hint ->> 'tries')::int, 0) + 1 else 0 end;
begin
  if tries > ${MOST_TRIES} then
    return jsonb_build_object('off', true, 'at', now_ms, 'passed', entries_passed, 'n', changes);
  end if;
  is_settled := is_settled or is_given_up;
  hint := known || jsonb_build_object('marks', (
    with old as materialized (
      select m.* from jsonb_to_recordset(known -> 'marks')
        as m(f boolean, k text, w text, v text, p int, m bigint, c bigint)
    ),
    lines as materialized (
      select h.* from ${s.quoted}.line_heads(of_queue, '', ${MOST_MARKS}, case when not is_whole then hint end) h
    ),
    new as materialized (
      select t.* from (
        select c.* from jsonb_to_recordset(taken) as c(f boolean, k text, w text, v text, p int)
        union select true, h.key, h.workflow, h.version, r.priority from ${heads(s, FRESH)}
        union select false, h.key, h.workflow, h.version, r.priority from ${heads(s, BEGUN)}
      ) t
      where not exists (select from old o where (o.f, o.k, o.w, o.v, o.p) = (t.f, t.k, t.w, t.v, t.p))
      limit ${MOST_MARKS} - (select count(*) from old)
    ),
    looked as (
      select o.*, coalesce(l.place - 1, last_place) as free
      from (
        select * from old
        union all select n.*, ${FLOOR('n.f')}, ${FLOOR('n.f')} from new n
      ) o
      left join lateral (
        ${firstBehind(s, 'o.f', FRESH)} union all ${firstBehind(s, 'not o.f', BEGUN)}
      ) l on true
    )
    select coalesce(jsonb_agg(jsonb_build_object('f', l.f, 'k', l.k, 'w', l.w, 'v', l.v, 'p', l.p,
      'm', least(case when is_settled then l.c else l.m end, l.free),
      'c', case when is_settled then l.free else least(l.c, l.free) end)), '[]')
    from looked l
  ));
  if is_whole then
    hint := hint - 'ff' - 'fb' || jsonb_build_object('at', now_ms, 'passed', entries_passed);
  end if;
  hint := hint || jsonb_strip_nulls(${floors(s, true)} || ${floors(s, false)});
  if is_given_up then
    hint := hint || jsonb_build_object('l', known -> 'x');
  elsif is_whole and (known ->> 'l')::xid8 <= pg_snapshot_xmin(pg_current_snapshot()) then
    hint := hint - 'l';
  end if;
  if is_settled and is_ripe and known ? 't' then
    hint := hint || jsonb_build_object('r', (known ->> 't')::float8 - ${RIPE_MARGIN_MS});
  end if;
  if is_settled then
    hint := hint || jsonb_build_object('x', pg_snapshot_xmax(pg_current_snapshot())::text, 't', now_ms);
  end if;
  return hint || jsonb_build_object('n', changes, 'tries', tries);
end
$holdfast$;

create or replace function ${s.quoted}.line_hint_without(hint jsonb, ripened jsonb) returns jsonb
language sql immutable as $holdfast$
  with came as materialized (
    select c.*, exists (
      select from jsonb_to_recordset(hint -> 'marks') as m(f boolean, k text, w text, v text, p int)
      where (m.f, m.k, m.w, m.v, m.p) = (c.f, c.k, c.w, c.v, c.p)) as is_marked
    from jsonb_to_recordset(ripened) as c(f boolean, k text, w text, v text, p int, place bigint)
  ),
  marks as (
    select m.f, m.k, m.w, m.v, m.p, least(m.m, b.place) as m, least(m.c, b.place) as c
    from jsonb_to_recordset(hint -> 'marks') as m(f boolean, k text, w text, v text, p int, m bigint, c bigint)
    cross join lateral (
      select min(c.place) - 1 as place from came c where (m.f, m.k, m.w, m.v, m.p) = (c.f, c.k, c.w, c.v, c.p)
    ) b
  )
  select hint || jsonb_strip_nulls(jsonb_build_object(
    'marks', (select coalesce(jsonb_agg(jsonb_build_object('f', m.f, 'k', m.k, 'w', m.w, 'v', m.v, 'p', m.p,
      'm', m.m, 'c', m.c)), '[]') from marks m),
    ${['ff', 'cf', 'fb', 'cb']
      .map((name) => lowered(name))
      .join(`,
    `)}))
$holdfast$;`;
}

/** Who is first in each line, `r`. */
function heads(s: Schema, which: string): string {
  return `lines h cross join lateral (
          select r.priority from ${s.runs} r
          where r.queue = of_queue and coalesce(r.partition_key, '') = h.key
            and r.workflow = h.workflow and r.version = h.version and ${which}
          order by r.priority, r.place limit 1) r`;
}

function firstBehind(s: Schema, condition: string, which: string): string {
  return `(select r.place from ${s.runs} r
          where ${condition} and r.queue = of_queue and coalesce(r.partition_key, '') = o.k
            and r.workflow = o.w and r.version = o.v and r.priority = o.p
            and r.place > case when is_whole then ${FIRST_PLACE} else o.m end and ${which}
          order by r.place limit 1)`;
}

// As with marks, in two moves. While somebody stands where nobody is known to, it does not move.
function floors(s: Schema, isFresh: boolean): string {
  const [floor, next] = isFresh ? ["'ff'", "'cf'"] : ["'fb'", "'cb'"];
  return `(case
    when ${standsIn(s, 'parts without marks', isFresh, "''")} or ${standsIn(s, 'gaps', isFresh, "''")}
      then '{}'
    when is_settled then jsonb_build_object(${floor}, known -> ${next}, ${next}, last_place)
    else jsonb_build_object(${floor}, known -> ${floor}) end)`;
}

function lowered(name: string): string {
  const isFresh = name.endsWith('f');
  return `'${name}', least((hint ->> '${name}')::bigint, case when hint ? '${name}' then
      (select min(c.place) - 1 from came c where ${isFresh ? '' : 'not '}c.f and not c.is_marked) end)`;
}
