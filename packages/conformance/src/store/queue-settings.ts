import { createRegistry, queue as defined, type Queue, type QueueOptions } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { release, succeed } from './entries.js';
import { testQueue } from './queue-bench.js';
import { subject } from './subject.js';

const define = (name: string, options: QueueOptions): Queue =>
  defined(name, { ...options, registry: createRegistry() });

export const queueSettings = subject('settings of queues', (test) => {
  test('a queue is as it was defined', async (bench) => {
    const queue = define(bench.id('queue'), {
      concurrency: 10,
      workerConcurrency: 5,
      rateLimit: { limit: 100, per: 1500.5 },
      partition: { concurrency: 2, rateLimit: { limit: 5, per: '2s' }, weights: { acme: 3, 'we"ird': 0.5 } },
      parkedHoldSlots: true,
    });
    await bench.store.queues.define([queue]);
    expect(await bench.store.queues.find(queue.name)).toEqual({
      name: queue.name,
      limits: queue.limits,
      pausedAtMs: null,
      revision: expect.any(String),
      waiting: 0,
      later: 0,
      inHands: 0,
    });
  });

  test('limits that were set by hand stay until the definition changes', async (bench) => {
    const { queues } = bench.store;
    const name = bench.id('queue');
    await queues.define([define(name, { concurrency: 1 })]);
    await testQueue(bench, name).limit({ concurrency: 7 });
    await queues.define([define(name, { concurrency: 1 })]);
    expect((await queues.find(name))?.limits.concurrency).toBe(7);
    await queues.define([define(name, { concurrency: 2 })]);
    expect((await queues.find(name))?.limits.concurrency).toBe(2);
  });

  test('a definition may be written at every launch, or only once', async (bench) => {
    const { queues } = bench.store;
    const [always, once] = [bench.id('queue'), bench.id('queue')];
    const both = (concurrency: number): readonly Queue[] => [
      define(always, { concurrency, apply: 'always' }),
      define(once, { concurrency, apply: 'once' }),
    ];
    await queues.define(both(1));
    for (const name of [always, once]) await testQueue(bench, name).limit({ concurrency: 7 });
    await queues.define(both(1));
    expect((await queues.find(always))?.limits.concurrency).toBe(1);
    expect((await queues.find(once))?.limits.concurrency).toBe(7);
    await queues.define(both(2));
    expect((await queues.find(once))?.limits.concurrency).toBe(7);
  });

  test('a definition is written over a queue of which only runs were known', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(1);
    await queue.take();
    expect((await bench.store.queues.find(queue.name))?.limits.concurrency).toBeNull();
    await bench.store.queues.define([define(queue.name, { concurrency: 3, apply: 'once' })]);
    expect((await bench.store.queues.find(queue.name))?.limits.concurrency).toBe(3);
  });

  test('limits are written only over those that were read', async (bench) => {
    const { queues } = bench.store;
    const { limits } = define(bench.id('queue'), { concurrency: 1 });
    const name = bench.id('queue');
    expect(await queues.save(name, limits, 'what there never was')).toBe(false);
    expect(await queues.save(name, limits, null)).toBe(true);
    expect(await queues.save(name, limits, null)).toBe(false);
    const { revision } = (await queues.find(name))!;
    expect(await queues.save(name, { ...limits, concurrency: 2 }, revision)).toBe(true);
    expect(await queues.save(name, limits, revision)).toBe(false);
    expect((await queues.find(name))?.limits.concurrency).toBe(2);
  });

  test('a change of limits holds for the next claim of every executor', async (bench) => {
    const other = await bench.another();
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(10);
    expect(await queue.take()).toHaveLength(1);
    await queue.limit({ concurrency: 3 });
    expect((await bench.claim({ queues: [queue.name] }, other)).runs).toHaveLength(2);
    await queue.limit({ concurrency: 1 });
    expect(await queue.take()).toEqual([]);
    await queue.limit({});
    expect(await queue.take()).toHaveLength(7);
  });

  test('limits that are set while executors claim hold for all that is taken after', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 8; round++) {
      const queue = testQueue(bench);
      await queue.put(30);
      const claim = async (store = bench.store) =>
        (await bench.claim({ executorId: await bench.executor(), limit: 10, queues: [queue.name] }, store))
          .runs;
      const [early] = await Promise.all([claim(other), queue.limit({ concurrency: 12 })]);
      const late = await Promise.all([claim(), claim(other)]);
      expect(early.length + late.flat().length).toBe(12);
    }
  });

  test('nothing is taken from a queue that is paused, and all is as before when it goes on', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(2);
    const [run] = await queue.take(1);
    expect(await bench.store.queues.pause(queue.name, true)).toBe(true);
    expect((await bench.store.queues.find(queue.name))?.pausedAtMs).toBeGreaterThan(0);
    await bench.writeAll([release(run!)]);
    expect(await bench.claim({ queues: [queue.name] })).toMatchObject({ runs: [], nextDueInMs: null });
    expect(await bench.store.queues.pause(queue.name, false)).toBe(true);
    expect(await queue.take()).toHaveLength(2);
    expect(await bench.store.queues.pause(bench.id('queue'), true)).toBe(false);
  });

  test('a queue says how many of its runs wait, are for later, and are in hands', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 2 });
    await queue.put(5);
    await queue.put(3, { delayMs: 60_000 });
    const [run] = await queue.take();
    await bench.store.cancel([run!.id]);
    expect(await bench.store.queues.find(queue.name)).toMatchObject({ waiting: 3, later: 3, inHands: 2 });
    expect((await bench.store.queues.list()).filter(({ name }) => name === queue.name)).toHaveLength(1);
  });

  test('a queue can be deleted when none of its runs is left, and made anew', async (bench) => {
    const { queues } = bench.store;
    const queue = testQueue(bench);
    expect(await queues.delete(queue.name)).toBe('unknown');
    await queue.limit({ concurrency: 1 });
    await queue.put(1);
    expect(await queues.delete(queue.name)).toBe('not empty');
    const [run] = await queue.take();
    expect(await queues.delete(queue.name)).toBe('not empty');
    await bench.writeAll([succeed(run!)]);
    const [delayed] = await queue.put(1, { delayMs: 60_000 });
    expect(await queues.delete(queue.name)).toBe('not empty');
    await bench.store.cancel([delayed!.id]);
    expect(await queues.delete(queue.name)).toBe('deleted');
    expect(await queues.find(queue.name)).toBeUndefined();
    await queue.put(3);
    expect(await queue.take()).toHaveLength(3);
  });
});
