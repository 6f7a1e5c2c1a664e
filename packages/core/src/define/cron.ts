import { Cron } from 'croner';
import { HoldfastError } from '../errors/index.js';

/** The moments that a cron expression names in a time zone. In milliseconds since 1970, on whole seconds. */
export interface Ticks {
  /** The first one after a moment; null only beyond the end of all calendars. */
  next(afterMs: number): number | null;
  /** The last one after `afterMs` and not after `untilMs`; null if there is none. */
  last(afterMs: number, untilMs: number): number | null;
}

/**
 * Reads a cron expression: five fields, or six with seconds first.
 *
 * Where clocks are put forward, a tick at a fixed time that does not exist that day comes at the end of the gap, and
 * where they are put back it comes once. What has a `*` or a step among seconds, minutes and hours is an interval: it
 * passes over the gap, and goes on through the hour that comes twice.
 *
 * @param what what it belongs to, named in the error: `schedule "nightly"`.
 * @throws HoldfastError INVALID_CRON, INVALID_TIME_ZONE.
 */
export function ticksOf(cron: string, timeZone: string, what: string): Ticks {
  checkTimeZone(timeZone, what);
  const times = parse(cron, timeZone, what);
  const next = (afterMs: number): number | null => times.nextRun(new Date(afterMs))?.getTime() ?? null;
  // Without a field for years, what comes once comes again and again.
  if (next(0) === null) throw invalidCron(cron, what, 'It names a day that no month has');
  return { next, last: (afterMs, untilMs) => lastTick(next, afterMs, untilMs) };
}

function parse(cron: unknown, timeZone: string, what: string): Cron {
  // What else the library would take: nicknames, and single dates.
  if (typeof cron !== 'string' || !/^\s*\S+(\s+\S+){4,5}\s*$/.test(cron)) {
    throw invalidCron(cron, what, 'It must have five fields, or six with seconds first');
  }
  try {
    return new Cron(cron, { timezone: timeZone, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw invalidCron(cron, what, reason, error);
  }
}

/** Halves the stretch again and again: to go through all ticks of a year of seconds would take minutes. */
function lastTick(next: Ticks['next'], afterMs: number, untilMs: number): number | null {
  let found = next(afterMs);
  if (found === null || found > untilMs) return null;
  let [low, high] = [found, untilMs];
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2);
    const tick = next(middle);
    if (tick === null || tick > untilMs) high = middle;
    else low = found = tick;
  }
  const one = next(low);
  return one !== null && one <= untilMs ? one : found;
}

function checkTimeZone(timeZone: unknown, what: string): void {
  try {
    if (typeof timeZone === 'string' && timeZone !== '') {
      new Intl.DateTimeFormat('en', { timeZone });
      return;
    }
  } catch (error) {
    throw invalidTimeZone(timeZone, what, error);
  }
  throw invalidTimeZone(timeZone, what);
}

function invalidCron(cron: unknown, what: string, reason: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'INVALID_CRON',
    `The cron expression ${show(cron)} of ${what} cannot be used. ${reason.replace(/\.$/, '')}. Write minute, hour, day ` +
      "of the month, month and day of the week: '0 3 * * *' is every day at three.",
    { cause, details: { cron: show(cron) } },
  );
}

function invalidTimeZone(timeZone: unknown, what: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'INVALID_TIME_ZONE',
    `The time zone ${show(timeZone)} of ${what} is not known here. Write an IANA name, such as 'Europe/Berlin' or 'UTC'.`,
    { cause, details: { timeZone: show(timeZone) } },
  );
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 100)}'` : String(value);
}
