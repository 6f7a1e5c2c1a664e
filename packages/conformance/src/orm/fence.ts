import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { gate, until } from './gate.js';

export const fence: Subject<Bench> = {
  name: 'the fence',
  define(test) {
    test('a run that another executor took while a body was open: what that body wrote is rolled back', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const [entered, left] = [gate(), gate()];
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        const body = bodies;
        await orm.insertItem(tx, name);
        if (body === 1) {
          entered.open();
          await left.passed;
        }
        return `body ${body}`;
      });
      const { id, app, workflow } = await bench.begin(record);
      await entered.passed;
      const second = await bench.launch([workflow]);
      await bench.bury(app);
      expect(await second.handle(id).result()).toBe('body 2');
      bench.ormWire.reset();
      left.open();
      await until(() => bench.ormWire.count(/^rollback/i) === 1);
      expect([bodies, await home.items(name), bench.ormWire.count(/^commit/i)]).toEqual([2, 1, 0]);
      expect(await second.runs.steps(id)).toMatchObject([{ epoch: 2, output: 'body 2' }]);
    });

    test('a run that was cancelled while a body was open: what that body wrote is rolled back', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const [entered, left] = [gate(), gate()];
      const record = orm.steps('record', async (tx) => {
        await orm.insertItem(tx, name);
        entered.open();
        await left.passed;
      });
      const { id, app, handle } = await bench.begin(record);
      await entered.passed;
      expect(await handle.cancel()).toBe(true);
      await expect(handle.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
      left.open();
      await until(() => bench.ormWire.count(/^rollback/i) === 1);
      expect(await home.items(name)).toBe(0);
      expect(await app.runs.steps(id)).toEqual([]);
    });

    test('a run cannot be taken between its checkpoint and the commit: who takes it finds the result', async (bench) => {
      const { orm, home } = bench;
      const key = Math.floor(Math.random() * 2 ** 31);
      const unlock = await home.lock(key);
      const name = `wait:${key}`;
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        await orm.insertItem(tx, name);
        return `body ${bodies}`;
      });
      const { id, app, workflow } = await bench.begin(record);
      // Its commit is under way, and held up.
      await until(async () => {
        const waiting = await home.sql(
          `select from pg_locks where locktype = 'advisory' and not granted and objid = $1`,
          [key],
        );
        return waiting.length > 0;
      });
      const second = await bench.launch([workflow]);
      await bench.bury(app);
      // A claim goes out when the one before, and what it took, has been dealt with.
      for (let looked = 0; looked < 3; looked++) {
        const claims = bench.storeWire.count(/skip locked/i);
        await bench.callForWork();
        await until(() => bench.storeWire.count(/skip locked/i) > claims);
      }
      expect(await home.items(name)).toBe(0);
      await unlock();
      await bench.callForWork();
      expect(await second.handle(id).result()).toBe('body 1');
      expect([bodies, await home.items(name)]).toEqual([1, 1]);
    });

    test('steps of one run do not wait for each other', async (bench) => {
      const { orm, home } = bench;
      const key = Math.floor(Math.random() * 2 ** 31);
      const unlock = await home.lock(key);
      const slow = orm.steps('slow', async (tx) => void (await orm.insertItem(tx, `wait:${key}`)));
      const quick = orm.steps('quick', async (tx) => void (await orm.insertItem(tx, bench.name('item'))));
      const { id, app, handle } = await bench.begin(() => Promise.all([slow(), quick()]));
      await until(async () => (await app.runs.steps(id)).some(({ name }) => name === 'quick'));
      expect((await app.runs.steps(id)).map(({ name }) => name)).toEqual(['quick']);
      await unlock();
      await handle.result();
    });
  },
};
