import { createRegistry, Holdfast, memoryStore, workflow } from '@holdfast/core';
import { expect, onTestFinished, test } from 'vitest';
import { kafkaProducer, producedBy } from '../src/index.js';
import { bench } from './support/app.js';
import { kafkaAt, onBroker, topic, until } from './support/kafka.js';

async function producing(run: (producer: ReturnType<typeof kafkaProducer>) => () => Promise<unknown>) {
  const registry = createRegistry();
  const producer = kafkaProducer(kafkaAt());
  const flow = workflow('flow', { registry }, run(producer));
  const store = memoryStore();
  const app = new Holdfast({ store, registry });
  await app.launch();
  onTestFinished(async () => {
    await app.shutdown({ drain: 0 });
    await producer.close();
  });
  return { app, flow, store, registry, producer };
}

onBroker('a step that produces', () => {
  test('writes records that say which step of which run they are of, and gives where they are', async () => {
    const taken = await topic();
    const { app, flow } = await producing((producer) => {
      const announce = producer.step('announce', (id: string) => [
        { topic: taken.name, key: id, value: { id }, headers: { trace: 'abc' } },
        { topic: taken.name, value: 'text' },
        { topic: taken.name, value: Buffer.from('bytes') },
        { topic: taken.name, key: id, value: null },
      ]);
      return () => announce('order-1');
    });
    const places = await (await app.start(flow, [], { id: 'run-1' })).result();
    expect(places).toEqual([{ topic: taken.name, partition: 0, offset: '0' }]);
    const headers = (index: number) => ({
      'holdfast-run': 'run-1',
      'holdfast-step': '0',
      'holdfast-key': `run-1/0/${index}`,
    });
    expect(await taken.read(4)).toEqual([
      { key: 'order-1', value: '{"id":"order-1"}', headers: { trace: 'abc', ...headers(0) } },
      { key: null, value: 'text', headers: headers(1) },
      { key: null, value: 'bytes', headers: headers(2) },
      { key: 'order-1', value: null, headers: headers(3) },
    ]);
  });

  test('is recorded: a run that goes on elsewhere does not produce again', async () => {
    const taken = await topic();
    let tries = 0;
    const { app, flow, store, registry } = await producing((producer) => {
      const announce = producer.step('announce', () => ({ topic: taken.name, value: 1 }));
      return async () => {
        await announce();
        tries += 1;
        if (tries === 1) await new Promise(() => {});
      };
    });
    await app.start(flow, [], { id: 'run-1' });
    await until('it has produced', () => tries === 1);
    app.halt();
    const next = new Holdfast({ store, registry });
    await next.launch();
    onTestFinished(() => next.shutdown({ drain: 0 }));
    await store.bury(app.executorId);
    await next.handle('run-1').result();
    expect(tries).toBe(2);
    await taken.write([{ value: 'end' }]);
    expect((await taken.read(2)).map(({ value }) => value)).toEqual(['1', '"end"']);
  });

  test('that is produced again is known by its headers: for a consumer a copy is the same run', async () => {
    const taken = await topic();
    const { app, flow } = await producing((producer) => {
      const announce = producer.step('announce', () => ({ topic: taken.name, value: { id: 1 } }));
      return () => announce();
    });
    await (await app.start(flow, [], { id: 'run-1' })).result();
    const [first] = await taken.read(1);
    await taken.write([{ value: { id: 1 }, headers: first!.headers }]);
    const shop = await bench();
    await shop.consume({
      topics: taken.name,
      start: (record) => ({ id: `mail ${producedBy(record)!.key}` }),
    });
    await until(
      'both are read',
      async () => (await shop.app.offsets.read(`kafka:${shop.group}`)).get(`${taken.name}/0`) === '2',
    );
    await until('it runs', () => shop.seen.length > 0);
    expect((await shop.app.runs.list()).runs.map(({ id }) => id)).toEqual(['mail run-1/0/0']);
    expect(producedBy({ headers: {} })).toBeUndefined();
    expect(producedBy(first!)).toEqual({ runId: 'run-1', seq: 0, key: 'run-1/0/0' });
  });

  test('produces outside of runs as a plain call, and refuses what is no record', async () => {
    const taken = await topic();
    const producer = kafkaProducer(kafkaAt(), { idempotent: false });
    onTestFinished(() => producer.close());
    const announce = producer.step('announce', (value: unknown) => ({ topic: taken.name, value }));
    expect(await announce(1)).toEqual([{ topic: taken.name, partition: 0, offset: '0' }]);
    await expect(announce(undefined)).rejects.toMatchObject({ code: 'UNRECORDABLE_VALUE' });
    expect(await taken.read(1)).toEqual([{ key: null, value: '1', headers: {} }]);
  });
});
