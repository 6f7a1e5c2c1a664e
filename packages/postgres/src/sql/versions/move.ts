import { number } from '../cells.js';
import { IS_IDLE } from '../fragments.js';
import type { Schema } from '../names.js';
import { lineChanged } from '../queues/line-changed.js';
import { type Statement, statement, type Value } from '../statement.js';

/** How many runs were looked at, and how many of them were moved. */
export interface Moved {
  readonly found: number;
  readonly moved: number;
}

/** Moves runs of a version to another. */
export const moveVersion: Statement<
  [to: string, workflow: string, from: string, queue: string | null, limit: number],
  Moved
> = moving(
  'move_version',
  (s) => `
  select r.id from ${s.runs} r
  where ${IS_IDLE} and r.workflow = $2::text and r.version = $3::text and ($4::text is null or r.queue = $4::text)
  limit $5::int`,
  'r.version = $3::text',
);

/** Moves these runs, whatever their version. */
export const moveRuns: Statement<[to: string, runIds: string], Moved> = moving(
  'move_runs',
  () => 'select i.id from json_array_elements_text($2::json) as i(id)',
  'true',
);

/**
 * HAZARD: what is moved may be claimed at the same moment. Whichever is first, the other looks at the run again once it
 * has its lock: this sees that it runs, and a claim that it is of another version.
 *
 * Locked sorted by id, as whoever locks several does.
 */
function moving<Given extends readonly Value[]>(
  name: string,
  candidates: (s: Schema) => string,
  still: string,
): Statement<Given, Moved> {
  return statement(
    name,
    (s) => `
with candidates as materialized (${candidates(s)}
),
sorted as materialized (select distinct c.id, 1 as one from candidates c order by c.id),
locked as materialized (
  select c.id, 1 as one from sorted c cross join lateral (
    select from ${s.runs} r
    where r.id = c.id and ${IS_IDLE} and r.version <> $1::text and ${still}
    for no key update of r
  ) l
  where c.one = 1
),
moved as (
  update ${s.runs} r set version = $1::text
  from locked l where r.id = l.id and l.one = 1
  returning r.id, r.queue
),${lineChanged(s, 'moved')}
select (select count(*) from candidates)::int as found, (select count(*) from moved)::int as moved`,
    (row) => ({ found: number(row['found']), moved: number(row['moved']) }),
  );
}
