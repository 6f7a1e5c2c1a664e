import { msInterval } from '../../sql/fragments.js';
import type { Schema } from '../../sql/names.js';
import { isWholeLookDue } from '../../sql/queues/whole-look.js';
import { MOST_PASSED, nextHint } from './line-hint.js';
import {
  ABOVE_ALL,
  BEGUN,
  entriesRead,
  FIRST_PLACE,
  FIRST_PRIORITY,
  FLOOR,
  FRESH,
  hasLine,
  IN_PART,
} from './line-parts.js';

/** The most partitions, workflows and versions of a queue that one claim looks at; the next one goes on from there. */
const MOST_HEADS = 2000;

/** The most runs that fall due in one claim. */
const MOST_RIPENED = 500;

/**
 * Gives runs of one queue to an executor, as far as the queue's limits allow. The last row has no run: it says when there
 * will be more to take, and whether limits kept back what is due.
 *
 * HAZARD: limits are exact because claims take turns: each locks the queue's row, and only then counts. A function, as in
 * one statement the count would be as old as the statement, and miss what the claim before it took: each statement of a
 * function sees what is committed when it begins. Nothing else that changes runs locks that row. It may free slots, so a
 * count may be too high for a moment, never too low.
 *
 * A queue without limits is locked too, but so that claims do not wait for each other: only a change of its limits waits,
 * until no claim is under way that does not know of them.
 *
 * HAZARD: a claim that comes back to a queue (`is_again`) has locked it. Two that have it so, and want it alone, as its first
 * partition was put in meanwhile, would wait for each other. So nobody waits then: that is left to the next claim.
 *
 * HAZARD: plans are kept while tables grow. Without those kinds of plans that read a table or an index whole, each look-up
 * is by an index, whatever the planner believes of the sizes.
 */
export function claimFromQueue(s: Schema): string {
  return `
create or replace function ${s.quoted}.claim_from_queue(
  by_executor text, serves json, of_queue text, room int, is_again boolean, hint jsonb)
returns table (
  run ${s.runs}, keeps_slot boolean, is_slot_scarce boolean, next_at timestamptz, is_held_back boolean, next_hint jsonb)
language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $holdfast$
#variable_conflict use_column
declare
  limits ${s.queues};
  at_once timestamptz;
  now_ms float8;
  has_partitions boolean;
  is_alone boolean;  -- as no other claim of this queue is under way
  slots_left int;     -- null for no limit, as below
  starts_left int;
  begun jsonb;
  keys text[];
  workflows text[];
  versions text[];
  sweep_end text;
  is_full boolean := false;
  next_one record;
  ids text[] := '{}';
  is_scarce boolean;
  taken int := 0;
  fresh int := 0;
  taken_of int[];
  fresh_of int[];
  key_of text[];
  time_of float8[];
  read_before bigint := ${entriesRead(s)};
  passed bigint;
  has_more boolean := false;  -- than was looked at, in a partition
  known jsonb := hint;  -- hint is null while the whole line is looked at
  is_whole boolean := ${isWholeLookDue('hint')};
  ripened jsonb;
  line jsonb;
  lines jsonb := '[]';
begin
  next_hint := known;
  if is_whole then
    hint := null;
  end if;
${LOCKING(s)}
${RIPENING(s)}
${COUNTING(s)}
${TAKING(s)}
${GIVING(s)}
${REMEMBERING(s)}
${HINTING(s)}
  run := null;
  return next;
end
$holdfast$;`;
}

const LOCKING = (s: Schema): string => `
  is_held_back := false;
  insert into ${s.queues} (name)
  select of_queue where not exists (select from ${s.queues} q where q.name = of_queue) on conflict do nothing;
  has_partitions := ${hasLine(s, 'chr(1)')};
  is_alone := has_partitions or exists (select from ${s.queues} q where q.name = of_queue and ${IS_LIMITED});
  if is_alone then
    if is_again then
      select q.* into limits from ${s.queues} q where q.name = of_queue for update skip locked;
    else
      select q.* into limits from ${s.queues} q where q.name = of_queue for update;
    end if;
  else
    select q.* into limits from ${s.queues} q where q.name = of_queue and not ${IS_LIMITED} for share;
  end if;
  if limits.name is null then  -- limited, deleted, or divided into partitions, just now
    next_at := clock_timestamp();
    return next;
    return;
  end if;
  if limits.paused_at is not null then
    return next;
    return;
  end if;
  if known is not null and (known ->> 'n')::int is distinct from limits.line_changes then
    is_whole := true;
    hint := null;
  end if;
  at_once := clock_timestamp();
  now_ms := extract(epoch from at_once) * 1000;
  is_scarce := coalesce(limits.concurrency, limits.worker_concurrency, limits.partition_concurrency) is not null;`;

