import { describe, expect, test } from 'vitest';
import { durationMs } from './duration.js';

const HUNDRED_YEARS_MS = 100 * 365 * 24 * 60 * 60 * 1000;

describe('durations', () => {
  test.each([
    ['200ms', 200],
    ['1 millisecond', 1],
    ['2 milliseconds', 2],
    ['30s', 30_000],
    ['1 sec', 1000],
    ['2 secs', 2000],
    ['1 second', 1000],
    ['10 seconds', 10_000],
    ['5m', 300_000],
    ['1 min', 60_000],
    ['2 mins', 120_000],
    ['1 minute', 60_000],
    ['15 minutes', 900_000],
    ['2h', 7_200_000],
    ['1 hour', 3_600_000],
    ['36 hours', 129_600_000],
    ['1d', 86_400_000],
    ['1 day', 86_400_000],
    ['3 days', 259_200_000],
    ['1w', 604_800_000],
    ['1 week', 604_800_000],
    ['2 weeks', 1_209_600_000],
  ])('%j is %d ms', (text, ms) => {
    expect(durationMs(text, 'of a test')).toBe(ms);
  });

  test.each([
    ['1.5s', 1500],
    ['0.5 days', 43_200_000],
    ['  30s  ', 30_000],
    ['3   days', 259_200_000],
    ['007s', 7000],
  ])('%j may have a fraction or spaces and is %d ms', (text, ms) => {
    expect(durationMs(text, 'of a test')).toBe(ms);
  });

  test.each([0, 1, 0.25, 1500, HUNDRED_YEARS_MS])('the number %d is milliseconds as it stands', (ms) => {
    expect(durationMs(ms, 'of a test')).toBe(ms);
  });

  test('100 years is the longest, as text too', () => {
    expect(durationMs('36500 days', 'of a test')).toBe(HUNDRED_YEARS_MS);
    expect(() => durationMs('36501 days', 'of a test')).toThrow("'36501 days' is not a duration");
    expect(() => durationMs(HUNDRED_YEARS_MS + 1, 'of a test')).toThrow('is not a duration');
  });

  test.each([
    '',
    ' ',
    '10',
    's',
    '-1s',
    '+1s',
    '1e3ms',
    '.5s',
    '1.s',
    '1 fortnight',
    '1S',
    '3 Days',
    '1s 200ms',
    '1,5s',
    `${'9'.repeat(400)}s`,
    'toString',
    '1constructor',
  ])('%j is refused', (text) => {
    expect(() => durationMs(text, 'of a test')).toThrow(
      expect.objectContaining({ code: 'INVALID_DURATION' }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0.001])(
    'the number %d is refused',
    (ms) => {
      expect(() => durationMs(ms, 'of a test')).toThrow(
        expect.objectContaining({ code: 'INVALID_DURATION' }),
      );
    },
  );

  test.each([null, undefined, true, {}, [], 10n, new Date(0)])(
    '%o of JavaScript callers is refused',
    (value) => {
      expect(() => durationMs(value as never, 'of a test')).toThrow(
        expect.objectContaining({ code: 'INVALID_DURATION' }),
      );
    },
  );

  test('the error says what was given, what for, and how to write it', () => {
    expect(() => durationMs('soon', 'timeout of step "charge card"')).toThrow(
      expect.objectContaining({
        message:
          "'soon' is not a duration (timeout of step \"charge card\"). Write '200ms', '30s', '5m', '2 hours', " +
          "'3 days', or a number of milliseconds from 0 to 100 years.",
        details: { duration: "'soon'", what: 'timeout of step "charge card"' },
      }),
    );
  });
});
