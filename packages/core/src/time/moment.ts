/** The earliest moment of which every store can hold one: the beginning of 4713 BC, as Postgres has it. */
const EARLIEST_MS = Date.UTC(-4713, 10, 24);

/** Whether a moment, in milliseconds since 1970, is one that every store can hold. The last one of a `Date` is. */
export function isMoment(ms: number): boolean {
  return ms >= EARLIEST_MS && ms <= 8.64e15;
}
