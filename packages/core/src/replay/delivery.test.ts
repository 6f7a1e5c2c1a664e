import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Delivery } from './delivery.js';

/** Takes all that can be taken now. */
function takeAll<T>(delivery: Delivery<T>): T[] {
  const taken: T[] = [];
  while (delivery.hasNext) taken.push(delivery.take()!);
  return taken;
}

describe('delivery of new results', () => {
  test('ordinals are given out from 1', () => {
    const delivery = new Delivery<string>();
    expect([delivery.assign(), delivery.assign(), delivery.assign()]).toEqual([1, 2, 3]);
  });

  test('a result is handed over once', () => {
    const delivery = new Delivery<string>();
    delivery.ready(delivery.assign(), 'a');
    expect(delivery.take()).toBe('a');
    expect(delivery.take()).toBeUndefined();
    expect(delivery.isEmpty).toBe(true);
  });

  test('a result waits for those before it that are on their way', () => {
    const delivery = new Delivery<string>();
    const [first, second] = [delivery.assign(), delivery.assign()];
    delivery.ready(second, 'b');
    expect(delivery.hasNext).toBe(false);
    expect(delivery.take()).toBeUndefined();
    delivery.ready(first, 'a');
    expect(takeAll(delivery)).toEqual(['a', 'b']);
  });

  test('a result whose predecessor is given up goes ahead', () => {
    const delivery = new Delivery<string>();
    const [first, second] = [delivery.assign(), delivery.assign()];
    delivery.ready(second, 'b');
    delivery.giveUp(first);
    expect(delivery.hasNext).toBe(true);
    expect(delivery.take()).toBe('b');
    expect(delivery.isEmpty).toBe(true);
  });

  test('an ordinal that was given up is not given out again', () => {
    const delivery = new Delivery<string>();
    delivery.giveUp(delivery.assign());
    expect(delivery.assign()).toBe(2);
  });

  test('nothing is left when all were given up', () => {
    const delivery = new Delivery<string>();
    const ordinals = [delivery.assign(), delivery.assign()];
    for (const ordinal of ordinals) delivery.giveUp(ordinal);
    expect(delivery.hasNext).toBe(false);
    expect(delivery.isEmpty).toBe(true);
  });

  test('it is not empty while a result is on its way, or ready and not taken', () => {
    const delivery = new Delivery<string>();
    expect(delivery.isEmpty).toBe(true);
    const ordinal = delivery.assign();
    expect(delivery.isEmpty).toBe(false);
    delivery.ready(ordinal, 'a');
    expect(delivery.isEmpty).toBe(false);
    delivery.take();
    expect(delivery.isEmpty).toBe(true);
  });

  test('whether there is a next one may be asked any number of times', () => {
    const delivery = new Delivery<string>();
    delivery.ready(delivery.assign(), 'a');
    expect([delivery.hasNext, delivery.hasNext]).toEqual([true, true]);
    expect(delivery.take()).toBe('a');
  });
});

describe('delivery of recorded results', () => {
  test('follows the recorded order, not that of the calls', () => {
    const delivery = new Delivery<string>([2, 3, 1]);
    delivery.ready(2, 'b');
    delivery.ready(3, 'c');
    expect(delivery.hasNext).toBe(false);
    delivery.ready(1, 'a');
    expect(takeAll(delivery)).toEqual(['a', 'b', 'c']);
  });

  test('holds a recorded result back until those before it were called for', () => {
    const delivery = new Delivery<string>([1, 2]);
    delivery.ready(2, 'b');
    expect(delivery.take()).toBeUndefined();
    expect(delivery.isEmpty).toBe(false);
  });

  test('passes over gaps in the recorded ordinals', () => {
    const delivery = new Delivery<string>([9, 4]);
    delivery.ready(9, 'b');
    delivery.ready(4, 'a');
    expect(takeAll(delivery)).toEqual(['a', 'b']);
    expect(delivery.isEmpty).toBe(true);
  });

  test('new results come after all recorded ones, a gap at the end included', () => {
    const delivery = new Delivery<string>([2, 7]);
    expect(delivery.assign()).toBe(8);
    delivery.ready(8, 'new');
    expect(delivery.hasNext).toBe(false);
    delivery.ready(7, 'b');
    delivery.ready(2, 'a');
    expect(takeAll(delivery)).toEqual(['a', 'b', 'new']);
  });
});

describe('delivery of very many results', () => {
  const MANY = 300_000;

  test('takes time in proportion to their number on replay', () => {
    const delivery = new Delivery<number>(Array.from({ length: MANY }, (_, index) => index + 1));
    for (let ordinal = 1; ordinal <= MANY; ordinal++) delivery.ready(ordinal, ordinal);
    const started = performance.now();
    expect(takeAll(delivery).length).toBe(MANY);
    // Some 30 ms; when each result moves all that follow, some 7 seconds.
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('keeps the order when they come and go for long', () => {
    const delivery = new Delivery<number>([1, 2]);
    const taken: number[] = [];
    for (let round = 0; round < 5000; round++) {
      const ordinal = delivery.assign();
      if (round % 7 === 0) delivery.giveUp(ordinal);
      else delivery.ready(ordinal, ordinal);
      if (round === 3000) for (const recorded of [2, 1]) delivery.ready(recorded, recorded);
      if (round % 3 === 0) taken.push(...takeAll(delivery));
    }
    taken.push(...takeAll(delivery));
    const expected = Array.from({ length: 5002 }, (_, index) => index + 1);
    expect(taken).toEqual(expected.filter((ordinal) => ordinal < 3 || (ordinal - 3) % 7 !== 0));
    expect(delivery.isEmpty).toBe(true);
  });
});

describe('delivery, whatever happens', () => {
  const happenings = fc.array(
    fc.record({ kind: fc.constantFrom('assign', 'ready', 'giveUp', 'take'), pick: fc.nat(20) }),
    { maxLength: 60 },
  );

  test('hands over in rising order, each once, and never ahead of one that is on its way', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }),
        happenings,
        (recorded, all) => {
          const delivery = new Delivery<number>(recorded);
          const onTheirWay = new Set(recorded);
          const handed: number[] = [];
          const take = (): void => {
            const next = delivery.take();
            if (next === undefined) return;
            for (const ordinal of onTheirWay) expect(ordinal).toBeGreaterThan(next);
            handed.push(next);
          };
          for (const { kind, pick } of all) {
            if (kind === 'assign') onTheirWay.add(delivery.assign());
            if (kind === 'take') take();
            const ordinal = [...onTheirWay][pick % Math.max(1, onTheirWay.size)];
            if (ordinal === undefined || kind === 'assign' || kind === 'take') continue;
            onTheirWay.delete(ordinal);
            if (kind === 'ready') delivery.ready(ordinal, ordinal);
            else delivery.giveUp(ordinal);
          }
          for (const ordinal of onTheirWay) delivery.giveUp(ordinal);
          onTheirWay.clear();
          while (delivery.hasNext) take();
          expect(handed).toEqual([...new Set(handed)].sort((a, b) => a - b));
          expect(delivery.isEmpty).toBe(true);
        },
      ),
    );
  });
});
