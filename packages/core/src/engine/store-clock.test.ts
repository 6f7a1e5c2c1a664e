import { describe, expect, test } from 'vitest';
import { StoreClock } from './store-clock.js';

/** A machine's clock that stands at this time. */
function clockAt(nowMs: number): StoreClock {
  return new StoreClock({ now: () => nowMs, at: () => () => {} });
}

describe('the clock of the store', () => {
  test('is the machine’s own as long as the store does not contradict it', () => {
    const clock = clockAt(1000);
    clock.set(994, 10);
    expect(clock.now()).toBe(1000);
    clock.set(990, 10);
    expect(clock.now()).toBe(1000);
  });

  test('follows the store where the two differ by more than the round trip explains', () => {
    const clock = clockAt(1000);
    clock.set(61_000, 10);
    expect(clock.now()).toBe(61_005);
    clock.set(61_008, 4);
    expect(clock.now()).toBe(61_010);
  });

  test('does not jump about with measurements that agree', () => {
    const clock = clockAt(1000);
    clock.set(61_000, 10);
    clock.set(61_003, 6);
    expect(clock.now()).toBe(61_005);
  });
});
