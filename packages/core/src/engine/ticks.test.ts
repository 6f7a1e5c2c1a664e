import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CatchUp, type Overlap, type Ticks, ticksOf } from '../define/index.js';
import { LATE_MS, planTicks, TICKS_LIMIT } from './ticks.js';

const EACH_SECOND = ticksOf('* * * * * *', 'UTC', 'a test');
const EACH_MINUTE = ticksOf('* * * * *', 'UTC', 'a test');
const MINUTE_MS = 60_000;

function plan(
  ticks: Ticks,
  nowMs: number,
  given: { nextAtMs: number; catchUp?: CatchUp; overlap?: Overlap },
) {
  return planTicks({ catchUp: 'one', overlap: 'allow', ...given }, ticks, nowMs);
}

describe('ticks that were not missed', () => {
  test('a tick is started when it has come', () => {
    expect(plan(EACH_MINUTE, MINUTE_MS, { nextAtMs: MINUTE_MS })).toEqual({
      startMs: [MINUTE_MS],
      nextAtMs: 2 * MINUTE_MS,
      lastAtMs: MINUTE_MS,
    });
  });

  test.each<CatchUp>(['skip', 'one', 'all'])('each of them is started, also with catchUp %s', (catchUp) => {
    expect(plan(EACH_SECOND, 13_400, { nextAtMs: 10_000, catchUp })).toEqual({
      startMs: [10_000, 11_000, 12_000, 13_000],
      nextAtMs: 14_000,
      lastAtMs: 13_000,
    });
  });

  test('where runs must not overlap, the last of them is', () => {
    for (const overlap of ['skip', 'cancel'] as const) {
      expect(plan(EACH_SECOND, 12_000, { nextAtMs: 10_000, overlap })).toEqual({
        startMs: [12_000],
        nextAtMs: 13_000,
        lastAtMs: 12_000,
      });
    }
  });
});

describe('ticks that were missed', () => {
  const nowMs = 60 * MINUTE_MS + 30_000;
  const nextAtMs = 10 * MINUTE_MS;

  test('skipped, none of them is started, and the schedule goes on from now', () => {
    expect(plan(EACH_MINUTE, nowMs, { nextAtMs, catchUp: 'skip' })).toEqual({
      startMs: [],
      nextAtMs: 61 * MINUTE_MS,
      lastAtMs: 60 * MINUTE_MS,
    });
  });

  test('skipped, one that has just come is started all the same', () => {
    const justMs = 60 * MINUTE_MS + LATE_MS;
    expect(plan(EACH_MINUTE, justMs, { nextAtMs, catchUp: 'skip' }).startMs).toEqual([60 * MINUTE_MS]);
    expect(plan(EACH_MINUTE, justMs + 1, { nextAtMs, catchUp: 'skip' }).startMs).toEqual([]);
  });

  test('caught up in one, the last is started', () => {
    expect(plan(EACH_MINUTE, nowMs, { nextAtMs, catchUp: 'one' })).toEqual({
      startMs: [60 * MINUTE_MS],
      nextAtMs: 61 * MINUTE_MS,
      lastAtMs: 60 * MINUTE_MS,
    });
  });

  test('all caught up, each is started', () => {
    const { startMs } = plan(EACH_MINUTE, nowMs, { nextAtMs, catchUp: 'all' });
    expect(startMs).toEqual(Array.from({ length: 51 }, (_, n) => (10 + n) * MINUTE_MS));
  });

  test('all caught up, so many at a look, and the next look goes on where this one ended', () => {
    const wholeDay = { nextAtMs: 1000, catchUp: 'all' as const };
    const first = plan(EACH_SECOND, 86_400_000, wholeDay);
    expect(first.startMs).toHaveLength(TICKS_LIMIT);
    expect(first).toMatchObject({ nextAtMs: (TICKS_LIMIT + 1) * 1000, lastAtMs: TICKS_LIMIT * 1000 });
    expect(plan(EACH_SECOND, 86_400_000, { ...wholeDay, nextAtMs: first.nextAtMs! }).startMs[0]).toBe(
      first.nextAtMs,
    );
  });

  test('all caught up where runs must not overlap, the last is started', () => {
    for (const overlap of ['skip', 'cancel'] as const) {
      const { startMs } = plan(EACH_MINUTE, nowMs, { nextAtMs, catchUp: 'all', overlap });
      expect(startMs).toEqual([60 * MINUTE_MS]);
    }
  });
});

test('a next tick that somebody set by hand need not be one of the expression’s', () => {
  expect(plan(EACH_MINUTE, 90_500, { nextAtMs: 90_123 })).toEqual({
    startMs: [90_123],
    nextAtMs: 2 * MINUTE_MS,
    lastAtMs: 90_123,
  });
});

test('whenever it is looked, catching up with all starts each tick once, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 20 }), (pauses) => {
      const ticks = ticksOf('*/20 * * * * *', 'Europe/Berlin', 'a test');
      const startMs = Date.parse('2026-10-25T00:10:00Z');
      let [nowMs, nextAtMs] = [startMs, ticks.next(startMs)!];
      const started: number[] = [];
      for (const pauseMs of [...pauses, 0, 0]) {
        nowMs += pauseMs;
        if (nextAtMs > nowMs) continue;
        const made = plan(ticks, nowMs, { nextAtMs, catchUp: 'all' });
        started.push(...made.startMs);
        nextAtMs = made.nextAtMs!;
      }
      const expected: number[] = [];
      for (let atMs = ticks.next(startMs)!; atMs < nextAtMs; atMs = ticks.next(atMs)!) expected.push(atMs);
      expect(started).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('with any policy no tick is started twice, none too early, and the next is always to come', () => {
  const CATCH_UP = fc.constantFrom<CatchUp>('skip', 'one', 'all');
  const OVERLAP = fc.constantFrom<Overlap>('allow', 'skip', 'cancel');
  fc.assert(
    fc.property(
      CATCH_UP,
      OVERLAP,
      fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 30 }),
      (catchUp, overlap, pauses) => {
        let [nowMs, nextAtMs] = [0, 1000];
        const started: number[] = [];
        for (const pauseMs of pauses) {
          nowMs += pauseMs;
          if (nextAtMs > nowMs) continue;
          const made = plan(EACH_SECOND, nowMs, { nextAtMs, catchUp, overlap });
          started.push(...made.startMs);
          expect(made.nextAtMs!).toBeGreaterThan(nextAtMs);
          nextAtMs = made.nextAtMs!;
          for (const atMs of made.startMs) expect(atMs).toBeLessThanOrEqual(nowMs);
        }
        expect(started).toEqual([...new Set(started)].sort((a, b) => a - b));
      },
    ),
  );
});
