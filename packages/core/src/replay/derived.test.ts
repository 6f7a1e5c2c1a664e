import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Derived } from './derived.js';

const KEY = '0f8fad5b-d9cb-469f-a165-70867728950e';
const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function take<T>(count: number, next: () => T): T[] {
  return Array.from({ length: count }, next);
}

describe('derived values', () => {
  test('are the same in every process and release', () => {
    const derived = new Derived(KEY);
    expect([derived.uuid(), derived.uuid(), derived.random(), derived.random()]).toMatchInlineSnapshot(`
      [
        "cb5f86ba-20f5-4348-bccb-6b6d5ab3c7d5",
        "60397f56-ef92-413a-88d3-fedbf1b26ced",
        0.7063022565562278,
        0.6712173367850482,
      ]
    `);
  });

  test('are a sequence, across both kinds', () => {
    const mixed = (derived: Derived): unknown[] => [derived.random(), derived.uuid(), derived.random()];
    expect(mixed(new Derived(KEY))).toEqual(mixed(new Derived(KEY)));
    const late = new Derived(KEY);
    late.uuid();
    expect(late.random()).not.toBe(new Derived(KEY).random());
  });

  test('take a key with or without dashes, in capitals or not', () => {
    const plain = new Derived(KEY.replaceAll('-', '')).uuid();
    expect(new Derived(KEY).uuid()).toBe(plain);
    expect(new Derived(KEY.toUpperCase()).uuid()).toBe(plain);
  });

  test('differ between keys that differ in one digit, whichever', () => {
    const digits = KEY.replaceAll('-', '');
    const seen = new Set([new Derived(digits).uuid()]);
    for (let at = 0; at < 32; at++) {
      const other = digits[at] === '0' ? '1' : '0';
      seen.add(new Derived(digits.slice(0, at) + other + digits.slice(at + 1)).uuid());
    }
    expect(seen.size).toBe(33);
  });
});

describe('derived UUIDs', () => {
  test('are valid ones of version 4, for any key', () => {
    fc.assert(
      fc.property(fc.uuid(), (key) => {
        const derived = new Derived(key);
        for (const uuid of take(20, () => derived.uuid())) expect(uuid).toMatch(V4);
      }),
    );
  });

  test('do not repeat within a run, or between runs', () => {
    const seen = new Set<string>();
    for (const key of [KEY, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
      const derived = new Derived(key);
      for (const uuid of take(20_000, () => derived.uuid())) seen.add(uuid);
    }
    expect(seen.size).toBe(60_000);
  });
});

describe('derived random numbers', () => {
  test('lie between 0 and 1, 1 excluded, for any key', () => {
    fc.assert(
      fc.property(fc.uuid(), (key) => {
        const derived = new Derived(key);
        for (const number of take(50, () => derived.random())) {
          expect(number).toBeGreaterThanOrEqual(0);
          expect(number).toBeLessThan(1);
        }
      }),
    );
  });

  test('are spread evenly', () => {
    const derived = new Derived(KEY);
    const bins = new Array<number>(10).fill(0);
    for (const number of take(100_000, () => derived.random())) bins[Math.floor(number * 10)]! += 1;
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
