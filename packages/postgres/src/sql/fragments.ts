/** Selects a moment as milliseconds since 1970. */
export function inMs(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}

/** Makes a moment of milliseconds since 1970. */
export function fromMs(expression: string): string {
  return `to_timestamp(${expression} / 1000.0)`;
}

/** A length of time from a number of milliseconds. */
export function msInterval(expression: string): string {
  return `(${expression} * interval '1 millisecond')`;
}

/**
 * The executor that holds a run, as an expression, and as such in an index of its own.
 *
 * HAZARD: it must not be written as `state = 'running' and executor_id = …`, nor the index as one on executor_id where
 * state = 'running'. Every fence says `state = 'running'`, so the planner would take that index for the fence, and read
 * all runs that are running to find one (tried: batches of 100 steps took twice as long, and it grows).
 */
export function heldBy(run: string): string {
  return `(case ${run}state when 'running' then ${run}executor_id end)`;
}

/** The states in which a run has not ended. */
export const OPEN_STATES = `('pending', 'running', 'waiting')`;
