import type { WaitPosition } from '@holdfast/core/internal';
import { number, numberOrNull, textOrNull } from '../cells.js';
import { ENDED_STATES } from '../fragments.js';
import { statement } from '../statement.js';
import { comeAbout } from './come-about.js';
import { leaveNews } from './leave-news.js';

/** How a look through a portion of the waits went. */
export interface SweepRow {
  readonly last: WaitPosition | null;
  readonly looked: number;
  readonly news: number;
}

/**
 * Looks through a portion of the waits. Deletes those of runs that have ended, and leaves news of what has come about: there
 * should be some already, unless older code did it, or somebody by hand.
 *
 * HAZARD: a run that has ended may be resumed, and note a wait anew, meanwhile. So its row is locked, unless others have it,
 * and judged once more as it is then.
 */
export const sweepWaits = statement<[runId: string | null, seq: number | null, limit: number], SweepRow>(
  'sweep_waits',
  (s) => `
with looked as materialized (
  select w.run_id, w.seq, w.target_id, r.id is null as is_gone, coalesce(r.state, '') in ${ENDED_STATES} as has_ended,
    ${comeAbout(s, 'w', 't.state')} as is_news
  from (
    select w.* from ${s.waits} w
    where (w.run_id, w.seq) > (coalesce($1::text, ''), coalesce($2::int, -1))
    order by w.run_id, w.seq limit $3::int
  ) w
  left join lateral (select r.id, r.state from ${s.runs} r where r.id = w.run_id offset 0) r on true
  left join lateral (select t.state from ${s.runs} t where t.id = w.target_id offset 0) t on true
),
over as materialized (
  select e.id from (select distinct l.run_id as id from looked l where l.has_ended order by 1) e
  cross join lateral (
    select from ${s.runs} r where r.id = e.id and r.state in ${ENDED_STATES} for no key update of r skip locked
  ) r
  union all
  select distinct l.run_id from looked l where l.is_gone
),
forgotten as (
  delete from ${s.waits} w
  where w.run_id = any (array(select o.id from over o)) and (w.run_id, w.seq) in (select l.run_id, l.seq from looked l)
),${leaveNews(s, 'select l.target_id as run_id from looked l where l.is_news and not l.has_ended and not l.is_gone')},
last as (select l.run_id, l.seq from looked l order by l.run_id desc, l.seq desc limit 1)
select
  (select count(*) from looked)::int as looked,
  (select count(*) from looked l where l.is_news and not l.has_ended and not l.is_gone)::int as news,
  (select l.run_id from last l) as run_id, (select l.seq from last l) as seq`,
  (row) => {
    const [runId, seq] = [textOrNull(row['run_id']), numberOrNull(row['seq'])];
    return {
      last: runId === null || seq === null ? null : { runId, seq },
      looked: number(row['looked']),
      news: number(row['news']),
    };
  },
);
