import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ticksOf } from './cron.js';

/** The ticks after a moment, as UTC times. */
function ticks(cron: string, timeZone: string, after: string, count: number): string[] {
  const times = ticksOf(cron, timeZone, 'a test');
  const found: string[] = [];
  for (
    let atMs = times.next(Date.parse(after));
    atMs !== null && found.length < count;
    atMs = times.next(atMs)
  ) {
    found.push(new Date(atMs).toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

/** The error of an expression. */
function refusal(cron: unknown, timeZone: unknown = 'UTC'): unknown {
  try {
    ticksOf(cron as string, timeZone as string, 'schedule "nightly"');
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a cron expression', () => {
  test.each([
    ['* * * * *', ['2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z']],
    ['* * * * * *', ['2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z']],
    ['*/20 * * * * *', ['2026-01-01T00:00:20Z', '2026-01-01T00:00:40Z', '2026-01-01T00:01:00Z']],
    ['15 10 * * *', ['2026-01-01T10:15:00Z', '2026-01-02T10:15:00Z']],
    [
      '0 9-11 * * *',
      ['2026-01-01T09:00:00Z', '2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z', '2026-01-02T09:00:00Z'],
    ],
    ['0,30 6 * * *', ['2026-01-01T06:00:00Z', '2026-01-01T06:30:00Z', '2026-01-02T06:00:00Z']],
    [
      '0 8-20/6 * * *',
      ['2026-01-01T08:00:00Z', '2026-01-01T14:00:00Z', '2026-01-01T20:00:00Z', '2026-01-02T08:00:00Z'],
    ],
    ['0 0 * FEB,apr *', ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z']],
    [
      '0 0 1 MAR-MAY *',
      ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z', '2027-03-01T00:00:00Z'],
    ],
    [
      '0 0 * * MON-WED',
      ['2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z', '2026-01-07T00:00:00Z', '2026-01-12T00:00:00Z'],
    ],
    ['0 0 29 2 *', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    [
      '0 0 13 * FRI',
      ['2026-01-02T00:00:00Z', '2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z', '2026-01-16T00:00:00Z'],
    ],
  ])('%s is read as cron reads it', (cron, expected) => {
    expect(ticks(cron, 'UTC', '2026-01-01T00:00:00Z', expected.length)).toEqual(expected);
  });

  test.each(['0 0 * * 0', '0 0 * * 7', '0 0 * * SUN', '0 0 * * sun'])('%s is every Sunday', (cron) => {
    expect(ticks(cron, 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual([
      '2026-01-04T00:00:00Z',
      '2026-01-11T00:00:00Z',
    ]);
  });

  test('a tick is after the moment asked for, never at it', () => {
    const times = ticksOf('* * * * * *', 'UTC', 'a test');
    expect(times.next(1000)).toBe(2000);
    expect(times.next(999)).toBe(1000);
    expect(times.next(1001)).toBe(2000);
  });

  test.each([
    '',
    ' ',
    '* * * *',
    '* * * * * * *',
    '@daily',
    '2026-01-01T00:00:00',
    '60 * * * *',
    '60 * * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 0 *',
    '* * * 13 *',
    '* * * * 8',
    '-1 * * * *',
    '1.5 * * * *',
    'a * * * *',
    '* * * JANUARI *',
    '5-1 * * * *',
    '*/0 * * * *',
    '*/61 * * * *',
    '1,,2 * * * *',
    '5/15 * * * *',
    null,
    undefined,
    5,
  ])('%j is refused', (cron) => {
    expect(refusal(cron)).toMatchObject({
      code: 'INVALID_CRON',
      message: expect.stringContaining('nightly'),
    });
  });

  test('one that names a day that never comes is refused', () => {
    expect(refusal('0 0 30 2 *')).toMatchObject({
      code: 'INVALID_CRON',
      message: expect.stringContaining('no month'),
    });
  });

  test.each(['Nowhere/Land', '', 'Europe/', null, 7])('the time zone %j is refused', (timeZone) => {
    expect(refusal('* * * * *', timeZone)).toMatchObject({ code: 'INVALID_TIME_ZONE' });
  });
});

describe('where clocks are put forward', () => {
  // Berlin, 29 March 2026: 02:00 is 03:00, which is 01:00 UTC.
  test('a job in the gap runs at its end, once, and never twice with another that is there', () => {
    const daily = ticks('30 2 * * *', 'Europe/Berlin', '2026-03-27T12:00:00Z', 3);
    expect(daily).toEqual(['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']);
    const twice = ticks('30 2,14 * * *', 'Europe/Berlin', '2026-03-28T22:00:00Z', 3);
    expect(twice).toEqual(['2026-03-29T01:00:00Z', '2026-03-29T12:30:00Z', '2026-03-30T00:30:00Z']);
    const both = ticks('0 2,3 * * *', 'Europe/Berlin', '2026-03-28T22:00:00Z', 2);
    expect(both).toEqual(['2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z']);
  });

  test('an hourly job runs each hour that there is', () => {
    expect(ticks('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30:00Z', 4)).toEqual([
      '2026-03-29T00:00:00Z',
      '2026-03-29T01:00:00Z',
      '2026-03-29T02:00:00Z',
      '2026-03-29T03:00:00Z',
    ]);
  });

  test('what goes on all through the hour that is not there passes over it', () => {
    expect(ticks('*/30 2 * * *', 'Europe/Berlin', '2026-03-28T22:00:00Z', 1)).toEqual([
      '2026-03-30T00:00:00Z',
    ]);
  });

  test('the same in New York, on another day', () => {
    // 8 March 2026: 02:00 is 03:00, which is 07:00 UTC.
    const daily = ticks('30 2 * * *', 'America/New_York', '2026-03-06T12:00:00Z', 3);
    expect(daily).toEqual(['2026-03-07T07:30:00Z', '2026-03-08T07:00:00Z', '2026-03-09T06:30:00Z']);
    const hourly = ticks('0 * * * *', 'America/New_York', '2026-03-08T05:30:00Z', 3);
    expect(hourly).toEqual(['2026-03-08T06:00:00Z', '2026-03-08T07:00:00Z', '2026-03-08T08:00:00Z']);
  });
});

describe('where clocks are put back', () => {
  // Berlin, 25 October 2026: 03:00 is 02:00, which is 01:00 UTC.
  test('a job in the hour that comes twice runs once', () => {
    const daily = ticks('30 2 * * *', 'Europe/Berlin', '2026-10-23T12:00:00Z', 3);
    expect(daily).toEqual(['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']);
    const halves = ticks('0,30 2 * * *', 'Europe/Berlin', '2026-10-24T22:00:00Z', 3);
    expect(halves).toEqual(['2026-10-25T00:00:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:00:00Z']);
  });

  test('an hourly job runs each hour, the one that comes twice too', () => {
    expect(ticks('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 4)).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T02:00:00Z',
      '2026-10-25T03:00:00Z',
    ]);
  });

  test('the same in New York, on another day', () => {
    // 1 November 2026: 02:00 is 01:00, which is 06:00 UTC.
    const daily = ticks('30 1 * * *', 'America/New_York', '2026-10-30T12:00:00Z', 3);
    expect(daily).toEqual(['2026-10-31T05:30:00Z', '2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z']);
    const hourly = ticks('0 * * * *', 'America/New_York', '2026-11-01T04:30:00Z', 3);
    expect(hourly).toEqual(['2026-11-01T05:00:00Z', '2026-11-01T06:00:00Z', '2026-11-01T07:00:00Z']);
  });
});

describe('properties', () => {
  const FIELD = {
    second: fc.constantFrom('0', '*/10', '5,35', '*'),
    minute: fc.constantFrom('0', '30', '*', '*/7', '0,30', '10-20'),
    hour: fc.constantFrom('2', '*', '*/3', '1-3', '2,14', '0'),
    day: fc.constantFrom('*', '1', '25', '28-31'),
    month: fc.constantFrom('*', '3', '10,11'),
    weekday: fc.constantFrom('*', 'SUN', '1-5'),
  };
  const CRON = fc
    .tuple(FIELD.second, FIELD.minute, FIELD.hour, FIELD.day, FIELD.month, FIELD.weekday)
    .map((fields) => fields.join(' '));
  const ZONE = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Sao_Paulo',
  );
  /** Most of them around the days on which clocks are changed. */
  const MOMENT = fc
    .tuple(
      fc.constantFrom(
        '2026-03-08',
        '2026-03-29',
        '2026-04-05',
        '2026-10-04',
        '2026-10-25',
        '2026-11-01',
        '2026-07-01',
      ),
      fc.integer({ min: -30 * 3_600_000, max: 30 * 3_600_000 }),
    )
    .map(([day, offMs]) => Date.parse(day) + offMs);

  test('a later moment has no earlier next tick, and nothing lies between a moment and its next tick', () => {
    fc.assert(
      fc.property(
        CRON,
        ZONE,
        MOMENT,
        fc.integer({ min: 1, max: 48 * 3_600_000 }),
        (cron, zone, atMs, laterMs) => {
          const times = ticksOf(cron, zone, 'a test');
          const next = times.next(atMs)!;
          expect(next).toBeGreaterThan(atMs);
          const after = times.next(atMs + laterMs)!;
          if (next > atMs + laterMs) expect(after).toBe(next);
          else expect(after).toBeGreaterThan(atMs + laterMs);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('the last tick before a moment is the one that going through all of them ends with', () => {
    fc.assert(
      fc.property(
        CRON,
        ZONE,
        MOMENT,
        fc.integer({ min: 1, max: 3_600_000 }),
        (cron, zone, fromMs, spanMs) => {
          const times = ticksOf(cron, zone, 'a test');
          const untilMs = fromMs + spanMs;
          let last: number | null = null;
          for (let atMs = times.next(fromMs); atMs !== null && atMs <= untilMs; atMs = times.next(atMs))
            last = atMs;
          expect(times.last(fromMs, untilMs)).toBe(last);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('the last of a year of seconds is found without going through them', () => {
    const times = ticksOf('* * * * * *', 'Europe/Berlin', 'a test');
    const untilMs = Date.parse('2027-01-01T00:00:00.500Z');
    expect(times.last(Date.parse('2026-01-01T00:00:00Z'), untilMs)).toBe(untilMs - 500);
  });
});
