import type { Schema } from '../names.js';

/**
 * Common table expressions that delete what is kept of runs beside their rows. For every statement that deletes runs.
 *
 * HAZARD: joined, the planner might read these tables whole. An array of ids makes it look them up by the key.
 *
 * @param from an expression of the same statement whose rows have the `id` of a run.
 */
export function remains(s: Schema, from: string): string {
  const ofThem = `g.run_id = any (array(select f.id from ${from} f))`;
  return `
gone_steps as (delete from ${s.steps} g where ${ofThem}),
gone_messages as (delete from ${s.messages} g where ${ofThem}),
gone_events as (delete from ${s.events} g where ${ofThem}),
gone_streams as (delete from ${s.streams} g where ${ofThem}),
gone_stream_values as (delete from ${s.streamValues} g where ${ofThem}),
gone_waits as (delete from ${s.waits} g where ${ofThem})`;
}
