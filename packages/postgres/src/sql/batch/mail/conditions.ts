import { OPEN_STATES } from '../../fragments.js';
import type { Schema } from '../../names.js';
import { RUNS_ARE_LOCKED } from './given.js';

/** What stands in the way of mail: `why`, by its place. The runs that it is about are locked before. */
export function barMail(s: Schema): string {
  return `
fenced as materialized (
  select e.at from mailing e cross join lateral (
    select from ${s.runs} r
    where r.id = e.run_id and r.epoch = e.epoch and r.state = 'running'
    for key share of r
  ) o
  where e.epoch is not null and ${RUNS_ARE_LOCKED}
),
barred as materialized (
  select e.at, 'lost' as why from mailing e
  where e.epoch is not null and e.at not in (select f.at from fenced f)
  union all
  select e.at, case when l.run_id is null then 'missing' else 'ended' end
  from mailing e left join locked l on l.run_id = e.run_id and l.role = 'told'
  where e.is_strange and (l.run_id is null or l.found_state not in ${OPEN_STATES})
  union all
  select e.at, 'closed' from mailing e join heads h on h.run_id = e.run_id and h.name = e.name
  where e.op = 'write' and h.closed_at is not null
)`;
}

/** For calls: those that are not kept from what they come with. */
export const UNBARRED = `
  and e.at not in (select b.at from barred b)`;

/** The mail that is to be written: nothing bars it, and the call that it comes with was written just now. */
export const PASSED = `
passed as materialized (
  select e.* from mailing e
  where e.at not in (select b.at from barred b)
    and (e.seq is null or (e.caller, e.seq) in (select c.run_id, c.seq from called c))
)`;
