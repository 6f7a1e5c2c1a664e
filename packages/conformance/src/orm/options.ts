import type { IsolationLevel } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';

/** What Postgres makes of each level. */
const LEVELS: readonly IsolationLevel[] = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
];

export const options: Subject<Bench> = {
  name: 'options of the transaction',
  define(test) {
    for (const isolationLevel of LEVELS) {
      test(`the isolation level is the one asked for: ${isolationLevel}`, async (bench) => {
        const { orm } = bench;
        const look = orm.steps('look', (tx) => orm.adapter.run(tx, 'show transaction_isolation', []), {
          isolationLevel,
        });
        expect(await bench.run(look)).toEqual([{ transaction_isolation: isolationLevel }]);
      });
    }

    test("without one it is the database's default", async (bench) => {
      const { orm } = bench;
      const look = orm.steps('look', (tx) => orm.adapter.run(tx, 'show transaction_isolation', []));
      expect(await bench.run(look)).toEqual([{ transaction_isolation: 'read committed' }]);
    });

    for (const isolationLevel of [undefined, 'repeatable read'] as const) {
      const how = isolationLevel ? `, also at ${isolationLevel}` : '';
      test(`a read-only step reads, and what it gives is recorded${how}`, async (bench) => {
        const { orm, home } = bench;
        const name = bench.name('account');
        await home.sql('insert into account (name, balance) values ($1, 42)', [name]);
        const look = orm.steps('look', (tx) => orm.balance(tx, name), {
          readOnly: true,
          ...(isolationLevel && { isolationLevel }),
        });
        const { id, app, handle } = await bench.begin(look);
        expect(await handle.result()).toBe(42);
        expect(await app.runs.steps(id)).toMatchObject([{ kind: 'transaction', name: 'look', output: 42 }]);
      });
    }

    test('a read-only step that writes fails', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const write = orm.steps('write', async (tx) => void (await orm.insertItem(tx, name)), {
        readOnly: true,
      });
      const { handle } = await bench.begin(write);
      const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
      expect(orm.adapter.sqlState(error)).toBe('25006');
      expect(await home.items(name)).toBe(0);
    });

    test('options of one step do not stay with the connection', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const strict = orm.steps('strict', (tx) => orm.balance(tx, name).catch(() => 0), {
        readOnly: true,
        isolationLevel: 'serializable',
      });
      const write = orm.steps('write', async (tx) => {
        await orm.insertItem(tx, name);
        return orm.adapter.run(tx, 'show transaction_isolation', []);
      });
      const seen = await bench.run(async () => {
        await strict();
        return write();
      });
      expect(seen).toEqual([{ transaction_isolation: 'read committed' }]);
      expect(await home.items(name)).toBe(1);
    });
  },
};
