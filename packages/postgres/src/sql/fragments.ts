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

/** Whether a run `r` has not ended and is in nobody's hands, in the words of the index of those. */
export const IS_IDLE = 'r.completed_at is null and r.held_by is null';

/** The states in which a run has not ended. */
export const OPEN_STATES = `('pending', 'running', 'waiting', 'paused')`;

/** The states in which a run has ended. */
export const ENDED_STATES = `('succeeded', 'failed', 'cancelled')`;