const IS_LIMITED = `coalesce(q.concurrency, q.worker_concurrency, q.rate_limit, q.partition_concurrency,
      q.partition_rate_limit) is not null`;

// What was delayed or parked takes its place in line when it is due. One that kept its slot needs no place in line.
const RIPENING = (s: Schema): string => `
  with ripe as (
    update ${s.runs} r set in_line = true where r.id = any (array(
      select d.id from ${s.runs} d
      where d.queue = of_queue and not d.in_line and not d.holds_slot and d.state in ('pending', 'waiting')
        and d.wake_at <= at_once and ${isRipening('d')}
      order by d.wake_at limit ${MOST_RIPENED}
      for update skip locked
    ))
    returning r.*
  )
  select jsonb_agg(jsonb_build_object('f', r.started_at is null, 'k', coalesce(r.partition_key, ''),
    'w', r.workflow, 'v', r.version, 'p', r.priority, 'place', r.place)) into ripened from ripe r;
  if ripened is not null and known is not null then
    known := ${s.quoted}.line_hint_without(known, ripened);
    hint := case when not is_whole then known end;
  end if;
  next_at := (
    select d.wake_at from ${s.runs} d
    where d.queue = of_queue and not d.in_line and not d.holds_slot and d.state in ('pending', 'waiting')
      and d.wake_at is not null and ${isRipening('d')}
    order by d.wake_at limit 1
  );`;

const COUNTING = (s: Schema): string => `
  if limits.worker_concurrency is not null then
    slots_left := limits.worker_concurrency
      - (select count(*) from ${s.runs} r where r.held_by = by_executor and r.queue = of_queue and r.holds_slot)::int;
    is_full := slots_left < room;
    room := least(room, slots_left);
    slots_left := null;
  end if;
  for next_one in
    select k.id, k.version from ${s.runs} k
    where k.queue = of_queue and k.holds_slot and k.state = 'waiting' and k.wake_at <= at_once
      and (k.workflow, k.version) in (
        select v.workflow, v.version from json_to_recordset(serves) as v(workflow text, version text))
    order by k.wake_at limit greatest(room, 0)
  loop
    ${lockOne(s)}
  end loop;
  next_at := least(next_at, (
    select k.wake_at from ${s.runs} k
    where k.queue = of_queue and k.holds_slot and k.state = 'waiting' and k.wake_at > at_once
    order by k.wake_at limit 1));
  if limits.concurrency is not null then
    slots_left := limits.concurrency
      - (select count(*) from ${s.runs} r where r.queue = of_queue and r.holds_slot)::int;
  end if;
  if limits.rate_limit is not null then
    begun := ${s.quoted}.starts_within(limits.recent_starts, now_ms, limits.rate_per_ms);
    starts_left := limits.rate_limit - ${s.quoted}.starts_counted(begun);
  end if;`;

