import { ENDED_STATES } from '../fragments.js';
import type { Schema } from '../names.js';

/**
 * Whether what is waited for is there, or will never be: the end of its run, and the lack of it, end every wait.
 *
 * `offset 0` keeps the planner from reading a whole table instead, whatever it believes of its size.
 *
 * @param w what is waited for: `target_id`, `kind`, `name`, `position`.
 * @param state the state of that run; null if there is none.
 */
export function comeAbout(s: Schema, w: string, state: string): string {
  return `(${state} is null or ${state} in ${ENDED_STATES}
    or ${w}.kind = 'event' and exists (
      select from ${s.events} e where e.run_id = ${w}.target_id and e.name = ${w}.name offset 0)
    or ${w}.kind = 'stream' and exists (
      select from ${s.streams} h where h.run_id = ${w}.target_id and h.name = ${w}.name
        and (h.closed_at is not null or h.length > ${w}.position) offset 0))`;
}
