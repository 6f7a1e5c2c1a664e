import { FINAL_STATES } from '@holdfast/core/internal';
import type { Schema } from '../names.js';

/** What is to be counted. */
export interface Tally {
  /** The name of the expression. */
  readonly as: string;
  /** An expression of the same statement: its rows have the `workflow`, the `queue` and the `state` of runs. */
  readonly from: string;
  /** -1 takes them out again. */
  readonly times: 1 | -1;
}

/**
 * A common table expression that counts the runs among `from` that have ended: one row more for each workflow, queue and
 * state. Nobody's row is changed, so nobody waits.
 *
 * HAZARD: the sum is right only if every statement that changes which runs have ended has this in it. One that ends runs
 * counts them (1) in the state they are then in; one that takes ended runs up again or deletes them counts them out (-1)
 * by the state they were in before, which `returning` of an update does not give: read it from the rows that were locked.
 * Runs that have not ended may be among `from`; they are passed over.
 */
export function tally(s: Schema, { as, from, times }: Tally): string {
  return `
${as} as (
  insert into ${s.tallies} (workflow, queue, state, runs)
  select e.workflow, e.queue, e.state, ${times} * count(*) from ${from} e
  where e.state in (${FINAL_STATES.map((state) => `'${state}'`).join(', ')})
  group by e.workflow, e.queue, e.state
)`;
}
