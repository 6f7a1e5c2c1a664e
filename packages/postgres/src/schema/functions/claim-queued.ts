import type { Schema } from '../../sql/names.js';
import { isWholeLookDue } from '../../sql/queues/whole-look.js';
import { isRipening } from './claim-from-queue.js';
import { MOST_PASSED, nextHint } from './line-hint.js';
import { BEGUN, entriesRead, FRESH, hasLine } from './line-parts.js';

/** The most queues of which hints are kept. */
const MOST_HINTS = 100;

/**
 * Gives runs of queues to an executor: of those that are named, or of all. `others` is how many runs without a queue it
 * could have instead. The last row has no run: it says when there will be more to take, and whether limits kept back what
 * is due.
 *
 * Room is shared out evenly between the queues that have work and the runs without one, and what one cannot use is left to
 * the others. `chance`, from 0 to below 1, says who gets what cannot be shared out evenly: so nobody is always too late.
 *
 * HAZARD: it locks several queues. All claims lock them in the order of their names, so none waits for one that waits for it.
 */
export function claimQueued(s: Schema): string {
  return `
create or replace function ${s.quoted}.queue_after(of_queue text) returns text
language sql stable as $holdfast$
  ${firstOf(s, 'r.queue > of_queue')}
$holdfast$;

create or replace function ${s.quoted}.queue_between(of_queue text, before_queue text) returns text
language sql stable as $holdfast$
  ${firstOf(s, 'r.queue > of_queue and r.queue < before_queue')}
$holdfast$;

create or replace function ${s.quoted}.claim_queued(
  by_executor text, serves json, named json, room int, others int, chance float8, hints jsonb)
returns table (
  run ${s.runs}, keeps_slot boolean, is_slot_scarce boolean, next_at timestamptz, is_held_back boolean, next_hints jsonb)
language plpgsql volatile rows 50
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $holdfast$
declare
  of_queue text;
  names text[];
  busy text[] := '{}';
  wakes timestamptz;
  soonest timestamptz;
  parties int;
  shift int;
  quota int;
  quotas int[] := '{}';
  took int[];
  nexts timestamptz[] := '{}';
  helds boolean[] := '{}';
  total int := 0;
  last_locked int := 0;
  one record;
  bound text;
  hint jsonb;
  known jsonb;
  is_whole boolean;
  read_before bigint := ${entriesRead(s)};
  passed bigint;
  changes int;
begin
  hints := coalesce(hints, '{}');
${LOOKING(s)}
${SHARING(s)}
  run := null;
  next_at := (select least(soonest, min(n.at)) from unnest(nexts) as n(at));
  is_held_back := (select coalesce(bool_or(h.is_held), false) from unnest(helds) as h(is_held));
  next_hints := nullif(hints, '{}');
  return next;
end
$holdfast$;`;
}

// Queues of which there is a hint are looked at by it; whether there are others, in between.
const LOOKING = (s: Schema): string => `
  if named is null then
    of_queue := '';
    loop
      bound := (select min(h.name collate "C") from jsonb_object_keys(hints) as h(name) where h.name collate "C" > of_queue);
      of_queue := coalesce(case when bound is null then ${s.quoted}.queue_after(of_queue)
        else ${s.quoted}.queue_between(of_queue, bound) end, bound);
      exit when of_queue is null;
      names := names || of_queue;
    end loop;
    if ${entriesRead(s)} - read_before > ${MOST_PASSED} then
      hints := (select coalesce(jsonb_object_agg(q.name, '{}'::jsonb), '{}') from (
        select q.name from ${s.queues} q order by q.name limit ${MOST_HINTS}) q) || hints;
    end if;
  else
    names := array(select distinct q.name collate "C" from json_array_elements_text(named) as q(name) order by 1);
  end if;
  foreach of_queue in array coalesce(names, '{}') loop
    known := hints -> of_queue;
    changes := (select q.line_changes from ${s.queues} q where q.name = of_queue);
    is_whole := ${isWholeLookDue('known')} or (known ->> 'n')::int is distinct from changes;
    hint := case when not is_whole then known end;
    read_before := ${entriesRead(s)};
    wakes := least(
      (select r.wake_at from ${s.runs} r
       where r.queue = of_queue and not r.in_line and not r.holds_slot and r.state in ('pending', 'waiting')
         and r.wake_at is not null and ${isRipening('r')}
       order by r.wake_at limit 1),
      (select r.wake_at from ${s.runs} r
       where r.queue = of_queue and r.holds_slot and r.state = 'waiting' and r.wake_at is not null
       order by r.wake_at limit 1));
    if wakes <= clock_timestamp() or ${hasLine(s, "''")} then
      busy := busy || of_queue;
    else
      soonest := least(soonest, wakes);
      passed := ${entriesRead(s)} - read_before;
      known := ${nextHint(s, {
        passed: 'passed',
        taken: "'[]'",
        isRipe: 'true',
        changes: 'changes',
      })};
      hints := case when known is null then hints - of_queue else hints || jsonb_build_object(of_queue, known) end;
    end if;
  end loop;`;

const SHARING = (s: Schema): string => `
  parties := cardinality(busy) + (others > 0)::int;
  shift := floor(chance * parties);
  took := array_fill(0, array[cardinality(busy)]);
  for pass in 1 .. 2 loop
    for i in 1 .. cardinality(busy) loop
      if pass = 1 then
        quota := (room + (i + shift) % parties) / parties;
        quotas[i] := quota;
      else
        -- What the others do not need. Only from queues that are locked, or come after all that are.
        quota := room - total - case when others > 0 then least(others, (room + shift % parties) / parties) else 0 end;
        continue when took[i] < quotas[i] or quotas[i] = 0 and i < last_locked;
      end if;
      continue when quota <= 0;
      last_locked := greatest(last_locked, i);
      for one in select c.* from ${s.quoted}.claim_from_queue(
          by_executor, serves, busy[i], quota, pass = 2 and quotas[i] > 0, hints -> busy[i]) c loop
        if (one.run).id is null then
          nexts[i] := one.next_at;
          helds[i] := one.is_held_back;
          hints := case when one.next_hint is null then hints - busy[i]
            else hints || jsonb_build_object(busy[i], one.next_hint) end;
        else
          run := one.run;
          keeps_slot := one.keeps_slot;
          is_slot_scarce := one.is_slot_scarce;
          took[i] := took[i] + 1;
          total := total + 1;
          return next;
        end if;
      end loop;
    end loop;
  end loop;`;

function firstOf(s: Schema, range: string): string {
  const first = (which: string): string =>
    `(select r.queue from ${s.runs} r where ${range} and ${which} order by r.queue limit 1)`;
  return `select least(
    ${first(FRESH)},
    ${first(BEGUN)},
    ${first("r.queue is not null and not r.in_line and not r.holds_slot and r.state in ('pending', 'waiting')")},
    ${first("r.holds_slot and r.state = 'waiting'")})`;
}
