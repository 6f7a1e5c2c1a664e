import type { OwnedRun } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { start, succeed } from './entries.js';
import { testQueue } from './queue-bench.js';
import { subject } from './subject.js';

async function keysOf(bench: Bench, runs: readonly OwnedRun[]): Promise<string> {
  const records = await Promise.all(runs.map(({ id }) => bench.see(id)));
  return records.map(({ partitionKey }) => partitionKey).join('');
}

export const queuePartitions = subject('partitions of queues', (test) => {
  test('partitions take turns, however many runs each has', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(20, { partitionKey: 'a' });
    await queue.put(3, { partitionKey: 'b' });
    await queue.put(1, { partitionKey: 'c' });
    expect(await keysOf(bench, await queue.take(8))).toBe('abcababa');
  });

  test('partitions take turns over many claims as within one', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(6, { partitionKey: 'a' });
    await queue.put(3, { partitionKey: 'b' });
    let keys = '';
    for (let n = 0; n < 9; n++) keys += await keysOf(bench, await queue.take(1));
    expect(keys).toBe('ababab' + 'aaa');
  });

  test('a share of three is served three times as often', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ partition: { weights: { a: 3 } } });
    await queue.put(30, { partitionKey: 'a' });
    await queue.put(30, { partitionKey: 'b' });
    let keys = '';
    for (let n = 0; n < 16; n++) keys += await keysOf(bench, await queue.take(1));
    expect([...keys].filter((key) => key === 'a')).toHaveLength(12);
    const many = await keysOf(bench, await queue.take(16));
    expect([...many].filter((key) => key === 'a')).toHaveLength(12);
  });

  test('who comes in new is neither behind those that were served before, nor ahead of all they were', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(30, { partitionKey: 'a' });
    await queue.take(10);
    await queue.put(5, { partitionKey: 'b' });
    expect([...(await keysOf(bench, await queue.take(6)))].sort().join('')).toBe('aaabbb');
  });

  test('within a partition priorities count, and between partitions they do not', async (bench) => {
    const queue = testQueue(bench);
    const [late] = await queue.put(1, { partitionKey: 'a', priority: 5 });
    const [soon] = await queue.put(1, { partitionKey: 'a', priority: 1 });
    const [other] = await queue.put(1, { partitionKey: 'b', priority: 9 });
    expect((await queue.take()).map(({ id }) => id)).toEqual([soon!.id, other!.id, late!.id]);
  });

  test('a partition has a concurrency of its own, and one that is full is in nobody’s way', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ partition: { concurrency: 1 } });
    const [first, second] = await queue.put(3, { partitionKey: 'a' });
    await queue.put(2, { partitionKey: 'b' });
    const runs = await queue.take();
    expect(await keysOf(bench, runs)).toBe('ab');
    expect(await bench.claim({ queues: [queue.name] })).toMatchObject({ runs: [], isHeldBack: true });
    expect(runs[0]!.id).toBe(first!.id);
    await bench.writeAll([succeed(runs[0]!)]);
    expect((await queue.take()).map(({ id }) => id)).toEqual([second!.id]);
  });

  test('the limits of a partition and of its queue hold together', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 3, partition: { concurrency: 2 } });
    await queue.put(5, { partitionKey: 'a' });
    await queue.put(5, { partitionKey: 'b' });
    await queue.put(5);
    expect(await queue.take()).toHaveLength(3);
    expect(await queue.take()).toEqual([]);
  });

  test('runs that an executor has no code for are in no other run’s way in their partition', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(300, { partitionKey: 'a', version: 'old' });
    const [mine] = await queue.put(1, { partitionKey: 'a' });
    await queue.put(300, { partitionKey: 'b', version: 'old' });
    expect((await queue.take(1)).map(({ id }) => id)).toEqual([mine!.id]);
    expect(await queue.take()).toEqual([]);
  });

  test('a partition that could not be served for long is not owed all it missed', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ partition: { concurrency: 1 } });
    await queue.put(40, { partitionKey: 'a' });
    const [stuck] = await queue.take(1);
    for (let n = 0; n < 12; n++) {
      await queue.put(1, { partitionKey: `b${n}` });
      await queue.take(1);
    }
    await bench.writeAll([succeed(stuck!)]);
    await queue.limit({});
    for (let n = 0; n < 4; n++) await queue.put(4, { partitionKey: 'z' });
    const keys = await keysOf(bench, await queue.take(8));
    expect([...keys].filter((key) => key === 'a').length).toBeLessThanOrEqual(5);
  });

  test('hundreds of partitions are all served', async (bench) => {
    const queue = testQueue(bench);
    for (let n = 0; n < 400; n++) await queue.put(1, { partitionKey: `tenant ${n}` });
    const taken = new Set<string>();
    for (let n = 0; n < 20 && taken.size < 400; n++) for (const { id } of await queue.take(50)) taken.add(id);
    expect(taken.size).toBe(400);
  });

  test('a partition behind thousands that nobody here can serve is looked for at once', async (bench) => {
    const queue = testQueue(bench);
    const others = Array.from({ length: 2500 }, (_, n) =>
      bench.newRun({ queue: queue.name, version: 'another', partitionKey: `a ${n}` }),
    );
    await bench.writeAll(others.map(start));
    const [wanted] = await queue.put(1, { partitionKey: 'z' });
    const request = { limit: 10, queues: [queue.name] };
    let claim = await bench.claim(request);
    while (claim.runs.length === 0) {
      expect(claim.nextDueInMs).toBeLessThanOrEqual(100);
      claim = await bench.claim(request);
    }
    expect(claim.runs.map(({ id }) => id)).toEqual([wanted!.id]);
    expect(claim.nextDueInMs).toBeNull();
  });
});