// Those with the lowest virtual time first: it is the time of a partition's next run, and grows with each by one over its
// share. So the order of all runs is that of their times, which are known beforehand.
const TAKING = (s: Schema): string => `
  select array_agg(h.key) filter (where v.workflow is not null),
    array_agg(h.workflow) filter (where v.workflow is not null),
    array_agg(h.version) filter (where v.workflow is not null),
    max(h.key) filter (where h.n = ${MOST_HEADS})
  into keys, workflows, versions, sweep_end
  from ${s.quoted}.line_heads(
    of_queue, case when has_partitions then coalesce(limits.swept_to, '') else '' end, ${MOST_HEADS}, hint) h
  left join json_to_recordset(serves) as v(workflow text, version text)
    on v.workflow = h.workflow and v.version = h.version;
  taken_of := array_fill(0, array[coalesce(cardinality(keys), 0)]);
  fresh_of := taken_of;
  key_of := taken_of::text[];
  time_of := taken_of::float8[];
  for next_one in
    with here as materialized (
      select h.key, h.workflow, h.version from unnest(keys, workflows, versions) as h(key, workflow, version)
    ),
    parts as materialized (
      select p.* from ${s.quoted}.line_parts(hint) p
      union all
      select f.is_fresh, h.key, h.workflow, h.version, false, ${FIRST_PRIORITY}, ${FIRST_PLACE}, ${ABOVE_ALL},
        ${FLOOR('f.is_fresh')}
      from here h cross join (values (true), (false)) as f(is_fresh)
      where (h.key, h.workflow, h.version) not in (
        select p.key, p.workflow, p.version from ${s.quoted}.line_parts(hint) p)
    ),
    weighed as materialized (
      select distinct h.key, coalesce((limits.partition_weights ->> h.key)::float8, 1) as weight from here h
    ),
    shares as materialized (
      select w.key, w.weight, row_number() over (order by w.key)::int as n,
        greatest(p.virtual_time, limits.virtual_time) as virtual_time,
        -- More than its share, as what others cannot use is left to it.
        ceil(greatest(room, 0) * w.weight / sum(w.weight) over () * 2 + 10)::int as most,
        case when limits.partition_concurrency is not null then limits.partition_concurrency - (
          select count(*) from ${s.runs} r
          where r.queue = of_queue and coalesce(r.partition_key, '') = w.key and r.holds_slot)::int end as slots,
        limits.partition_rate_limit - ${s.quoted}.starts_counted(b.recent) as starts,
        (b.recent -> 0 ->> 0)::float8 as oldest
      from weighed w
      left join ${s.partitions} p on p.queue = of_queue and p.key = w.key
      cross join lateral (
        select ${s.quoted}.starts_within(p.recent_starts, now_ms, coalesce(limits.partition_rate_per_ms, 0)) as recent
      ) b
    ),
    lined as materialized (
      select s.*, c.id, c.workflow, c.version, c.is_fresh, c.priority,
        row_number() over (partition by s.n order by c.priority, c.place) as i
      from here h join shares s on s.key = h.key
      join parts g on g.key = h.key and g.workflow = h.workflow and g.version = h.version
      cross join lateral (
        ${lined(s, FRESH, 'g.is_fresh', 'starts_left <= 0 or s.starts <= 0 or s.slots <= 0')}
        union all
        ${lined(s, BEGUN, 'not g.is_fresh', 's.slots <= 0')}
      ) c
    )
    select l.*, l.virtual_time + (l.i - 1) / l.weight as tag, (select count(*) from lined) as seen from lined l
    where l.i <= l.most
    order by tag, l.n, l.i
  loop
    passed := coalesce(passed, ${entriesRead(s)} - read_before - next_one.seen);
    has_more := has_more or next_one.i = next_one.most;
    if taken >= room then
      if is_full then is_held_back := true; else next_at := at_once; end if;
      exit;
    end if;
    if slots_left <= 0 or taken_of[next_one.n] >= next_one.slots or next_one.slots <= 0 then
      is_held_back := true;
      exit when slots_left <= 0;
      continue;
    end if;
    if next_one.is_fresh and starts_left <= 0 then
      next_at := least(next_at, to_timestamp((coalesce((begun -> 0 ->> 0)::float8, now_ms) + limits.rate_per_ms) / 1000));
      is_held_back := true;
      continue;
    end if;
    if next_one.is_fresh and (next_one.starts <= 0 or fresh_of[next_one.n] >= next_one.starts) then
      next_at := least(next_at, to_timestamp((coalesce(next_one.oldest, now_ms) + limits.partition_rate_per_ms) / 1000));
      is_held_back := true;
      continue;
    end if;
    ${lockOne(s)}
    if known is not null or passed > ${MOST_PASSED} then
      line := jsonb_build_object('f', next_one.is_fresh, 'k', next_one.key, 'w', next_one.workflow,
        'v', next_one.version, 'p', next_one.priority);
      if not lines @> jsonb_build_array(line) then
        lines := lines || line;
      end if;
    end if;
    slots_left := slots_left - 1;
    taken_of[next_one.n] := taken_of[next_one.n] + 1;
    key_of[next_one.n] := next_one.key;
    time_of[next_one.n] := next_one.tag + 1 / next_one.weight;
    limits.virtual_time := greatest(limits.virtual_time, next_one.tag);
    if next_one.is_fresh then
      fresh := fresh + 1;
      starts_left := starts_left - 1;
      fresh_of[next_one.n] := fresh_of[next_one.n] + 1;
    end if;
  end loop;`;

