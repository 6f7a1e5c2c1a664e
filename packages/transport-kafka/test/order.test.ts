import { queue, workflow } from '@holdfast/core';
import { expect, test } from 'vitest';
import { bench } from './support/app.js';
import { onBroker, topic, until } from './support/kafka.js';

const IN_ORDER = { partition: { concurrency: 1 }, parkedHoldSlots: true } as const;

/** Notes when runs begin and end. One may take until another has ended, or some milliseconds. */
function watched(seen: string[]) {
  return async (value: unknown): Promise<string> => {
    const { name, ms = 0, after } = value as { name: string; ms?: number; after?: string };
    seen.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (after !== undefined) await until(`${after} has ended`, () => seen.includes(`${after} ends`));
    seen.push(`${name} ends`);
    return name;
  };
}

onBroker('runs of a consumer', () => {
  test('of one key run one after another, in their order, and beside those of other keys', async () => {
    const orders = await topic({ partitions: 2 });
    const seen: string[] = [];
    const shop = await bench({}, (registry) => queue('orders', { registry, ...IN_ORDER }));
    const slow = workflow('slow', { registry: shop.registry }, watched(seen));
    const app = await shop.launch([slow]);
    await orders.write([
      { key: 'ada', value: { name: 'ada 1', ms: 60 }, partition: 0 },
      { key: 'bob', value: { name: 'bob 1', after: 'ada 3' }, partition: 0 },
      { key: 'ada', value: { name: 'ada 2', ms: 20 }, partition: 0 },
      { key: 'ada', value: { name: 'ada 3', ms: 0 }, partition: 0 },
    ]);
    await shop.consume({ app, topics: orders.name, workflow: slow, queue: 'orders', order: 'key' });
    await until('all have ended', () => seen.length === 8);
    const ada = seen.filter((line) => line.startsWith('ada'));
    expect(ada).toEqual(['1', '2', '3'].flatMap((n) => [`ada ${n} begins`, `ada ${n} ends`]));
    expect(seen.at(-1)).toBe('bob 1 ends');
  });

  test('of one partition run one after another, whatever their keys', async () => {
    const orders = await topic({ partitions: 2 });
    const seen: string[] = [];
    const shop = await bench({}, (registry) => queue('orders', { registry, ...IN_ORDER }));
    const slow = workflow('slow', { registry: shop.registry }, watched(seen));
    const app = await shop.launch([slow]);
    await orders.write(
      [0, 1, 2].map((n) => ({ key: `key ${n}`, value: { name: `${n}`, ms: 40 - 20 * n }, partition: 1 })),
    );
    await shop.consume({ app, topics: orders.name, workflow: slow, queue: 'orders', order: 'partition' });
    await until('all have ended', () => seen.length === 6);
    expect(seen).toEqual(['0', '1', '2'].flatMap((n) => [`${n} begins`, `${n} ends`]));
  });

  test('are in the partition of their key, or of what stands for one that is no short text', async () => {
    const orders = await topic();
    const shop = await bench({}, (registry) => queue('orders', { registry, ...IN_ORDER }));
    await orders.write([
      { key: 'ada', value: 0 },
      { key: Buffer.from([0xff, 0x00]), value: 1 },
      { key: 'x'.repeat(300), value: 2 },
      { value: 3 },
    ]);
    await shop.consume({ topics: orders.name, queue: 'orders', order: 'key' });
    await until('all run', () => shop.seen.length === 4);
    const partitions = [];
    for (const offset of [0, 1, 2, 3]) {
      partitions.push(
        (await shop.app.runs.get(`kafka:${shop.group}:${orders.name}:0:${offset}`)).partitionKey,
      );
    }
    const hash = expect.stringMatching(/^sha256 [0-9a-f]{64}$/);
    expect(partitions).toEqual(['ada', hash, hash, `${orders.name}/0`]);
    expect(partitions[1]).not.toBe(partitions[2]);
  });

  test('cannot be ordered by a queue whose partitions run several at a time, or let parked runs be overtaken', async () => {
    const shop = await bench({}, (registry) => {
      queue('wide', { registry });
      queue('overtaking', { registry, partition: { concurrency: 1 } });
    });
    for (const name of ['wide', 'overtaking']) {
      const consuming = shop.consume({ topics: 'orders', queue: name, order: 'key' });
      await expect(consuming).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
    const nowhere = shop.consume({ topics: 'orders', queue: 'nowhere', order: 'key' });
    await expect(nowhere).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' });
  });
});

onBroker('a consumer under back-pressure', () => {
  test('reads no further while so many runs have not ended, and goes on when they have', async () => {
    const orders = await topic();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const shop = await bench({}, (registry) => queue('orders', { registry }));
    let ended = 0;
    const waiting = workflow('waiting', { registry: shop.registry }, async (value: unknown) => {
      await gate;
      ended += 1;
      return String(value);
    });
    const app = await shop.launch([waiting]);
    await orders.write(Array.from({ length: 30 }, (_, value) => ({ value })));
    const options = { topics: orders.name, workflow: waiting, queue: 'orders', maxOpen: 10 };
    const consumer = await shop.consume({ app, ...options });
    await until('it holds back', () => consumer.status.partitions[0]?.held?.reason === 'back-pressure');
    expect(consumer.status.partitions[0]).toMatchObject({ position: '10', lag: 20 });
    expect(await app.queues.get('orders')).toMatchObject({ waiting: 0, inHands: 10 });
    open();
    await until('all have ended', () => ended === 30);
  });
});
