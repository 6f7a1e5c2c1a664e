import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';

/** Names that are harmless, and some that break SQL text which is put together carelessly. */
const NAMES = ['durable_runs', 'My Schema', `"it's"; -- $1 ?`, 'a.b', 'Straße ?? :name $2'];

export const schemaNames: Subject<Bench> = {
  name: 'a store in a schema of another name',
  define(test) {
    for (const schema of NAMES) {
      test(`checkpoints and starts go into ${schema}`, async (bench) => {
        const { orm, home } = bench;
        const item = bench.name('item');
        const greet = bench.workflow(async (whom: string) => `hello ${whom}`);
        const record = orm.steps('record', async (tx) => {
          await orm.insertItem(tx, item);
          return (await app.within(tx).start(greet, ['you'])).id;
        });
        const order = bench.workflow(() => record());
        const app = await bench.launch([greet, order], { schema });
        const handle = await app.start(order, []);
        const started = await handle.result();
        expect(await app.handle(started).result()).toBe('hello you');
        const quoted = `"${schema.replaceAll('"', '""')}"`;
        const rows = await home.sql(
          `select i.xmin::text = s.xmin::text as "isSame" from item i, ${quoted}.steps s
           where i.name = $1 and s.run_id = $2`,
          [item, handle.id],
        );
        expect(rows).toEqual([{ isSame: true }]);
      });
    }
  },
};