const REMEMBERING = (s: Schema): string => `
  if taken > 0 and (has_partitions or limits.partition_rate_limit is not null) then
    insert into ${s.partitions} as served (queue, key, virtual_time, recent_starts)
    select of_queue, t.key, t.time, case when limits.partition_rate_limit is not null then
      ${s.quoted}.starts_added('[]', now_ms, limits.partition_rate_per_ms, t.fresh) end
    from unnest(key_of, time_of, fresh_of, taken_of) as t(key, time, fresh, taken)
    where t.taken > 0
    on conflict (queue, key) do update set virtual_time = excluded.virtual_time,
      recent_starts = case when limits.partition_rate_limit is not null then ${s.quoted}.starts_added(
        ${s.quoted}.starts_within(served.recent_starts, now_ms, limits.partition_rate_per_ms), now_ms,
        limits.partition_rate_per_ms, (excluded.recent_starts -> 0 ->> 1)::int) end;
    delete from ${s.partitions} p
    where p.queue = of_queue and p.virtual_time <= limits.virtual_time
      and coalesce((p.recent_starts -> -1 ->> 0)::float8 <= now_ms - limits.partition_rate_per_ms, true);
  end if;
  if fresh > 0 and begun is not null then
    begun := ${s.quoted}.starts_added(begun, now_ms, limits.rate_per_ms, fresh);
  end if;
  -- There is more behind what was looked at: the next claim goes on from there.
  if sweep_end is not null or has_more and not is_held_back then
    next_at := at_once;
  end if;
  if fresh > 0 and begun is not null or has_partitions and (taken > 0 or sweep_end is distinct from limits.swept_to) then
    update ${s.queues} q set recent_starts = begun, virtual_time = limits.virtual_time, swept_to = sweep_end
    where q.name = of_queue;
  end if;
  -- Back in line, in places that other claims believe to be empty, and not all taken.
  if is_alone and known is not null and ripened is not null and (is_held_back or taken >= room) then
    limits.line_changes := limits.line_changes + 1;
    known := known || jsonb_build_object('n', limits.line_changes);
    update ${s.queues} q set line_changes = limits.line_changes where q.name = of_queue;
  end if;`;

// Who stood in line is known by now, and what was taken has left it.
const HINTING = (s: Schema): string => `
  passed := coalesce(passed, ${entriesRead(s)} - read_before);
  next_hint := ${nextHint(s, {
    passed: 'passed',
    taken: 'lines',
    isRipe: `coalesce(jsonb_array_length(ripened), 0) < ${MOST_RIPENED}`,
    changes: 'limits.line_changes',
  })};`;

// Begun or not: two indexes. A run that is kept out is looked at all the same, so that it is known to be there.
function lined(s: Schema, which: string, isOfPart: string, isKeptOut: string): string {
  return `(select r.id, r.workflow, r.version, g.is_fresh, r.priority, r.place from ${s.runs} r
         where ${isOfPart} and r.queue = of_queue and ${IN_PART} and ${which}
         order by r.priority, r.place limit case when ${isKeptOut} then 1 else s.most end)`;
}

/** Without what was due long ago, which has left by now. */
export function isRipening(run: string): string {
  return `${run}.wake_at > coalesce(to_timestamp((hint ->> 'r')::float8 / 1000), '-infinity')`;
}

// With coalesce, the planner does not see that an index of those in line would do: it may believe that one to be empty, and
// would read much of it for each run.
function lockOne(s: Schema): string {
  return `perform from ${s.runs} l
      where l.id = next_one.id and (coalesce(l.in_line, false) or coalesce(l.holds_slot, false) and coalesce(l.wake_at <= at_once, false))
        and coalesce(l.state, '') in ('pending', 'waiting')
        -- It may have been moved to another version since it was found.
        and l.version is not distinct from next_one.version
      for update skip locked;
    if not found then
      next_at := at_once;
      continue;
    end if;
    taken := taken + 1;
    ids := ids || next_one.id;`;
}

// Those that were chosen, all at once: an update of one run costs as much again to begin as to do. They are locked, so each
// is still what it was when it was chosen.
//
// An equation such as `one = 1` lets the planner expect a single row, so that it looks each run up by its key.
const GIVING = (s: Schema): string => `
  return query
    with chosen as materialized (
      select c.id, c.at, 1 as one from unnest(ids) with ordinality as c(id, at)
    ),
    given as (
      update ${s.runs} r set
        state = 'running', executor_id = by_executor, epoch = r.epoch + 1, wake_at = null,
        in_line = false, holds_slot = true, started_at = coalesce(r.started_at, at_once),
        deadline = case when r.started_at is null and r.timeout_ms is not null
          then least(r.deadline, at_once + ${msInterval('r.timeout_ms')}) else r.deadline end
      from chosen c where r.id = c.id and c.one = 1
      returning r as run, c.at
    )
    select g.run, limits.parked_hold_slots, is_scarce, null::timestamptz, false, null::jsonb from given g order by g.at;`;
