import type { Schema } from '../names.js';

/**
 * An expression that deletes what is kept of runs beside their rows, and is 0. For every statement that deletes runs, to be
 * selected by it.
 *
 * @param from an expression of the same statement whose rows have the `id` of a run; they are locked.
 */
export function remains(s: Schema, from: string): string {
  return `${s.forgetRuns}(array(select f.id from ${from} f))`;
}
