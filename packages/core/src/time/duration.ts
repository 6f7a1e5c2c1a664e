import { HoldfastError } from '../errors/index.js';

/** A length of time: `'200ms'`, `'30s'`, `'5m'`, `'2 hours'`, `'3 days'`, `'1w'`, or a number of milliseconds. */
export type Duration = number | string;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
};

const SHAPE = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/;

/** The longest duration accepted: 100 years, so that every due time is a valid date in any store. */
const LONGEST_MS = 100 * 365 * UNIT_MS['day']!;

/**
 * The milliseconds of a duration.
 *
 * @param what what the duration is for, named in the error ("retry.initial of step "charge"").
 * @throws HoldfastError INVALID_DURATION for anything that is not a finite, non-negative length of at most 100 years.
 */
export function durationMs(duration: Duration, what: string): number {
  const ms = typeof duration === 'number' ? duration : parse(duration);
  if (Number.isFinite(ms) && ms >= 0 && ms <= LONGEST_MS) return ms;
  throw new HoldfastError(
    'INVALID_DURATION',
    `${show(duration)} is not a duration (${what}). Write '200ms', '30s', '5m', '2 hours', '3 days', ` +
      'or a number of milliseconds from 0 to 100 years.',
    { details: { duration: show(duration), what } },
  );
}

function parse(text: unknown): number {
  const match = typeof text === 'string' ? SHAPE.exec(text) : null;
  const unit = match ? UNIT_MS[match[2]!] : undefined;
  return match && unit !== undefined ? Number(match[1]) * unit : Number.NaN;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
