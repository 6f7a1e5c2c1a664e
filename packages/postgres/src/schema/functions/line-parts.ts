import { quoteLiteral, type Schema } from '../../sql/names.js';

/**
 * What a hint says of a queue's line, as ranges of its two indexes.
 *
 * What leaves the line stays in its index until it is vacuumed, and while any transaction is open nothing is: a look that
 * begins at the front reads all that left since. So who looks remembers how far each line was empty, and begins there the
 * next time. A hint is JSON, made by {@link lineHint}; what it does not speak of is read from the front.
 *
 * - `marks`: of a line (`k` partition, `w` workflow, `v` version), begun before or not (`f`), and a priority (`p`): nothing
 *   stands there up to the place `m`.
 * - `ff`, `fb`: without a mark, nothing that was not begun, or was, stands up to that place.
 * - `r`: nothing that has no place in line yet was due up to that moment, in milliseconds since 1970.
 *
 * A line with marks is read in parts: behind the mark of each priority, and what is between two priorities. Between two
 * such lines is a gap: what stands there is of a line that was not known.
 */
export function lineParts(s: Schema): string {
  return `
create or replace function ${s.quoted}.line_parts(hint jsonb)
returns table (is_fresh boolean, key text, workflow text, version text, is_marked boolean,
  after_priority int, after_place bigint, before_priority bigint, floor bigint)
language sql immutable as $holdfast$
  with marks as (
    select m.* from jsonb_to_recordset(hint -> 'marks') as m(f boolean, k text, w text, v text, p int, m bigint)
  )
  select m.f, m.k, m.w, m.v, true, m.p, m.m, m.p + 1::bigint, ${FIRST_PLACE} from marks m
  union all
  select m.f, m.k, m.w, m.v, false, m.p, 9223372036854775807,
    coalesce(lead(m.p) over (partition by m.f, m.k, m.w, m.v order by m.p), ${ABOVE_ALL}), ${FLOOR('m.f')}
  from marks m
  union all
  select b.f, l.k, l.w, l.v, false, ${FIRST_PRIORITY}, ${FIRST_PLACE},
    coalesce((select min(m.p) from marks m where (m.f, m.k, m.w, m.v) = (b.f, l.k, l.w, l.v)), ${ABOVE_ALL}), ${FLOOR('b.f')}
  from (select distinct m.k, m.w, m.v from marks m) l cross join (values (true), (false)) as b(f)
$holdfast$;

create or replace function ${s.quoted}.line_gaps(of_queue text, from_key text, hint jsonb)
returns table (after_key text, after_workflow text, after_version text,
  before_queue text, before_key text, before_workflow text, before_version text)
language sql immutable as $holdfast$
  with bounds as (
    select m.k collate "C" as k, m.w collate "C" as w, m.v collate "C" as v
    from jsonb_to_recordset(hint -> 'marks') as m(k text, w text, v text)
    where m.k collate "C" >= from_key
    union
    select from_key, '', ''
  )
  -- No name comes between a queue's and the same with the lowest letter behind it.
  select b.k, b.w, b.v,
    case when lead(b.k) over later is null then of_queue || chr(1) else of_queue end,
    coalesce(lead(b.k) over later, ''), coalesce(lead(b.w) over later, ''), coalesce(lead(b.v) over later, '')
  from bounds b window later as (order by b.k, b.w, b.v)
$holdfast$;`;
}

/** Below each priority and place, and above each priority. */
export const FIRST_PRIORITY = '(-2147483648)';
export const FIRST_PLACE = '(-1)::bigint';
export const ABOVE_ALL = '2147483648::bigint';

/** Up to where nothing stands that has no mark. */
export const FLOOR = (isFresh: string): string =>
  `coalesce((hint ->> case when ${isFresh} then 'ff' else 'fb' end)::bigint, ${FIRST_PLACE})`;

/** Which of the two indexes of the line, and who is in it: conditions on `r`. */
export const FRESH = "r.in_line and r.started_at is null and r.state in ('pending', 'waiting')";
export const BEGUN = "r.in_line and r.started_at is not null and r.state in ('pending', 'waiting')";

/** Conditions on `r`: it stands in a part `g` of a line. */
export const IN_PART = `coalesce(r.partition_key, '') = g.key and r.workflow = g.workflow and r.version = g.version
        and (r.priority, r.place) > (g.after_priority, g.after_place) and r.priority < g.before_priority
        and r.place > g.floor`;

/**
 * Conditions on `r`: it stands in a gap `g`, behind what `after` names.
 *
 * HAZARD: not `r.queue = of_queue`. The scan of an index begins at what is equal, if anything is, and would read all the line
 * from its front for each look. So comparisons of rows say where it begins and ends.
 */
export function inGap(after: string, isFresh: boolean): string {
  return `(r.queue, coalesce(r.partition_key, ''), r.workflow, r.version) > ${after}
        and (r.queue, coalesce(r.partition_key, ''), r.workflow, r.version)
          < (g.before_queue, g.before_key, g.before_workflow, g.before_version)
        and r.place > ${FLOOR(`${isFresh}`)} and ${isFresh ? FRESH : BEGUN}`;
}

/** Whether anybody stands in line in a part or gap: of one of the two indexes, from a partition key on. */
export function standsIn(
  s: Schema,
  where: 'parts' | 'parts without marks' | 'gaps',
  isFresh: boolean,
  fromKey: string,
): string {
  if (where === 'gaps') {
    const after = '(of_queue, g.after_key, g.after_workflow, g.after_version)';
    return `exists (
      select from ${s.quoted}.line_gaps(of_queue, ${fromKey}, hint) g cross join lateral (
        select from ${s.runs} r where ${inGap(after, isFresh)} limit 1) r)`;
  }
  const which = where === 'parts' ? '' : ' and not g.is_marked';
  return `exists (
      select from ${s.quoted}.line_parts(hint) g cross join lateral (
        select from ${s.runs} r where r.queue = of_queue and ${IN_PART} and ${isFresh ? FRESH : BEGUN} limit 1) r
      where g.is_fresh = ${isFresh}${which} and g.key collate "C" >= ${fromKey})`;
}

/** Whether anybody stands in a queue's line, from a partition key on. */
export function hasLine(s: Schema, fromKey: string): string {
  return [true, false]
    .flatMap((isFresh) => [standsIn(s, 'parts', isFresh, fromKey), standsIn(s, 'gaps', isFresh, fromKey)])
    .join(' or ');
}

/** How many entries of the indexes of the line this transaction has read, those of what has left it long ago too. */
export function entriesRead(s: Schema): string {
  return ['runs_line', 'runs_begun', 'runs_ripening']
    .map((name) => `pg_stat_get_xact_tuples_returned(${quoteLiteral(`${s.quoted}.${name}`)}::regclass)`)
    .join(' + ');
}
