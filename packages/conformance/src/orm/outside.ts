import { currentRun, isHoldfastError, step } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';

export const outside: Subject<Bench> = {
  name: 'outside a run',
  define(test) {
    test('a transactional step is a plain transaction, and leaves no checkpoint', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx, amount: number) => {
        await orm.insertItem(tx, name);
        return { amount, run: currentRun() };
      });
      expect(await record(3)).toEqual({ amount: 3, run: undefined });
      expect(await home.items(name)).toBe(1);
      expect(bench.ormWire.count(/holdfast/)).toBe(0);
    });

    test('it is rolled back when it throws, and throws what was thrown', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const thrown = new Error('no');
      const record = orm.steps('record', async (tx) => {
        await orm.insertItem(tx, name);
        throw thrown;
      });
      await expect(record()).rejects.toBe(thrown);
      expect(await home.items(name)).toBe(0);
    });

    test('it has the options of the step', async (bench) => {
      const { orm } = bench;
      const look = orm.steps('look', (tx) => orm.adapter.run(tx, 'show transaction_isolation', []), {
        isolationLevel: 'serializable',
      });
      expect(await look()).toEqual([{ transaction_isolation: 'serializable' }]);
    });

    test('the inline form and current() work there too', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const deep = async (): Promise<unknown> => orm.insertItem(orm.steps.current(), name);
      await orm.steps.run('record', async () => void (await deep()));
      expect(await home.items(name)).toBe(1);
    });

    test('inside the body of a plain step it is a plain transaction as well', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx) => void (await orm.insertItem(tx, name)));
      const { id, app, handle } = await bench.begin(() => step.run('outer', () => record()));
      await handle.result();
      expect(await app.runs.steps(id)).toMatchObject([{ kind: 'step', name: 'outer' }]);
      expect(await home.items(name)).toBe(1);
    });

    test('current() without an open transaction says so', async (bench) => {
      const error: unknown = await Promise.resolve()
        .then(() => bench.orm.steps.current())
        .catch((thrown: unknown) => thrown);
      expect(isHoldfastError(error, 'WRONG_CONTEXT')).toBe(true);
    });
  },
};
