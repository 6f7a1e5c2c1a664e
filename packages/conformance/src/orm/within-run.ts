import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { gate, until } from './gate.js';

export const withinRun: Subject<Bench> = {
  name: 'starting a run within a transactional step',
  define(test) {
    test('the run exists exactly if the step commits, however often the step is tried', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const ship = bench.workflow(async (attempt: number) => `shipped by ${attempt}`);
      let attempts = 0;
      const place = orm.steps(
        'place',
        async (tx) => {
          attempts += 1;
          await orm.insertItem(tx, name);
          const { id } = await app.within(tx).start(ship, [attempts]);
          if (attempts < 3) throw new Error('not yet');
          return id;
        },
        { retry: { attempts: 3, initial: 1 } },
      );
      const order = bench.workflow(() => place());
      const app = await bench.launch([order, ship]);
      const id = await (await app.start(order, [])).result();
      expect(await app.handle(id).result()).toBe('shipped by 3');
      const shipments = await home.sql('select from holdfast.runs where workflow = $1', [ship.name]);
      expect([shipments.length, await home.items(name)]).toEqual([1, 1]);
    });

    test('after a crash the step tries anew: nothing of the open transaction is left', async (bench) => {
      const { orm, home } = bench;
      const [entered, left] = [gate(), gate()];
      const ship = bench.workflow(async (body: number) => `shipped by ${body}`);
      let bodies = 0;
      let app = undefined as unknown as Awaited<ReturnType<Bench['launch']>>;
      const place = orm.steps('place', async (tx) => {
        bodies += 1;
        const body = bodies;
        const { id } = await app.within(tx).start(ship, [body]);
        if (body === 1) {
          entered.open();
          await left.passed;
        }
        return id;
      });
      const order = bench.workflow(() => place());
      app = await bench.launch([order, ship]);
      const { id } = await app.start(order, []);
      await entered.passed;
      const second = await bench.launch([order, ship]);
      const first = app;
      app = second;
      await bench.crash(first);
      const shipment = await second.handle<string>(id).result();
      expect(await second.handle(shipment).result()).toBe('shipped by 2');
      left.open();
      await until(() => bench.ormWire.count(/^rollback/i) === 1);
      const shipments = await home.sql('select from holdfast.runs where workflow = $1', [ship.name]);
      expect(shipments).toHaveLength(1);
    });

    test('the workflow can wait for the run that its step started', async (bench) => {
      const { orm } = bench;
      const ship = bench.workflow(async (what: string) => `${what} shipped`);
      const place = orm.steps('place', async (tx) => (await app.within(tx).start(ship, ['nails'])).id);
      const order = bench.workflow(async () => app.handle<string>(await place()).result());
      const app = await bench.launch([order, ship]);
      expect(await (await app.start(order, [])).result()).toBe('nails shipped');
    });
  },
};
