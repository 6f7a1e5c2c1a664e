import { number } from '../cells.js';
import { quoteLiteral } from '../names.js';
import { statement } from '../statement.js';

/**
 * Records a fork of a run, with what that run had from calls before the given one: results, events and stream values.
 * What steps' bodies set or wrote is not known to belong to a call, and is left out.
 *
 * One statement reads one moment, so the journal of a run under way is consistent. No call depends on the result of a
 * later one, so all calls before a given one are.
 *
 * The epoch is 1, so that whoever claims it is at epoch 2: only a run's first epoch has nothing recorded.
 */
export const forkRun = statement<
  [
    of: string,
    id: string,
    key: string,
    version: string | null,
    tags: string | null,
    queue: string | null,
    fromSeq: number,
    replaced: string,
    timeoutMs: number | null,
    traceContext: string | null,
  ],
  { readonly isFound: boolean; readonly isWritten: boolean }
>(
  'fork_run',
  (s) => `
with original as materialized (select r.* from ${s.runs} r where r.id = $1::text),
forked as (
  insert into ${s.runs} (
    id, key, workflow, version, state, epoch, wake_at, input, input_extra, tags, created_at, forked_from, seed,
    logical_start, queue, place, in_line, timeout_ms, trace_context)
  select $2::text, $3::text::uuid, o.workflow, coalesce($4::text, o.version), 'pending', 1, clock_timestamp(),
    o.input, o.input_extra, coalesce($5::text::jsonb, o.tags), clock_timestamp(), o.id, coalesce(o.seed, o.key),
    coalesce(o.logical_start, o.started_at), $6::text, case when $6::text is not null then nextval(${quoteLiteral(s.places)}) end,
    $6::text is not null, $9::float8, $10::text::json
  from original o
  on conflict do nothing
  returning id
),
taken as materialized (
  select c.* from forked f cross join lateral (
    select * from ${s.steps} c where c.run_id = $1::text offset 0
  ) c
),
undoable as materialized (
  -- As a run unwinds, the last results are undone first.
  select c.seq, row_number() over (order by c.ordinal desc) as rank from taken c where c.undo and c.ordinal is not null
),
copied as (
  insert into ${s.steps} (
    run_id, seq, ordinal, kind, name, attempt, epoch, output, output_extra, error, error_extra, child_id,
    started_at, completed_at, undo)
  select $2::text, c.seq, c.ordinal, c.kind, c.name, c.attempt, 1,
    case when p.seq is null then c.output else p.output::json end,
    case when p.seq is null then c.output_extra else p.output_extra::json end,
    case when p.seq is null then c.error end, case when p.seq is null then c.error_extra end,
    case when p.seq is not null and c.kind = 'start' then p.output::json #>> '{}' else c.child_id end,
    c.started_at, c.completed_at,
    case when coalesce(n.rank > (select count(*) from taken u where u.kind = 'undo'), true) then c.undo end
  from taken c
  left join undoable n on n.seq = c.seq
  left join json_to_recordset($8::text::json) as p(seq int, output text, output_extra text) on p.seq = c.seq
  where c.seq < $7::int and c.ordinal is not null and c.kind <> 'undo'
),
copied_events as (
  insert into ${s.events} (run_id, name, value, value_extra, seq, set_at)
  select f.id, e.name, e.value, e.value_extra, e.seq, e.set_at
  from forked f cross join ${s.events} e
  where e.run_id = $1::text and e.seq < $7::int
  order by e.id
),
shown as materialized (
  select v.*, row_number() over (partition by v.name order by v.position)::int - 1 as place
  from forked f cross join ${s.streamValues} v
  where v.run_id = $1::text and v.seq < $7::int
),
copied_values as (
  insert into ${s.streamValues} (run_id, name, position, value, value_extra, seq, written_at)
  select $2::text, v.name, v.place, v.value, v.value_extra, v.seq, v.written_at from shown v
),
copied_streams as (
  insert into ${s.streams} (run_id, name, length, closed_at)
  select $2::text, n.name, (select count(*) from shown v where v.name = n.name)::int, max(n.closed_at)
  from (
    select v.name, null::timestamptz as closed_at from shown v
    union all
    select c.name, c.completed_at from taken c
    where c.kind = 'close' and c.seq < $7::int and c.output is not null
  ) n
  group by n.name
)
select (select count(*) from original)::int as found, (select count(*) from forked)::int as written`,
  (row) => ({ isFound: number(row['found']) > 0, isWritten: number(row['written']) > 0 }),
);
