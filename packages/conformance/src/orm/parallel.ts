import { step } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { type Gate, gate, until } from './gate.js';

export const parallel: Subject<Bench> = {
  name: 'parallel steps',
  define(test) {
    test('many of one run commit, more than there are connections', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx, n: number) => {
        await orm.insertItem(tx, name);
        return n;
      });
      const numbers = Array.from({ length: 40 }, (_, n) => n);
      expect(await bench.run(() => Promise.all(numbers.map((n) => record(n))))).toEqual(numbers);
      expect(await home.items(name)).toBe(40);
    });

    test('their results are handed over in the order in which they were committed, and again so on replay', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const gates = new Map<string, Gate>(['a', 'b', 'c', 'd'].map((key) => [key, gate()]));
      let bodies = 0;
      const record = orm.steps('record', async (tx, key: string) => {
        bodies += 1;
        await orm.insertItem(tx, name);
        await gates.get(key)!.passed;
        return key;
      });
      const hold = gate();
      const orders: string[][] = [];
      const { id, app, workflow } = await bench.begin(async () => {
        const order: string[] = [];
        orders.push(order);
        const see = async (key: string): Promise<void> => void order.push(await record(key));
        const winner = Promise.race([...gates.keys()].map((key) => record(key)));
        void winner.then((key) => order.push(`winner ${key}`));
        await Promise.all([...gates.keys()].map(see));
        await step.run('hold', () => hold.passed);
        return order;
      });
      for (const key of ['c', 'a', 'd', 'b']) {
        gates.get(key)!.open();
        await until(
          async () => (await app.runs.steps(id)).filter(({ output }) => output === key).length === 2,
        );
      }
      await until(() => orders[0]?.length === 5);
      await bench.crash(app);
      hold.open();
      const second = await bench.launch([workflow]);
      const order = await second.handle<string[]>(id).result();
      expect(order.filter((key) => !key.startsWith('winner'))).toEqual(['c', 'a', 'd', 'b']);
      expect(order.find((key) => key.startsWith('winner'))).toBe('winner c');
      expect(orders).toEqual([order, order]);
      expect([bodies, await home.items(name)]).toEqual([8, 8]);
    });

    test('a slow transaction does not hold up the results of others', async (bench) => {
      const { orm } = bench;
      const slow = gate();
      const record = orm.steps('record', async (_, key: string) => {
        if (key === 'slow') await slow.passed;
        return key;
      });
      const order = await bench.run(async () => {
        const seen: string[] = [];
        const first = record('slow').then((key) => seen.push(key));
        for (const key of ['a', 'b', 'c']) seen.push(await record(key));
        slow.open();
        await first;
        return seen;
      });
      expect(order).toEqual(['a', 'b', 'c', 'slow']);
    });

    test('plain and transactional steps interleave, each by its own way to the journal', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx, key: string) => {
        await orm.insertItem(tx, name);
        return key;
      });
      const chain = async (chain: number): Promise<string[]> => {
        const seen: string[] = [];
        for (let n = 0; n < 5; n++) {
          seen.push(await record(`t ${chain} ${n}`));
          seen.push(await step.run('plain', () => `p ${chain} ${n}`));
        }
        return seen;
      };
      const { id, app, handle } = await bench.begin(() => Promise.all([chain(0), chain(1), chain(2)]));
      const expected = [0, 1, 2].map((c) => [0, 1, 2, 3, 4].flatMap((n) => [`t ${c} ${n}`, `p ${c} ${n}`]));
      expect(await handle.result()).toEqual(expected);
      expect(await home.items(name)).toBe(15);
      const ordinals = (await app.runs.steps(id)).map(({ ordinal }) => ordinal!).sort((a, b) => a - b);
      expect(new Set(ordinals).size).toBe(30);
    });
  },
};
