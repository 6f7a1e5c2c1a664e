import { heldBy } from '../fragments.js';
import type { Schema } from '../names.js';

/**
 * A recursive expression for the ids of all that hold a run: one look into the index for each, however many runs it
 * holds. The last row is null. `unless` is a condition under which there is nothing to look for.
 */
export function holders(s: Schema, unless = 'false'): string {
  return `
holders as (
  (select ${heldBy('r.')} as id from ${s.runs} r
   where ${heldBy('r.')} is not null and not (${unless})
   order by ${heldBy('r.')} limit 1)
  union all
  select (
    select ${heldBy('r.')} from ${s.runs} r where ${heldBy('r.')} > h.id order by ${heldBy('r.')} limit 1
  ) from holders h where h.id is not null
)`;
}

/** Whether a holder is dead, or unknown. */
export function isDead(s: Schema, holder: string): string {
  return `not exists (select from ${s.executors} x where x.id = ${holder} and x.stopped_at is null)`;
}
