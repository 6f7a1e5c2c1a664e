import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { bench, values } from './support/app.js';
import { onBroker, topic, until } from './support/kafka.js';

onBroker('consumers of one group', () => {
  test('share the partitions of a topic, and each record is one run', async () => {
    const orders = await topic({ partitions: 4 });
    const group = `group-${randomUUID()}`;
    const shop = await bench();
    const first = await shop.consume({ topics: orders.name, group });
    await first.joined();
    const second = await shop.consume({ topics: orders.name, group });
    await until(
      'they share',
      () => first.status.partitions.length === 2 && second.status.partitions.length === 2,
    );
    await orders.write(Array.from({ length: 40 }, (_, value) => ({ value, partition: value % 4 })));
    await until('all run', () => shop.seen.length >= 40);
    expect(numbers(values(shop))).toEqual(Array.from({ length: 40 }, (_, value) => value));
  });

  test('that change hands while records come and are taken lose and double none', async () => {
    const orders = await topic({ partitions: 3 });
    const group = `group-${randomUUID()}`;
    const shop = await bench();
    const options = { topics: orders.name, group, batchSize: 2 };
    const members = [await shop.consume(options)];
    await members[0]!.joined();
    const total = 120;
    let written = 0;
    const writing = (async () => {
      while (written < total) {
        const some = Array.from({ length: 10 }, () => ({ value: written, partition: written++ % 3 }));
        await orders.write(some);
      }
    })();
    members.push(await shop.consume(options));
    await members[1]!.joined();
    members.push(await shop.consume(options));
    await members[2]!.joined();
    await members[0]!.stop();
    await members[1]!.stop();
    await writing;
    await until('all run', () => shop.seen.length >= total);
    expect(numbers(values(shop))).toEqual(Array.from({ length: total }, (_, value) => value));
  });

  test('of which one takes so long that its partition is given away: what it was at is done once', async () => {
    const orders = await topic();
    const group = `group-${randomUUID()}`;
    const shop = await bench();
    const { advance } = shop.app.offsets;
    let letGo = (): void => {};
    const stuck = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const late: boolean[] = [];
    const slow = {
      queues: shop.app.queues,
      offsets: {
        ...shop.app.offsets,
        advance: async (...args: Parameters<typeof advance>) => {
          await stuck;
          const isAdvanced = await advance(...args);
          late.push(isAdvanced);
          return isAdvanced;
        },
      },
    };
    await orders.write([{ value: 1 }, { value: 2 }]);
    const first = await shop.consume({ app: slow, topics: orders.name, group });
    await first.joined();
    // No heartbeat comes from it: the broker believes it gone.
    await shop.consume({ topics: orders.name, group });
    await until('the other one takes them', () => shop.seen.length === 2);
    letGo();
    await until('the first is told', () => late.length > 0);
    expect(late[0]).toBe(false);
    await orders.write([{ value: 3 }]);
    await until('the next runs', () => shop.seen.length === 3);
    expect(values(shop)).toEqual([1, 2, 3]);
  });

  test('that share partitions anew while one of them is held go on with that one', async () => {
    const orders = await topic({ partitions: 2 });
    const group = `group-${randomUUID()}`;
    const shop = await bench();
    let isAway = true;
    const { advance } = shop.app.offsets;
    shop.app.offsets.advance = async (move, starts) => {
      if (isAway) throw new Error('the store is away');
      return advance(move, starts);
    };
    await orders.write([0, 1].map((partition) => ({ value: partition, partition })));
    const first = await shop.consume({ topics: orders.name, group });
    await until('both are held', () => first.status.partitions.filter(({ held }) => held).length === 2);
    const second = await shop.consume({ topics: orders.name, group });
    await second.joined();
    await second.stop();
    isAway = false;
    await until('both run', () => shop.seen.length === 2);
  });
});

function numbers(found: unknown[]): number[] {
  return (found as number[]).sort((a, b) => a - b);
}
