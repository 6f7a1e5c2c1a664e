import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { bench, values } from './support/app.js';
import { commit, committed, onBroker, topic, until } from './support/kafka.js';

onBroker('a consumer', () => {
  test('starts a run of each record, with an id that says where it is', async () => {
    const orders = await topic();
    await orders.write([{ value: { order: 1 } }, { value: { order: 2 } }]);
    const shop = await bench();
    const consumer = await shop.consume({ topics: orders.name });
    await until('both run', () => shop.seen.length === 2);
    expect(values(shop)).toEqual([{ order: 1 }, { order: 2 }]);
    expect(await shop.app.handle(`kafka:${shop.group}:${orders.name}:0:1`).result()).toBe('noted');
    expect(await shop.app.offsets.read(`kafka:${shop.group}`)).toEqual(new Map([[`${orders.name}/0`, '2']]));
    expect(consumer.status).toEqual({
      state: 'reading',
      partitions: [{ topic: orders.name, partition: 0, position: '2', lag: 0, held: undefined }],
    });
  });

  test('tells the broker how far it has come, for those who look at lag there', async () => {
    const orders = await topic({ partitions: 2 });
    const group = `group-${randomUUID()}`;
    await orders.write([0, 1, 1].map((partition, value) => ({ value, partition })));
    const shop = await bench();
    await shop.consume({ group, topics: orders.name });
    await until('offsets are committed', async () => {
      return JSON.stringify(await committed(group, orders.name)) === '["1","2"]';
    });
  });

  test('goes on where it stood', async () => {
    const orders = await topic();
    const shop = await bench();
    const first = await shop.consume({ topics: orders.name });
    await orders.write([{ value: 1 }]);
    await until('the first runs', () => shop.seen.length === 1);
    await first.stop();
    await orders.write([{ value: 2 }]);
    await shop.consume({ topics: orders.name });
    await until('the second runs', () => shop.seen.length === 2);
    expect(values(shop)).toEqual([1, 2]);
  });

  test('gives each group a run of its own of each record', async () => {
    const orders = await topic();
    await orders.write([{ value: 1 }]);
    const shop = await bench();
    await shop.consume({ topics: orders.name, group: shop.group });
    await shop.consume({ topics: orders.name, group: `${shop.group} mail` });
    await until('both groups have theirs', () => shop.seen.length === 2);
    for (const group of [shop.group, `${shop.group} mail`]) {
      expect((await shop.app.runs.get(`kafka:${group}:${orders.name}:0:0`)).input).toEqual([1]);
    }
  });

  test('moves a batch together, in one round trip, and no more at a time than it was told', async () => {
    const orders = await topic();
    await orders.write(Array.from({ length: 25 }, (_, value) => ({ value })));
    const shop = await bench();
    const moves: number[] = [];
    const advance = shop.app.offsets.advance;
    shop.app.offsets.advance = (move, starts) => {
      moves.push(starts.length);
      return advance(move, starts);
    };
    await shop.consume({ topics: orders.name, batchSize: 10 });
    await until('all run', () => shop.seen.length === 25);
    expect(moves).toEqual([10, 10, 5]);
    expect(values(shop)).toEqual(Array.from({ length: 25 }, (_, value) => value));
  });

  test('reads several topics', async () => {
    const [orders, returns] = [await topic(), await topic()];
    await orders.write([{ value: 'order' }]);
    await returns.write([{ value: 'return' }]);
    const shop = await bench();
    await shop.consume({ topics: [orders.name, returns.name] });
    await until('both run', () => shop.seen.length === 2);
    expect(values(shop).sort()).toEqual(['order', 'return']);
  });

  test('starts runs with what args and start make of a record', async () => {
    const orders = await topic();
    const at = { key: 'ada', headers: { trace: 'abc' } };
    await orders.write([{ value: { id: 7 }, ...at }]);
    const shop = await bench();
    await shop.consume({
      topics: orders.name,
      args: ({ value, key, headers, timestamp, offset }) => [{ value, key, headers, timestamp, offset }],
      start: ({ key }) => ({ tags: { customer: key } }),
    });
    await until('it runs', () => shop.seen.length === 1);
    expect(values(shop)).toEqual([{ value: { id: 7 }, ...at, offset: '0', timestamp: expect.any(Date) }]);
    expect((await shop.app.runs.get(`kafka:${shop.group}:${orders.name}:0:0`)).tags).toEqual({
      customer: 'ada',
    });
  });

  test('reads bytes as it is told, and takes what a schema makes of them', async () => {
    const orders = await topic();
    await orders.write([{ value: Buffer.from('3') }, { value: null }]);
    const shop = await bench();
    const doubled = v.pipe(
      v.number(),
      v.transform((count) => count * 2),
    );
    const decode = (bytes: Buffer | null): unknown => (bytes ? Number(bytes.toString()) : -1);
    await shop.consume({ topics: orders.name, decode, schema: doubled });
    await until('both run', () => shop.seen.length === 2);
    expect(values(shop)).toEqual([6, -2]);
  });

  test('begins with what comes after its first start, if it is told so, also if it dies before that comes', async () => {
    const orders = await topic();
    await orders.write([{ value: 'before' }]);
    const shop = await bench();
    const first = await shop.consume({ topics: orders.name, from: 'latest' });
    await first.joined();
    await first.stop();
    await orders.write([{ value: 'after' }]);
    await shop.consume({ topics: orders.name, from: 'latest' });
    await until('it runs', () => shop.seen.length === 1);
    expect(values(shop)).toEqual(['after']);
  });

  test('goes on where another library of its group has committed, if it has read nothing itself', async () => {
    const orders = await topic();
    const group = `group-${randomUUID()}`;
    await orders.write([{ value: 1 }, { value: 2 }]);
    await commit(group, orders.name, '1');
    const shop = await bench();
    await shop.consume({ topics: orders.name, group });
    await until('it runs', () => shop.seen.length === 1);
    expect(values(shop)).toEqual([2]);
  });

  test('goes by the store, wherever the broker believes it to be', async () => {
    const orders = await topic();
    await orders.write(Array.from({ length: 6 }, (_, value) => ({ value })));
    for (const [believed, group] of [
      ['0', `group-${randomUUID()}`],
      ['5', `group-${randomUUID()}`],
    ] as const) {
      await commit(group, orders.name, believed);
      const shop = await bench();
      const place = { reader: `kafka:${group}`, log: `${orders.name}/0` };
      await shop.app.offsets.advance({ ...place, from: undefined, to: '3' }, []);
      await shop.consume({ topics: orders.name, group });
      await until('the rest runs', () => shop.seen.length === 3);
      expect(values(shop)).toEqual([3, 4, 5]);
    }
  });

  test('stops before a topic that was made anew, and reads it from its beginning as another source', async () => {
    const orders = await topic();
    await orders.write([{ value: 'old 0' }, { value: 'old 1' }]);
    const shop = await bench();
    const first = await shop.consume({ topics: orders.name });
    await until('the old ones run', () => shop.seen.length === 2);
    await first.stop();
    await orders.makeAnew();
    await orders.write([{ value: 'new 0' }]);
    const second = await shop.consume({ topics: orders.name });
    await until('it is held', () => second.status.partitions[0]?.held?.reason === 'error');
    expect(second.status.partitions[0]!.held!.error).toMatchObject({
      code: 'OFFSET_BEYOND_LOG',
      details: { position: '2', end: '1' },
    });
    expect(shop.seen).toHaveLength(2);
    await second.stop();
    await shop.consume({ topics: orders.name, source: 'kafka 2', group: `group-${randomUUID()}` });
    await until('the new one runs', () => shop.seen.length === 3);
    expect(values(shop)[2]).toBe('new 0');
  });

  test('is started once, and stops as often as it is told', async () => {
    const orders = await topic();
    const shop = await bench();
    const consumer = await shop.consume({ topics: orders.name });
    await expect(consumer.start()).rejects.toMatchObject({ code: 'ALREADY_LAUNCHED' });
    await Promise.all([consumer.stop(), consumer.stop()]);
    expect(consumer.status).toEqual({ state: 'stopped', partitions: [] });
  });

  test('waits for its topic if there is none yet', async () => {
    const orders = await topic();
    await orders.remove();
    const shop = await bench();
    const consumer = await shop.consume({ topics: orders.name });
    expect(consumer.status.state).toBe('connecting');
    await orders.make();
    await orders.write([{ value: 1 }]);
    await until('it runs', () => shop.seen.length === 1);
  });
});
