import { expect } from 'vitest';
import { release, start } from './entries.js';
import { testQueue } from './queue-bench.js';
import { subject } from './subject.js';

export const queueRates = subject('rates of queues', (test) => {
  test('no more runs are begun in a span than the rate says, and the claim says when more will be', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ rateLimit: { limit: 3, per: '1 hour' } });
    await queue.put(5);
    expect(await queue.take(2)).toHaveLength(2);
    expect(await queue.take()).toHaveLength(1);
    const { runs, nextDueInMs, isHeldBack } = await bench.claim({ queues: [queue.name] });
    expect([runs, isHeldBack]).toEqual([[], true]);
    expect(nextDueInMs).toBeGreaterThan(3_590_000);
    expect(nextDueInMs).toBeLessThanOrEqual(3_600_000);
  });

  test('any span of that length holds no more starts than the rate', async (bench) => {
    const queue = testQueue(bench);
    const [limit, perMs] = [5, 200];
    await queue.limit({ rateLimit: { limit, per: perMs } });
    await queue.put(20);
    const starts: number[] = [];
    while (starts.length < 20) {
      const { runs, nextDueInMs } = await bench.claim({ queues: [queue.name], limit: 3 });
      starts.push(...runs.map(({ startedAtMs }) => startedAtMs));
      if (runs.length === 0)
        await new Promise((resolve) => setTimeout(resolve, Math.ceil(nextDueInMs ?? 0) + 1));
    }
    // What is read of a moment is rounded to a millisecond.
    for (let n = limit; n < starts.length; n++)
      expect(starts[n]! - starts[n - limit]!).toBeGreaterThanOrEqual(perMs - 1);
  });

  test('to be taken up again is not to begin', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ rateLimit: { limit: 1, per: '1 hour' } });
    await queue.put(3, { priority: -1 });
    const [run] = await queue.take();
    for (let n = 0; n < 3; n++) {
      await bench.writeAll([release({ id: run!.id, epoch: run!.epoch + n })]);
      expect(await queue.take()).toMatchObject([{ id: run!.id, epoch: run!.epoch + n + 1 }]);
    }
    expect(await queue.take()).toEqual([]);
  });

  test('what was begun before goes on behind any number of new runs that may not begin', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ rateLimit: { limit: 1, per: '1 hour' } });
    await queue.put(1, { priority: 9 });
    const [run] = await queue.take();
    await queue.put(50);
    await bench.writeAll([release(run!)]);
    expect(await queue.take(3)).toMatchObject([{ id: run!.id }]);
  });

  test('a partition has a rate of its own, within that of the queue', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({
      rateLimit: { limit: 5, per: '1 hour' },
      partition: { rateLimit: { limit: 2, per: '1 hour' } },
    });
    for (const partitionKey of ['a', 'b', 'c']) await queue.put(4, { partitionKey });
    const runs = [...(await queue.take(3)), ...(await queue.take())];
    expect(runs).toHaveLength(5);
    const counts = ['a', 'b', 'c'].map(async (key) => {
      const records = await Promise.all(runs.map(({ id }) => bench.see(id)));
      return records.filter(({ partitionKey }) => partitionKey === key).length;
    });
    expect((await Promise.all(counts)).sort()).toEqual([1, 2, 2]);
    expect((await bench.claim({ queues: [queue.name] })).nextDueInMs).toBeGreaterThan(3_500_000);
  });

  test('a rate of partitions that is reached says when it lets more begin', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ partition: { rateLimit: { limit: 1, per: 100 } } });
    await queue.put(2, { partitionKey: 'a' });
    expect(await queue.take()).toHaveLength(1);
    const { runs, nextDueInMs } = await bench.claim({ queues: [queue.name] });
    expect(runs).toEqual([]);
    expect(nextDueInMs).toBeLessThanOrEqual(101);
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(nextDueInMs!) + 2));
    expect(await queue.take()).toHaveLength(1);
  });

  test('claims at once of executors with different versions never exceed a rate', async (bench) => {
    const other = await bench.another();
    const queue = testQueue(bench);
    await queue.limit({ rateLimit: { limit: 7, per: '1 hour' } });
    const queued = Array.from({ length: 60 }, (_, n) =>
      bench.newRun({ queue: queue.name, version: `${n % 3}` }),
    );
    await bench.writeAll(queued.map(start));
    let taken = 0;
    const work = async (version: string, store = bench.store): Promise<void> => {
      const executorId = await bench.executor();
      const serves = [{ workflow: bench.served.workflow, version }];
      for (let n = 0; n < 8; n++) {
        const { runs } = await store.claim({ executorId, serves, limit: 2, queues: [queue.name] });
        taken += runs.length;
      }
    };
    await Promise.all([work('0'), work('1', other), work('2'), work('0', other), work('1')]);
    expect(taken).toBe(7);
  });
});
