import { describe, expect, test } from 'vitest';
import { BUSY, type CallActivity, type OpenCall, RECORDED } from './call.js';
import { type IdleState, idleVerdict } from './idleness.js';

const NOW_MS = 10_000;
const PARK_AFTER_MS = 1000;

const until = (untilMs: number | null): CallActivity => ({ kind: 'waiting', untilMs });

function verdict(activities: readonly CallActivity[], changes: Partial<IdleState> = {}) {
  const calls = activities.map((activity, seq) => ({ activity, seq }) as OpenCall);
  return idleVerdict({
    calls,
    nowMs: NOW_MS,
    sinceMs: NOW_MS,
    parkAfterMs: PARK_AFTER_MS,
    isDraining: false,
    ...changes,
  });
}

describe('a run stays in memory', () => {
  test('while its own code is at work: no call is open', () => {
    expect(verdict([])).toEqual({ kind: 'stay' });
  });

  test('while any call is busy, however long the others wait', () => {
    expect(verdict([until(NOW_MS + 1_000_000), BUSY])).toEqual({ kind: 'stay' });
  });

  test('while a recorded result waits for its turn', () => {
    expect(verdict([until(null), RECORDED])).toEqual({ kind: 'stay' });
  });

  test('while its next moment is near, and sits it out', () => {
    expect(verdict([until(NOW_MS + PARK_AFTER_MS)])).toEqual({ kind: 'stay' });
    expect(verdict([until(NOW_MS + 1), until(NOW_MS + 1_000_000)])).toEqual({ kind: 'stay' });
    expect(verdict([until(NOW_MS - 5), until(null)])).toEqual({ kind: 'stay' });
  });
});

describe('a run that waits for something of other runs', () => {
  const event = { kind: 'event', targetId: 'run-1', name: 'progress' } as const;
  const result = { kind: 'result', targetId: 'run-2' } as const;

  test('is parked with all that is to be noted of it, each with its call', () => {
    const activities: CallActivity[] = [
      { kind: 'waiting', untilMs: null, mayEndSooner: true, wait: event },
      until(NOW_MS + 1_000_000),
      { kind: 'waiting', untilMs: NOW_MS + 5000, mayEndSooner: true, wait: result },
    ];
    expect(verdict(activities, { sinceMs: NOW_MS - PARK_AFTER_MS })).toEqual({
      kind: 'park',
      wakeAtMs: NOW_MS + 5000,
      waits: [
        { ...event, seq: 0 },
        { ...result, seq: 2 },
      ],
    });
  });

  test('is parked at a shutdown, unless something else of it is under way', () => {
    const waits: CallActivity = { kind: 'waiting', untilMs: null, mayEndSooner: true, wait: event };
    expect(verdict([waits], { isDraining: true })).toMatchObject({ kind: 'park', wakeAtMs: null });
    expect(verdict([waits, BUSY], { isDraining: true })).toEqual({ kind: 'stay' });
  });
});

describe('a run whose wait may end before its time', () => {
  const soonPerhaps: CallActivity = { kind: 'waiting', untilMs: NOW_MS + 1_000_000, mayEndSooner: true };

  test('is given a while, and then parked until that time', () => {
    expect(verdict([soonPerhaps])).toEqual({ kind: 'linger', untilMs: NOW_MS + PARK_AFTER_MS });
    expect(verdict([soonPerhaps], { sinceMs: NOW_MS - PARK_AFTER_MS })).toEqual({
      kind: 'park',
      wakeAtMs: NOW_MS + 1_000_000,
      waits: [],
    });
  });
});

describe('a run is parked', () => {
  test('at once when its next moment is far off', () => {
    const atMs = NOW_MS + PARK_AFTER_MS + 1;
    expect(verdict([until(atMs)])).toEqual({ kind: 'park', wakeAtMs: atMs, waits: [] });
  });

  test('until the earliest of several moments', () => {
    expect(verdict([until(NOW_MS + 9000), until(NOW_MS + 5000), until(NOW_MS + 7000)])).toEqual({
      kind: 'park',
      wakeAtMs: NOW_MS + 5000,
      waits: [],
    });
  });

  test('without a moment when it waits for other runs only, after it lingered', () => {
    const sinceMs = NOW_MS - PARK_AFTER_MS;
    expect(verdict([until(null)], { sinceMs })).toEqual({ kind: 'park', wakeAtMs: null, waits: [] });
    expect(verdict([until(null), until(NOW_MS + 5000)], { sinceMs })).toEqual({
      kind: 'park',
      wakeAtMs: NOW_MS + 5000,
      waits: [],
    });
  });

  test('never, when the executor keeps runs for ever', () => {
    const parkAfterMs = Number.POSITIVE_INFINITY;
    expect(verdict([until(NOW_MS + 1_000_000)], { parkAfterMs })).toEqual({ kind: 'stay' });
  });
});

describe('a run lingers', () => {
  test('while it waits for another run, which may end any moment', () => {
    expect(verdict([until(null)], { sinceMs: NOW_MS - 400 })).toEqual({
      kind: 'linger',
      untilMs: NOW_MS + 600,
    });
  });

  test('not at all, when it is to be parked at once', () => {
    expect(verdict([until(null)], { parkAfterMs: 0 })).toEqual({ kind: 'park', wakeAtMs: null, waits: [] });
  });
});

describe('while the executor shuts down', () => {
  test('whatever only waits is parked at once', () => {
    expect(verdict([until(NOW_MS + 1)], { isDraining: true })).toEqual({
      kind: 'park',
      wakeAtMs: NOW_MS + 1,
      waits: [],
    });
    expect(verdict([until(null)], { isDraining: true })).toEqual({ kind: 'park', wakeAtMs: null, waits: [] });
  });

  test('what is under way stays', () => {
    expect(verdict([BUSY, until(null)], { isDraining: true })).toEqual({ kind: 'stay' });
    expect(verdict([], { isDraining: true })).toEqual({ kind: 'stay' });
  });
});
