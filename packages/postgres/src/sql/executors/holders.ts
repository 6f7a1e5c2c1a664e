import type { Schema } from '../names.js';

/**
 * A recursive expression for the ids of all that hold a run: one look into the index for each, however many runs it
 * holds. The last row is null. `unless` is a condition under which there is nothing to look for.
 */
export function holders(s: Schema, unless = 'false'): string {
  return `
holders as (
  (select r.held_by as id from ${s.runs} r
   where r.held_by is not null and not (${unless})
   order by r.held_by limit 1)
  union all
  select (
    select r.held_by from ${s.runs} r where r.held_by > h.id order by r.held_by limit 1
  ) from holders h where h.id is not null
)`;
}

/** Whether a holder is dead, or unknown. */
export function isDead(s: Schema, holder: string): string {
  return `not exists (select from ${s.executors} x where x.id = ${holder} and x.stopped_at is null)`;
}
