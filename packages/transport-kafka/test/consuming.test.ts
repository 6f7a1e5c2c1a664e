import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { bench, values } from './support/app.js';
import { committed, onBroker, topic, until } from './support/kafka.js';

onBroker('a consumer', () => {
  test('starts a run of each record, with an id that says where it is', async () => {
    const orders = await topic();
    await orders.write([{ value: { order: 1 } }, { value: { order: 2 } }]);
    const shop = await bench();
    const consumer = await shop.consume({ topics: orders.name });
    await until('both run', () => shop.seen.length === 2);
    expect(values(shop)).toEqual([{ order: 1 }, { order: 2 }]);
    expect(await shop.app.handle(`kafka:shop:${orders.name}:0:1`).result()).toBe('noted');
    expect(await shop.app.offsets.read('kafka:shop')).toEqual(new Map([[`${orders.name}/0`, '2']]));
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
});
