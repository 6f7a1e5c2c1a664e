import { currentRun, type TransactionalStepOptions } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { meeting } from './gate.js';

/** Two runs, each of one step, that get into each other's way; and what was seen of it. */
async function contend(
  bench: Bench,
  options: TransactionalStepOptions,
  body: (tx: unknown, who: number) => Promise<unknown>,
): Promise<{ bodies: number; attempts: Set<number | undefined>; recorded: number[] }> {
  const attempts = new Set<number | undefined>();
  let bodies = 0;
  const move = bench.orm.steps(
    'move',
    async (tx, who: number) => {
      bodies += 1;
      attempts.add(currentRun()?.step?.attempt);
      await body(tx, who);
    },
    options,
  );
  const contender = bench.workflow((who: number) => move(who));
  const app = await bench.launch([contender]);
  const handles = await Promise.all([0, 1].map((who) => app.start(contender, [who])));
  await Promise.all(handles.map((handle) => handle.result()));
  const steps = await Promise.all(handles.map(({ id }) => app.runs.steps(id)));
  return { bodies, attempts, recorded: steps.flat().map(({ attempt }) => attempt) };
}

async function accounts(bench: Bench): Promise<[string, string]> {
  const names: [string, string] = [bench.name('a'), bench.name('b')];
  await bench.home.sql('insert into account (name) values ($1), ($2)', names);
  return names;
}

async function balances(bench: Bench, names: readonly string[]): Promise<(number | undefined)[]> {
  const rows = await bench.home.sql<{ name: string; balance: number }>(
    'select name, balance from account where name = any($1)',
    [names],
  );
  return names.map((name) => rows.find((row) => row.name === name)?.balance);
}

/** The one that was rolled back ran again; neither counted as an attempt. */
const ONCE_AGAIN = { bodies: 3, attempts: new Set([1]), recorded: [1, 1] };

export const conflicts: Subject<Bench> = {
  name: 'conflicts',
  define(test) {
    test('a serialization failure at a statement is tried again, and is no attempt', async (bench) => {
      const [name] = await accounts(bench);
      const bothHaveRead = meeting(2);
      const seen = await contend(bench, { isolationLevel: 'repeatable read' }, async (tx) => {
        await bench.orm.balance(tx, name);
        await bothHaveRead();
        await bench.orm.deposit(tx, name, 1);
      });
      expect(seen).toEqual(ONCE_AGAIN);
      expect(await balances(bench, [name])).toEqual([2]);
    });

    test('a write skew under serializable is tried again, and is no attempt', async (bench) => {
      const names = await accounts(bench);
      const bothHaveRead = meeting(2);
      const seen = await contend(bench, { isolationLevel: 'serializable' }, async (tx, who) => {
        const sum = (await bench.orm.balance(tx, names[0])) + (await bench.orm.balance(tx, names[1]));
        await bothHaveRead();
        // At most one of them may find both accounts empty.
        await bench.orm.deposit(tx, names[who]!, sum === 0 ? 100 : 1);
      });
      expect(seen).toEqual(ONCE_AGAIN);
      expect((await balances(bench, names)).sort()).toEqual([1, 100]);
    });

    for (const state of ['40001', '40P01']) {
      test(`a conflict that shows at the commit is tried again, and is no attempt: ${state}`, async (bench) => {
        const { orm, home } = bench;
        const sequence = `conflict_${state}_${Date.now()}`.toLowerCase();
        await home.sql(`create sequence ${sequence}`);
        const name = `fail once:${state}:${sequence}`;
        const attempts: (number | undefined)[] = [];
        const record = orm.steps('record', async (tx) => {
          attempts.push(currentRun()?.step?.attempt);
          await orm.insertItem(tx, name);
        });
        const { id, app, handle } = await bench.begin(record);
        await handle.result();
        expect([attempts, await home.items(name)]).toEqual([[1, 1], 1]);
        expect(await app.runs.steps(id)).toMatchObject([{ attempt: 1 }]);
      });
    }

    test('a deadlock is tried again, and is no attempt', async (bench) => {
      const names = await accounts(bench);
      const bothHaveOne = meeting(2);
      const seen = await contend(bench, {}, async (tx, who) => {
        await bench.orm.deposit(tx, names[who]!, 1);
        await bothHaveOne();
        await bench.orm.deposit(tx, names[1 - who]!, 1);
      });
      expect(seen).toEqual(ONCE_AGAIN);
      expect(await balances(bench, names)).toEqual([2, 2]);
    });

    test('a conflict after a failed attempt does not count either', async (bench) => {
      const { orm, home } = bench;
      const sequence = `later_conflict_${Date.now()}`;
      await home.sql(`create sequence ${sequence}`);
      const name = `fail once:40001:${sequence}`;
      const attempts: (number | undefined)[] = [];
      const record = orm.steps(
        'record',
        async (tx) => {
          attempts.push(currentRun()?.step?.attempt);
          if (attempts.length === 1) throw new Error('not yet');
          await orm.insertItem(tx, name);
        },
        { retry: { attempts: 2, initial: 1 } },
      );
      const { id, app, handle } = await bench.begin(record);
      await handle.result();
      expect([attempts, await home.items(name)]).toEqual([[1, 2, 2], 1]);
      expect(await app.runs.steps(id)).toMatchObject([{ attempt: 2 }]);
    });

    test('many serializable steps at once all get through, each exactly once', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('account');
      await home.sql('insert into account (name) values ($1)', [name]);
      const add = orm.steps(
        'add',
        async (tx) => {
          await orm.balance(tx, name);
          await orm.deposit(tx, name, 1);
        },
        { isolationLevel: 'serializable' },
      );
      await bench.run(() => Promise.all(Array.from({ length: 10 }, () => add())));
      expect(await balances(bench, [name])).toEqual([10]);
    });
  },
};
