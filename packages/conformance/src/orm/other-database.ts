import type { Store, StoreEntry } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { gate, until } from './gate.js';
import type { Home } from './home.js';
import type { Orm } from './orm.js';

/** An ORM on a database that is not the store's. Its transactions still go over the ORM's wire. */
async function apart(bench: Bench): Promise<{ orm: Orm; home: Home }> {
  const home = await bench.anotherHome();
  const orm = await bench.anotherOrm(bench.ormWire.url(home.url), { registry: bench.registry });
  return { orm, home };
}

/** Lets nothing of these entries through, as if the process had died, and says so. */
function losing(matches: (entry: StoreEntry) => boolean, lost: () => void): (store: Store) => Store {
  return (store) =>
    new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        if (key !== 'commit') return value.bind(target) as unknown;
        return (entries: readonly StoreEntry[]) => {
          if (!entries.some(matches)) return target.commit(entries);
          lost();
          return new Promise(() => {});
        };
      },
    });
}

const isTransaction = (entry: StoreEntry): boolean => entry.op === 'step' && entry.kind === 'transaction';

export const otherDatabase: Subject<Bench> = {
  name: 'on another database than the store',
  define(test) {
    test('the checkpoint is committed there with the rows, and taken over into the journal', async (bench) => {
      const { orm, home } = await apart(bench);
      const name = bench.name('item');
      const record = orm.steps('record', async (tx) => {
        await orm.insertItem(tx, name);
        return new Map([['when', new Date(0)]]);
      });
      const { id, app, handle } = await bench.begin(record);
      expect(await handle.result()).toEqual(new Map([['when', new Date(0)]]));
      const rows = await home.sql(
        `select i.xmin::text = c.xmin::text as "isSame", c.seq, c.name
         from item i, holdfast.checkpoints c where i.name = $1 and c.run_id = $2`,
        [name, id],
      );
      expect(rows).toEqual([{ isSame: true, seq: 0, name: 'record' }]);
      expect(await app.runs.steps(id)).toMatchObject([
        { kind: 'transaction', output: new Map([['when', new Date(0)]]) },
      ]);
    });

    test('of the tables there is only the one for checkpoints', async (bench) => {
      const { orm, home } = await apart(bench);
      await bench.run(() => orm.steps.run('record', () => undefined));
      const tables = await home.sql(
        `select tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
      );
      expect(tables).toEqual([{ tablename: 'account' }, { tablename: 'checkpoints' }, { tablename: 'item' }]);
    });

    test('a step that throws leaves neither its rows nor its checkpoint', async (bench) => {
      const { orm, home } = await apart(bench);
      const name = bench.name('item');
      const { handle } = await bench.begin(() =>
        orm.steps.run('record', async (tx) => {
          await orm.insertItem(tx, name);
          throw new Error('no');
        }),
      );
      await expect(handle.result()).rejects.toThrow('no');
      expect(await home.items(name)).toBe(0);
      expect(await home.sql('select from holdfast.checkpoints')).toEqual([]);
    });

    test('a crash between its commit and the journal: the result is found, and the body does not run again', async (bench) => {
      const { orm, home } = await apart(bench);
      const name = bench.name('item');
      const lost = gate();
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        await orm.insertItem(tx, name);
        return `body ${bodies}`;
      });
      const { id, app, workflow } = await bench.begin(record, { wrap: losing(isTransaction, lost.open) });
      await lost.passed;
      await bench.crash(app);
      const second = await bench.launch([workflow]);
      expect(await second.handle(id).result()).toBe('body 1');
      expect([bodies, await home.items(name)]).toEqual([1, 1]);
      expect(await second.runs.steps(id)).toMatchObject([{ epoch: 2, output: 'body 1' }]);
    });

    test('a crash before its commit: the body runs again', async (bench) => {
      const { orm, home } = await apart(bench);
      const name = bench.name('item');
      const [entered, never] = [gate(), gate()];
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        const body = bodies;
        await orm.insertItem(tx, name);
        entered.open();
        if (body === 1) await never.passed;
        return `body ${body}`;
      });
      const { id, app, workflow } = await bench.begin(record);
      await entered.passed;
      await bench.crash(app);
      const second = await bench.launch([workflow]);
      expect(await second.handle(id).result()).toBe('body 2');
      // The first body is still open: the process was only said to be dead. Now it tries to commit.
      bench.ormWire.reset();
      never.open();
      await until(() => bench.ormWire.count(/^rollback/i) === 1);
      expect([bodies, await home.items(name)]).toEqual([2, 1]);
    });

    test('a commit whose answer is lost has happened: its result counts, and no other', async (bench) => {
      const { orm, home } = await apart(bench);
      const name = bench.name('item');
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        await orm.insertItem(tx, name);
        return `body ${bodies}`;
      });
      let lost: Promise<void> | undefined;
      const result = await bench.run(async () => {
        await orm.steps.run('warm up', () => undefined);
        lost = bench.ormWire.dropResponseTo(/^commit/i);
        return record();
      });
      await lost;
      expect([result, await home.items(name)]).toEqual(['body 1', 1]);
    });

    test('a run that has the id of a deleted one does not find its checkpoint', async (bench) => {
      const { orm, home } = await apart(bench);
      const name = bench.name('item');
      const id = bench.name('run');
      const left = gate();
      let [entered, bodies] = [gate(), 0];
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        const body = bodies;
        await orm.insertItem(tx, name);
        entered.open();
        if (body === 2) await left.passed;
        return `body ${body}`;
      });
      const made = bench.workflow(() => record());
      const first = await bench.launch([made]);
      expect(await (await first.start(made, [], { id })).result()).toBe('body 1');
      await bench.home.sql('delete from holdfast.steps where run_id = $1', [id]);
      await bench.home.sql('delete from holdfast.runs where id = $1', [id]);
      entered = gate();
      await first.start(made, [], { id });
      await entered.passed;
      // Only after a crash is a checkpoint looked for.
      await bench.crash(first);
      const second = await bench.launch([made]);
      expect(await second.handle(id).result()).toBe('body 3');
      left.open();
      expect(await home.items(name)).toBe(2);
    });

    test('a copy of the database, with the tables of the store and all, is another database', async (bench) => {
      const home = await bench.anotherHome();
      const store = bench.ground.postgres(home.url);
      await store.open();
      await store.close();
      const copy = await home.clone();
      try {
        const { registry } = bench;
        const orm = await bench.makeOrm({ url: copy.url, registry, poolSize: 2 });
        const name = bench.name('item');
        const record = orm.steps('record', async (tx) => void (await orm.insertItem(tx, name)));
        const greet = bench.workflow(async () => 'hello');
        const made = bench.workflow(() => record());
        const app = await bench.launch([made, greet], { url: home.url });
        await (await app.start(made, [])).result();
        expect(await copy.items(name)).toBe(1);
        expect(await copy.sql('select from holdfast.checkpoints')).toHaveLength(1);
        expect(await copy.sql('select from holdfast.steps')).toEqual([]);
        const within = orm.transaction((tx) => app.within(tx).start(greet, []));
        await expect(within).rejects.toMatchObject({ code: 'WITHIN_OTHER_DATABASE' });
        await orm.close();
      } finally {
        await copy.dispose();
      }
    });

    test('several apps that are first there make the table together', async (bench) => {
      const { orm, home } = await apart(bench);
      const made = bench.workflow(() => orm.steps.run('record', () => 'done'));
      const apps = await Promise.all([1, 2, 3, 4].map(() => bench.launch([made])));
      const handles = await Promise.all(apps.map((app) => app.start(made, [])));
      expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(Array(4).fill('done'));
      expect(await home.sql('select from holdfast.checkpoints')).toHaveLength(4);
    });
  },
};
