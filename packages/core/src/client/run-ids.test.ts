import { describe, expect, test } from 'vitest';
import type { Clock } from '../time/index.js';
import { runIds } from './run-ids.js';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function idsAt(ms: number): () => string {
  const clock: Clock = { now: () => ms, at: () => () => undefined };
  return runIds(clock);
}

describe('the ids of runs', () => {
  test('begin with the moment, in milliseconds', () => {
    expect(idsAt(0x0192_3456_789a)()).toMatch(/^01923456-789a-7/);
    expect(idsAt(0x0192_3456_789a + 0.9)()).toMatch(/^01923456-789a-7/);
  });

  test('are in the order of their moments', () => {
    const ids = [0, 1, 255, 256, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000].map((ms) =>
      idsAt(ms)(),
    );
    expect([...ids].sort()).toEqual(ids);
  });

  test('of one moment differ', () => {
    const newId = idsAt(1_700_000_000_000);
    expect(new Set(Array.from({ length: 10_000 }, newId)).size).toBe(10_000);
  });

  test.each([-1, 0, 1_700_000_000_000, 2 ** 48 - 1, 2 ** 48, Number.MAX_SAFE_INTEGER])(
    'are well formed at %d ms',
    (ms) => {
      expect(idsAt(ms)()).toMatch(V7);
    },
  );
});
