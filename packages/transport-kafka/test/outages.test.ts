import { KafkaBroker } from '@holdfast/conformance/kafka-broker';
import { HoldfastError } from '@holdfast/core';
import { expect, onTestFinished, test } from 'vitest';
import { bench, values } from './support/app.js';
import { kafkaAt, onBroker, topic, until } from './support/kafka.js';

onBroker('a consumer', () => {
  test('begins when its broker comes, goes on when that comes back, and loses and doubles nothing', async () => {
    const broker = await KafkaBroker.start();
    onTestFinished(() => broker.dispose());
    const kafka = kafkaAt(broker.address);
    const orders = await topic({ kafka });
    await orders.write([{ value: 1 }, { value: 2 }]);
    await broker.down();
    const shop = await bench();
    const consumer = await shop.consume({ kafka, topics: orders.name });
    expect(consumer.status.state).toBe('connecting');
    await broker.up();
    await until('the first run', () => shop.seen.length === 2);
    await broker.down();
    await until('it notices', () => consumer.status.state === 'connecting');
    await broker.up();
    await orders.write([{ value: 3 }]);
    await until('the next runs', () => shop.seen.length === 3);
    expect(values(shop)).toEqual([1, 2, 3]);
  }, 120_000);

  test('that is stopped while its broker is away stops', async () => {
    const shop = await bench();
    // Nothing listens there.
    const consumer = await shop.consume({ kafka: kafkaAt('127.0.0.1:1'), topics: 'orders' });
    await consumer.stop();
    expect(consumer.status.state).toBe('stopped');
  });

  test('whose store is away keeps its place, says why, and goes on', async () => {
    const orders = await topic({ partitions: 2 });
    const shop = await bench();
    let isAway = true;
    const { advance } = shop.app.offsets;
    shop.app.offsets.advance = async (move, starts) => {
      if (isAway) throw new HoldfastError('STORE_UNAVAILABLE', 'The store cannot be reached.');
      return advance(move, starts);
    };
    const consumer = await shop.consume({ topics: orders.name });
    await orders.write([0, 1].map((partition) => ({ value: partition, partition })));
    const heldBy = () => consumer.status.partitions.map(({ held }) => (held?.error as HoldfastError)?.code);
    await until('both are held', () => String(heldBy()) === 'STORE_UNAVAILABLE,STORE_UNAVAILABLE');
    isAway = false;
    await until('both run', () => shop.seen.length === 2);
    expect(values(shop).sort()).toEqual([0, 1]);
  });

  test('that never heard that its move was made reads again, and doubles nothing', async () => {
    const orders = await topic();
    const shop = await bench();
    const { advance } = shop.app.offsets;
    let lost = 0;
    shop.app.offsets.advance = async (move, starts) => {
      const isAdvanced = await advance(move, starts);
      if (lost++ < 2) throw new Error('the answer is lost');
      return isAdvanced;
    };
    await shop.consume({ topics: orders.name });
    await orders.write([{ value: 1 }, { value: 2 }]);
    await until('both run', () => shop.seen.length === 2);
    await orders.write([{ value: 3 }]);
    await until('the next runs', () => shop.seen.length === 3);
    expect(values(shop)).toEqual([1, 2, 3]);
  });
});
