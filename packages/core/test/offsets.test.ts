import { describe, expect, test } from 'vitest';
import { bench } from './support/bench.js';
import { shop } from './support/shop.js';
import { errorOf } from './support/signals.js';

const READER = 'feed of orders';
const LOG = 'orders/0';
const FIRST = { reader: READER, log: LOG, from: undefined, to: '2' };

describe('a reader of a log', () => {
  test('goes on together with the runs of what it read, and they run', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async (order: string) => `took ${order}`);
    const app = await launch();
    const starts = ['a', 'b'].map((id) => ({ workflow: flow, args: [id], options: { id } }));
    expect(await app.offsets.advance(FIRST, starts)).toBe(true);
    expect(await app.handle('a').result()).toBe('took a');
    expect(await app.handle('b').result()).toBe('took b');
    expect(await app.offsets.read(READER)).toEqual(new Map([[LOG, '2']]));
  });

  test('that was moved meanwhile starts nothing', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {});
    const [app, other] = [await launch(), await launch()];
    expect(await app.offsets.advance(FIRST, [])).toBe(true);
    const start = { workflow: flow, args: [], options: { id: 'a' } };
    expect(await other.offsets.advance(FIRST, [start])).toBe(false);
    expect(await errorOf(app.runs.get('a'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await other.offsets.advance({ ...FIRST, from: '2', to: '3' }, [start])).toBe(true);
    await app.handle('a').result();
  });

  test('may start runs of several workflows, each with its own options', async () => {
    const { workflow, launch } = await bench();
    const one = workflow('one', async () => 1);
    const two = workflow('two', async () => 2);
    const app = await launch();
    await app.offsets.advance(FIRST, [
      { workflow: one, args: [], options: { id: 'a', tags: { from: 'feed' } } },
      { workflow: two, args: [], options: { id: 'b', delay: '1h' } },
    ]);
    expect(await app.handle('a').result()).toBe(1);
    expect(await app.runs.get('a')).toMatchObject({ tags: { from: 'feed' } });
    expect(await app.runs.get('b')).toMatchObject({ workflow: 'two', state: 'pending' });
  });

  test('writes nothing if a start is not valid', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async (_: unknown) => {});
    const app = await launch();
    const sound = { workflow: flow, args: [1], options: { id: 'a' } };
    for (const [start, code] of [
      [{ workflow: flow, args: [() => 1] }, 'UNRECORDABLE_VALUE'],
      [{ workflow: flow, args: [1], options: { id: '' } }, 'INVALID_ID'],
      [{ workflow: flow, args: [1], options: { queue: 'nowhere' } }, 'UNKNOWN_QUEUE'],
      [{ workflow: flow, args: [1], options: { deduplicationKey: 'k' } }, 'INVALID_OPTION'],
    ] as const) {
      expect(await errorOf(app.offsets.advance(FIRST, [sound, start]))).toMatchObject({ code });
    }
    expect(await app.offsets.read(READER)).toEqual(new Map());
    expect(await errorOf(app.runs.get('a'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('has names that can be stored', async () => {
    const { launch } = await bench();
    const { offsets } = await launch();
    for (const bad of [{ reader: '' }, { log: 'a\0b' }, { from: '' }, { to: 'x'.repeat(256) }]) {
      expect(await errorOf(offsets.advance({ ...FIRST, ...bad }, []))).toMatchObject({
        code: 'INVALID_NAME',
      });
    }
    expect(await errorOf(offsets.read(''))).toMatchObject({ code: 'INVALID_NAME' });
    expect(await errorOf(offsets.forget(''))).toMatchObject({ code: 'INVALID_NAME' });
  });

  test('is forgotten, in one log or in all', async () => {
    const { launch } = await bench();
    const { offsets } = await launch();
    for (const log of ['a', 'b', 'c']) await offsets.advance({ ...FIRST, log }, []);
    expect(await offsets.forget(READER, 'a')).toBe(1);
    expect(await offsets.forget(READER)).toBe(2);
    expect(await offsets.advance(FIRST, [])).toBe(true);
  });

  test('is no business of a run, whose replay would read again', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () => app.offsets.read(READER));
    const app = await launch();
    expect(await errorOf(flow())).toMatchObject({ code: 'WRONG_CONTEXT' });
  });

  test('cannot go on in an app that is not launched, or is shut down', async () => {
    const { app: make } = await bench();
    const app = make();
    expect(await errorOf(app.offsets.read(READER))).toMatchObject({ code: 'NOT_LAUNCHED' });
    await app.launch();
    await app.shutdown();
    expect(await errorOf(app.offsets.advance(FIRST, []))).toMatchObject({ code: 'SHUT_DOWN' });
  });
});

describe('a reader of a log, within a transaction', () => {
  test('goes on together with the rows and runs of that transaction', async () => {
    const { workflow, launch, database } = await shop('here');
    const flow = workflow('flow', async () => 'done');
    const app = await launch();
    await database.adapter.transaction({}, async (tx) => {
      expect(await app.offsets.advanceWithin(tx, FIRST)).toBe(true);
      tx.insert('order-1');
      await app.within(tx).start(flow, [], { id: 'a' });
      expect(await app.offsets.read(READER)).toEqual(new Map());
    });
    expect(database.rows).toEqual(['order-1']);
    expect(await app.handle('a').result()).toBe('done');
    expect(await app.offsets.read(READER)).toEqual(new Map([[LOG, '2']]));
  });

  test('stays where it is if that rolls back', async () => {
    const { launch, database } = await shop('here');
    const app = await launch();
    const rolledBack = database.adapter.transaction({}, async (tx) => {
      await app.offsets.advanceWithin(tx, FIRST);
      throw new Error('rolled back');
    });
    expect((await errorOf(rolledBack)).message).toBe('rolled back');
    expect(await app.offsets.read(READER)).toEqual(new Map());
  });

  test('is told that it was moved meanwhile', async () => {
    const { launch, database } = await shop('here');
    const app = await launch();
    await app.offsets.advance(FIRST, []);
    await database.adapter.transaction({}, async (tx) => {
      expect(await app.offsets.advanceWithin(tx, FIRST)).toBe(false);
    });
  });

  test('needs one on the database of the store', async () => {
    const { launch, database } = await shop('apart');
    const app = await launch();
    const advanced = database.adapter.transaction({}, (tx) => app.offsets.advanceWithin(tx, FIRST));
    expect(await errorOf(advanced)).toMatchObject({ code: 'WITHIN_OTHER_DATABASE' });
    expect(await errorOf(app.offsets.advanceWithin({}, FIRST))).toMatchObject({
      code: 'ADAPTER_UNKNOWN_TRANSACTION',
    });
  });
});
