import { expect } from 'vitest';
import { type Bench, idsOf } from './bench.js';
import { outcome, park, release, start, succeed, vacate } from './entries.js';
import { testQueue } from './queue-bench.js';
import { subject } from './subject.js';

const ids = (runs: readonly { readonly id: string }[]): string[] => runs.map(({ id }) => id);

export const queueing = subject('queueing', (test) => {
  test('runs of a queue without limits are taken in the order in which they were enqueued', async (bench) => {
    const queue = testQueue(bench);
    const runs = await queue.put(5);
    expect(ids(await queue.take(2))).toEqual(ids(runs).slice(0, 2));
    expect(ids(await queue.take())).toEqual(ids(runs).slice(2));
  });

  test('a run that was taken says which queue it is of', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(1);
    const [run] = await queue.take();
    expect(run).toMatchObject({ queue: queue.name, epoch: 1, keepsSlot: false, isSlotScarce: false });
    await queue.limit({ concurrency: 1, parkedHoldSlots: true });
    expect((await bench.store.owned(await bench.self()))[0]).toMatchObject({
      keepsSlot: true,
      isSlotScarce: true,
    });
  });

  test('lower priorities are taken first, and of equals the one that came first', async (bench) => {
    const queue = testQueue(bench);
    const priorities = [3, 0, 7, 3, -1, 0];
    const runs = priorities.map((priority) => bench.newRun({ queue: queue.name, priority }));
    await bench.writeAll(runs.map(start));
    expect(ids(await queue.take())).toEqual([4, 1, 5, 0, 3, 2].map((n) => runs[n]!.id));
  });

  test('no more are in hands than its concurrency, in all executors together', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 3 });
    const runs = await queue.put(5);
    const first = await queue.take(2);
    const others = await queue.take(1000, await bench.executor());
    expect(ids([...first, ...others])).toEqual(ids(runs).slice(0, 3));
    const claim = await bench.claim({ queues: [queue.name] });
    expect(claim).toEqual({ runs: [], nextDueInMs: null, isHeldBack: true });
    await bench.writeAll([succeed(first[0]!)]);
    expect(ids(await queue.take())).toEqual([runs[3]!.id]);
  });

  test('no more are in the hands of one executor than its worker concurrency', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 5, workerConcurrency: 2 });
    await queue.put(6);
    const other = await bench.executor();
    expect(await queue.take()).toHaveLength(2);
    expect(await queue.take()).toEqual([]);
    expect(await queue.take(1000, other)).toHaveLength(2);
    expect(await queue.take(1000, await bench.executor())).toHaveLength(1);
    expect(await bench.claim({ queues: [queue.name] })).toMatchObject({ runs: [], isHeldBack: true });
  });

  test('runs of other versions neither take up the place of those an executor has, nor count less', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 2 });
    await queue.put(3, { version: 'old', priority: -5 });
    const [mine] = await queue.put(1);
    expect(ids(await queue.take())).toEqual([mine!.id]);
    const serves = [{ ...bench.served, version: 'old' }];
    const old = await bench.store.claim({
      executorId: await bench.executor(),
      serves,
      limit: 9,
      queues: [queue.name],
    });
    expect(old.runs).toHaveLength(1);
    await queue.put(1);
    expect(await queue.take()).toEqual([]);
  });

  test('ending, parking, giving back and dying free a slot', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(5);
    const [ended] = await queue.take();
    await bench.writeAll([succeed(ended!)]);
    const [parked] = await queue.take();
    expect(parked!.id).not.toBe(ended!.id);
    await bench.writeAll([park(parked!)]);
    const [given] = await queue.take();
    await bench.writeAll([release(given!)]);
    const victim = await bench.executor();
    expect(ids(await queue.take(1, victim))).toEqual([given!.id]);
    await bench.store.bury(victim);
    expect(ids(await queue.take())).toEqual([given!.id]);
  });

  test('a run that was parked is taken again in its old place when it is due, and as no new start', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1, rateLimit: { limit: 2, per: '1 hour' } });
    const runs = await queue.put(3);
    const [first] = await queue.take();
    await bench.writeAll([park(first!, { wakeAtMs: 1_700_000_000_000 })]);
    const [again] = await queue.take();
    expect(again).toMatchObject({ id: runs[0]!.id, epoch: 2 });
    await bench.writeAll([succeed(again!)]);
    expect(ids(await queue.take())).toEqual([runs[1]!.id]);
  });

  test('a run that keeps its slot while it is parked needs no other to go on, whoever stands in line', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1, parkedHoldSlots: true });
    const [first] = await queue.put(1, { priority: 9 });
    const [taken] = await queue.take();
    expect(taken!.keepsSlot).toBe(true);
    await queue.put(3);
    await bench.writeAll([park(taken!, { keepsSlot: true })]);
    expect(await queue.take()).toEqual([]);
    const child = await bench.begin({ parentId: first!.id });
    await bench.writeAll([succeed(child, { parentId: first!.id })]);
    expect(ids(await queue.take())).toEqual([first!.id]);
    expect(await queue.take()).toEqual([]);
  });

  test('a delayed run stands in line when its time has come', async (bench) => {
    const queue = testQueue(bench);
    const [late] = await queue.put(1, { delayMs: 60 });
    const early = await bench.claim({ queues: [queue.name] });
    expect(early.runs).toEqual([]);
    expect(early.nextDueInMs).toBeLessThanOrEqual(61);
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(early.nextDueInMs ?? 0) + 2));
    expect(ids(await queue.take())).toEqual([late!.id]);
  });

  test('what a run that was cancelled while it ran had is free when its executor says so', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(2);
    const [run] = await queue.take();
    await bench.store.cancel([run!.id]);
    expect(await queue.take()).toEqual([]);
    expect(idsOf(await bench.store.owned(await bench.self()))).toEqual([]);
    await bench.writeAll([vacate(run!)]);
    expect(await queue.take()).toHaveLength(1);
    expect((await bench.see(run!.id)).state).toBe('cancelled');
  });

  test('a run that was cancelled, resumed and cancelled again has its slot until its code has ended', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(2);
    const [run] = await queue.take();
    await bench.store.cancel([run!.id]);
    await bench.store.resume(run!.id);
    expect(await bench.store.cancel([run!.id])).toEqual([run!.id]);
    expect(await queue.take()).toEqual([]);
    expect(await bench.commit(succeed(run!))).toEqual({ kind: 'lost' });
    await bench.writeAll([vacate(run!)]);
    expect(await queue.take()).toHaveLength(1);
    expect((await bench.see(run!.id)).state).toBe('cancelled');
  });

  test('the death of its executor frees what a cancelled run had, and does not revive it', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(2);
    const victim = await bench.executor();
    const [run] = await queue.take(1, victim);
    await bench.store.cancel([run!.id]);
    await bench.store.bury(victim);
    expect((await bench.see(run!.id)).state).toBe('cancelled');
    expect(ids(await queue.take())).not.toContain(run!.id);
    expect((await bench.store.queues.find(queue.name))?.inHands).toBe(1);
  });

  test('a lapsed lease frees what a cancelled run had', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(2);
    const [run] = await queue.take(1, await bench.executor(1));
    await bench.store.cancel([run!.id]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await bench.store.bury(null);
    expect(await queue.take()).toHaveLength(1);
  });

  test('cancelling a run that is not running frees nothing that others hold', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    const [, second] = await queue.put(2);
    await queue.take();
    await bench.store.cancel([second!.id]);
    await bench.writeAll([vacate({ id: second!.id, epoch: 0 })]);
    expect(await bench.store.queues.find(queue.name)).toMatchObject({ inHands: 1, waiting: 0 });
  });

  test('a cancelled run that is resumed waits until its former code has ended, and then for its turn', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(1);
    const [run] = await queue.take();
    await bench.store.cancel([run!.id]);
    expect(await bench.store.resume(run!.id)).toBe(true);
    expect(await queue.take()).toEqual([]);
    await bench.writeAll([vacate(run!)]);
    expect(await queue.take()).toMatchObject([{ id: run!.id, epoch: run!.epoch + 2 }]);
    // The second time it says so, it is another's slot.
    await bench.writeAll([vacate(run!)]);
    expect((await bench.store.queues.find(queue.name))?.inHands).toBe(1);
  });

  const takeUp = {
    resumed: (bench: Bench, id: string) => bench.store.resume(id),
    retried: async (bench: Bench, id: string) => {
      const { epoch } = await bench.see(id);
      return bench.store.repair.retry([{ runId: id, epoch, fromOrdinal: null }]);
    },
  };
  for (const [how, takenUp] of Object.entries(takeUp)) {
    test(`a cancelled run that was ${how} can be claimed when the executor of its former code is dead`, async (bench) => {
      const queue = testQueue(bench);
      await queue.put(1);
      const victim = await bench.executor();
      const [run] = await queue.take(1, victim);
      await bench.store.cancel([run!.id]);
      expect(await takenUp(bench, run!.id)).toBe(true);
      expect(await queue.take()).toEqual([]);
      await bench.store.bury(victim);
      expect(ids(await queue.take())).toEqual([run!.id]);
    });
  }

  test('what a cancelled run did is undone when its code has ended, in its slot as in any other', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(1);
    const [run] = await queue.take();
    await bench.writeAll([outcome(run!, { hasUndo: true })]);
    await bench.store.cancel([run!.id]);
    expect(await queue.take()).toEqual([]);
    await bench.writeAll([vacate(run!)]);
    expect(await queue.take()).toMatchObject([{ id: run!.id, isUnwinding: true }]);
    expect(await bench.store.queues.find(queue.name)).toMatchObject({ inHands: 1 });
  });

  test('a failed run of a queue that is resumed waits for its turn', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(2);
    const [run] = await queue.take();
    await bench.writeAll([
      succeed(run!, { state: 'failed', output: null, error: { json: '1', extra: null } }),
    ]);
    await queue.take();
    expect(await bench.store.resume(run!.id)).toBe(true);
    expect(await queue.take()).toEqual([]);
  });

  test('an executor takes only from the queues that it names', async (bench) => {
    const [one, other] = [testQueue(bench), testQueue(bench)];
    const [mine] = await one.put(1);
    const [theirs] = await other.put(1);
    const [plain] = await bench.queue(1);
    expect(ids((await bench.claim({ queues: [one.name, 'nobody has this'] })).runs)).toEqual(
      expect.arrayContaining([mine!.id, plain!.id]),
    );
    expect((await bench.claim({ queues: [] })).runs).toEqual([]);
    expect(ids((await bench.claim()).runs)).toEqual([theirs!.id]);
  });

  test('neither queues nor runs without one keep the others out', async (bench) => {
    const [one, other] = [testQueue(bench), testQueue(bench)];
    await Promise.all([one.put(50), other.put(50), bench.queue(50)]);
    const queues = [one.name, other.name];
    const count = { [one.name]: 0, [other.name]: 0, null: 0 };
    for (const chance of [0, 0.4, 0.8, 0.2, 0.5, 0.9]) {
      for (const { queue } of (await bench.claim({ limit: 1, chance, queues })).runs) count[`${queue}`]! += 1;
    }
    expect(count).toEqual({ [one.name]: 2, [other.name]: 2, null: 2 });
    for (const { queue } of (await bench.claim({ limit: 30, queues })).runs) count[`${queue}`]! += 1;
    expect(count).toEqual({ [one.name]: 12, [other.name]: 12, null: 12 });
  });

  test('what limits keep from one queue is left to the others', async (bench) => {
    const [one, other] = [testQueue(bench), testQueue(bench)];
    await one.limit({ concurrency: 1 });
    await Promise.all([one.put(10), other.put(4), bench.queue(20)]);
    const queues = [one.name, other.name];
    const { runs } = await bench.claim({ limit: 20, queues });
    const counted = [one.name, other.name, null].map(
      (name) => runs.filter(({ queue }) => queue === name).length,
    );
    expect(counted).toEqual([1, 4, 15]);
    expect((await bench.claim({ limit: 2, queues })).runs).toHaveLength(2);
  });

  test('two runs enqueued in one batch stand in the order of the batch', async (bench) => {
    const queue = testQueue(bench);
    const runs = ['b', 'a', 'd', 'c'].map((id) =>
      bench.newRun({ id: `${id}-${bench.id('run')}`, queue: queue.name }),
    );
    await bench.writeAll(runs.map(start));
    expect(ids(await queue.take())).toEqual(ids(runs));
  });

  test('claims of several executors at once never take more than there are slots', async (bench) => {
    const other = await bench.another();
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 4, workerConcurrency: 3 });
    await queue.put(40);
    const done: string[] = [];
    const work = async (store = bench.store): Promise<void> => {
      const executorId = await bench.executor();
      for (let tries = 0; done.length < 40 && tries < 2000; tries++) {
        const { runs } = await bench.claim({ executorId, limit: 5, queues: [queue.name] }, store);
        const { inHands } = (await bench.store.queues.find(queue.name))!;
        expect(inHands).toBeLessThanOrEqual(4);
        expect(runs.length).toBeLessThanOrEqual(3);
        await bench.writeAll(
          runs.map((run) => succeed(run)),
          store,
        );
        done.push(...ids(runs));
      }
    };
    await Promise.all([work(), work(other), work(), work(other)]);
    expect(new Set(done).size).toBe(40);
  });
});
