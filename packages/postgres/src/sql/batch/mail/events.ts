import type { Schema } from '../../names.js';

/** Sets events: the last one of a name counts, so that ids go in the order of the batch. */
export function setEvents(s: Schema): string {
  return `
shown as (
  insert into ${s.events} (run_id, name, key, value, value_extra, seq)
  select e.run_id, e.name, e.key, e.value::json, e.value_extra::json, e.origin_seq
  from passed e where e.op = 'set' order by e.at
  -- A key that is taken: it was set before, and the answer was lost.
  on conflict do nothing
)`;
}
