import { describe, expect, onTestFinished, test } from 'vitest';
import { Client, step } from '../src/index.js';
import { bench } from './support/bench.js';
import { FakeDatabase, located } from './support/fake-database.js';
import { shop } from './support/shop.js';
import { errorOf } from './support/signals.js';

describe('a start within a transaction', () => {
  test('exists, and runs, once that commits', async () => {
    const { workflow, launch, database, store } = await shop('here');
    const flow = workflow('flow', async (order: string) => `checked out ${order}`);
    const app = await launch();
    const handle = await database.adapter.transaction({}, async (tx) => {
      tx.insert('order-1');
      const started = await app.within(tx).start(flow, ['order-1'], { id: 'a', tags: { by: 'test' } });
      expect(await store.statuses(['a'])).toEqual([]);
      return started;
    });
    expect(await handle.result()).toBe('checked out order-1');
    expect(database.rows).toEqual(['order-1']);
    expect(await app.runs.get('a')).toMatchObject({
      tags: { by: 'test' },
      version: '1',
      parentId: undefined,
    });
  });

  test('may be a client’s, by the name of the workflow', async () => {
    const { workflow, launch, database, store, registry } = await shop('here');
    workflow('flow', async (order: string) => `checked out ${order}`);
    const app = await launch({ version: '5' });
    const client = new Client({ store: located(store.another()), registry });
    await client.open();
    onTestFinished(() => client.close());
    const handle = await database.adapter.transaction({}, async (tx) => {
      tx.insert('order-1');
      const started = await client.within(tx).start('flow', ['order-1'], { id: 'a' });
      expect(await store.statuses(['a'])).toEqual([]);
      return started;
    });
    expect(await handle.result()).toBe('checked out order-1');
    expect(database.rows).toEqual(['order-1']);
    expect(await app.runs.get('a')).toMatchObject({ version: '5', tags: {} });
  });

  test('is gone if that rolls back', async () => {
    const { workflow, launch, database } = await shop('here');
    const flow = workflow('flow', async () => {});
    const app = await launch();
    const error = await errorOf(
      database.adapter.transaction({}, async (tx) => {
        await app.within(tx).start(flow, [], { id: 'a' });
        throw new Error('rolled back');
      }),
    );
    expect(error.message).toBe('rolled back');
    expect(await errorOf(app.runs.get('a'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('may be made in a transactional step: rows, checkpoint and the other run are one commit', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const other = workflow('other', async () => 'other');
    const flow = workflow('flow', () =>
      tx.run('record', async (t) => {
        t.insert('row');
        return (await app.within(t).start(other, [], { id: 'other' })).id;
      }),
    );
    const app = await launch();
    database.faults.push('40001');
    expect(await flow()).toBe('other');
    expect(database.rows).toEqual(['row']);
    expect(await app.handle('other').result()).toBe('other');
  });

  test('with an id that is taken is that run, or a conflict if it is of another workflow', async () => {
    const { workflow, launch, database } = await shop('here');
    const flow = workflow('flow', async (text: string) => text);
    const other = workflow('other', async () => {});
    const app = await launch();
    await (await app.start(flow, ['first'], { id: 'a' })).result();
    const again = await database.adapter.transaction({}, (tx) =>
      app.within(tx).start(flow, ['second'], { id: 'a' }),
    );
    expect(await again.result()).toBe('first');
    const conflict = database.adapter.transaction({}, (tx) => app.within(tx).start(other, [], { id: 'a' }));
    expect(await errorOf(conflict)).toMatchObject({ code: 'RUN_ID_CONFLICT', details: { workflow: 'flow' } });
  });

  test('may be delayed', async () => {
    const { workflow, launch, database } = await shop('here');
    const flow = workflow('flow', async () => {});
    const app = await launch();
    await database.adapter.transaction({}, (tx) => app.within(tx).start(flow, [], { id: 'a', delay: '1h' }));
    expect((await app.runs.get('a')).wakeAt!.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  });
});

describe('a start within a transaction is refused', () => {
  test('for anything but an open transaction of a library that steps were made of', async () => {
    const { workflow, launch } = await shop('here');
    const flow = workflow('flow', async () => {});
    const app = await launch();
    const unknown = new FakeDatabase();
    for (const tx of [undefined, null, {}, 'tx', unknown]) {
      expect(await errorOf(app.within(tx).start(flow, []))).toMatchObject({
        code: 'ADAPTER_UNKNOWN_TRANSACTION',
      });
    }
    await unknown.adapter.transaction({}, async (tx) => {
      expect(await errorOf(app.within(tx).start(flow, []))).toMatchObject({
        code: 'ADAPTER_UNKNOWN_TRANSACTION',
      });
    });
  });

  test('for a transaction on another database than the store’s', async () => {
    const { workflow, launch, database } = await shop('apart');
    const flow = workflow('flow', async () => {});
    const app = await launch();
    await database.adapter.transaction({}, async (tx) => {
      expect(await errorOf(app.within(tx).start(flow, []))).toMatchObject({
        code: 'WITHIN_OTHER_DATABASE',
        message: expect.stringContaining('a fake transaction'),
      });
    });
  });

  test('where the store is in no database', async () => {
    const { database, registry, workflow } = await shop('here');
    const flow = workflow('flow', async () => {});
    const { launch } = await bench();
    const app = await launch({ registry, workflows: [flow] });
    await database.adapter.transaction({}, async (tx) => {
      expect(await errorOf(app.within(tx).start(flow, []))).toMatchObject({ code: 'WITHIN_OTHER_DATABASE' });
    });
  });

  test('for whatever a plain start is refused for, and the transaction goes on', async () => {
    const { workflow, launch, database } = await shop('here');
    const flow = workflow('flow', async (_?: unknown) => {});
    const app = await launch();
    await database.adapter.transaction({}, async (tx) => {
      const within = app.within(tx);
      expect(await errorOf(within.start(flow, [() => {}]))).toMatchObject({ code: 'UNRECORDABLE_VALUE' });
      expect(await errorOf(within.start(flow, [], { id: '' }))).toMatchObject({ code: 'INVALID_ID' });
      expect(await errorOf(within.start(flow, [], { delay: 'soon' }))).toMatchObject({
        code: 'INVALID_DURATION',
      });
      tx.insert('row');
    });
    expect(database.rows).toEqual(['row']);
    const plain = await step.run('outside a run', () => app.start(flow, []));
    await plain.result();
  });
});
