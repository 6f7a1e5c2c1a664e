import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock, waitUntil } from './clock.js';

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2030, 0, 1);

beforeEach(() => void vi.useFakeTimers({ now: START_MS }));
afterEach(() => void vi.useRealTimers());

describe("the machine's clock", () => {
  test('tells the time', () => {
    expect(systemClock.now()).toBe(START_MS);
  });

  test('fires once, when the moment has come', () => {
    const fire = vi.fn();
    systemClock.at(START_MS + 100, fire);
    vi.advanceTimersByTime(99);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fire).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10 * DAY_MS);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  test('fires soon, but not at once, when the moment is past', () => {
    const fire = vi.fn();
    systemClock.at(START_MS - DAY_MS, fire);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  test('a fraction of a millisecond is rounded up, never fired early', () => {
    const fire = vi.fn();
    systemClock.at(START_MS + 10.2, fire);
    vi.advanceTimersByTime(10);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['just within one timer', LONGEST_TIMER_MS],
    ['just beyond one timer', LONGEST_TIMER_MS + 1],
    ['90 days', 90 * DAY_MS],
    ['a year', 365 * DAY_MS],
  ])('%s does not overflow the timer', (_, distanceMs) => {
    const fire = vi.fn();
    systemClock.at(START_MS + distanceMs, fire);
    vi.advanceTimersByTime(distanceMs - 1);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  test('a timer that fires a little early waits the rest', () => {
    const fire = vi.fn();
    systemClock.at(START_MS + 100, fire);
    // Node's timers and Date run by two clocks, which may differ by a millisecond.
    vi.setSystemTime(START_MS - 1);
    vi.advanceTimersByTime(100);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  test('a timer fires when its time is up although the time was set back', () => {
    const fire = vi.fn();
    systemClock.at(START_MS + 100, fire);
    vi.setSystemTime(START_MS - DAY_MS);
    vi.advanceTimersByTime(100);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  test('a cancelled timer does not fire, also in its second piece', () => {
    const fire = vi.fn();
    const cancelShort = systemClock.at(START_MS + 100, fire);
    const cancelLong = systemClock.at(START_MS + 40 * DAY_MS, fire);
    vi.advanceTimersByTime(50);
    cancelShort();
    vi.advanceTimersByTime(30 * DAY_MS);
    cancelLong();
    vi.advanceTimersByTime(30 * DAY_MS);
    expect(fire).not.toHaveBeenCalled();
  });

  test('cancelling twice, or after it fired, does nothing', () => {
    const fire = vi.fn();
    const cancel = systemClock.at(START_MS + 1, fire);
    vi.advanceTimersByTime(1);
    cancel();
    cancel();
    expect(fire).toHaveBeenCalledTimes(1);
  });

  test('a timer does not keep the process alive', () => {
    vi.useRealTimers();
    const unref = vi.fn();
    const spy = vi.spyOn(globalThis, 'setTimeout').mockReturnValue({ unref } as never);
    try {
      systemClock.at(systemClock.now() + 60_000, () => {});
      expect(unref).toHaveBeenCalledTimes(1);
    } finally {
      spy.mockRestore();
    }
  });
});

describe('waiting until a moment', () => {
  test('resolves at that moment', async () => {
    const done = vi.fn();
    const waiting = waitUntil(systemClock, START_MS + 40 * DAY_MS).then(done);
    await vi.advanceTimersByTimeAsync(40 * DAY_MS - 1);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('resolves early when the signal aborts, and leaves no timer behind', async () => {
    const abort = new AbortController();
    const waiting = waitUntil(systemClock, START_MS + DAY_MS, abort.signal);
    expect(vi.getTimerCount()).toBe(1);
    abort.abort();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
  });

  test('resolves at once, without a timer, when the signal has aborted already', async () => {
    await waitUntil(systemClock, START_MS + DAY_MS, AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves no listener on the signal when the moment comes first', async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    const waiting = waitUntil(systemClock, START_MS + 1, signal);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(removed).toHaveBeenCalledTimes(1);
  });

  test('waits by the clock it is given', async () => {
    let fire = (): void => {};
    const clock: Clock = {
      now: () => 5,
      at: (atMs, then) => {
        expect(atMs).toBe(77);
        fire = then;
        return () => {};
      },
    };
    const waiting = waitUntil(clock, 77);
    fire();
    await waiting;
  });
});
