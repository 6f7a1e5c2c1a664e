import type { StrandedGroup } from '@holdfast/core/internal';
import { momentOrNull, number, text, textOrNull } from '../cells.js';
import { IS_IDLE, inMs } from '../fragments.js';
import { statement } from '../statement.js';

/**
 * Runs that no live executor can take, by workflow, version and queue.
 *
 * The kinds of runs that there are, few among perhaps a million, are found by one look into the index for each: after
 * every kind, the next one. Only the runs of stranded kinds are counted.
 */
export const listStranded = statement<[], StrandedGroup>(
  'list_stranded',
  (s) => `
with recursive served as materialized (
  select v.workflow, v.version, x.serves->'queues' as queues,
    x.stopped_at is null and x.lease_until > clock_timestamp() as is_live,
    least(x.stopped_at, x.lease_until) as gone_at
  from ${s.executors} x
  cross join lateral json_to_recordset(x.serves->'workflows') as v(workflow text, version text)
),
versions as (
  (select r.workflow, r.version from ${s.runs} r where ${IS_IDLE}
   order by r.workflow, r.version limit 1)
  union all
  select n.workflow, n.version from versions k cross join lateral (
    select r.workflow, r.version from ${s.runs} r
    where ${IS_IDLE} and (r.workflow, r.version) > (k.workflow, k.version)
    order by r.workflow, r.version limit 1
  ) n
),
kinds as materialized (
  select k.workflow, k.version, q.queue from versions k cross join lateral (
    with recursive named as (
      (select r.queue from ${s.runs} r
       where ${IS_IDLE} and r.workflow = k.workflow and r.version = k.version and r.queue is not null
       order by r.queue limit 1)
      union all
      select n.queue from named p cross join lateral (
        select r.queue from ${s.runs} r
        where ${IS_IDLE} and r.workflow = k.workflow and r.version = k.version and r.queue > p.queue
        order by r.queue limit 1
      ) n
    )
    select n.queue from named n
    union all
    select null where exists (
      select from ${s.runs} r
      where ${IS_IDLE} and r.workflow = k.workflow and r.version = k.version and r.queue is null
    )
  ) q
),
able as materialized (
  select k.workflow, k.version, k.queue, bool_or(v.is_live) as is_live, max(v.gone_at) as gone_at
  from kinds k join served v on v.workflow = k.workflow and v.version = k.version
    and case when k.queue is not null and json_typeof(v.queues) = 'array'
      then k.queue in (select q.name from json_array_elements_text(v.queues) as q(name)) else true end
  group by k.workflow, k.version, k.queue
)
select k.workflow, k.version, k.queue, ${inMs('a.gone_at')} as gone_at, (
  select count(*) from ${s.runs} r
  where ${IS_IDLE} and r.workflow = k.workflow and r.version = k.version and r.queue is not distinct from k.queue
)::float8 as runs
from kinds k
left join able a on a.workflow = k.workflow and a.version = k.version and a.queue is not distinct from k.queue
where not coalesce(a.is_live, false)
order by k.workflow, k.version, k.queue`,
  (row) => ({
    workflow: text(row['workflow']),
    version: text(row['version']),
    queue: textOrNull(row['queue']),
    runs: number(row['runs']),
    sinceMs: momentOrNull(row['gone_at']),
  }),
);
