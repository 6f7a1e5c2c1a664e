import { RUN_STATES, type RunState } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { pageOf } from './criteria.js';
import { fail, park, succeed } from './entries.js';
import { testQueue } from './queue-bench.js';
import { subject } from './subject.js';

type Counts = Partial<Record<RunState, number>>;

/** How many runs of this test there are, by state. */
async function counted(bench: Bench): Promise<Counts> {
  const counts: Counts = {};
  for (const { workflow, state, runs } of await bench.store.looking.counts()) {
    if (workflow === bench.served.workflow) counts[state] = (counts[state] ?? 0) + runs;
  }
  return counts;
}

/** The same, one by one. */
async function seen(bench: Bench): Promise<Counts> {
  const counts: Counts = {};
  for (const state of RUN_STATES) {
    const { runs } = await pageOf(bench.store, { workflows: [bench.served.workflow], states: [state] });
    if (runs.length > 0) counts[state] = runs.length;
  }
  return counts;
}

export const counting = subject('counting', (test) => {
  test('what there is none of is left out', async (bench) => {
    expect(await counted(bench)).toEqual({});
  });

  test('runs are counted in every state they come to', async (bench) => {
    const [succeeded, failed, cancelled, waiting] = await bench.beginMany(5);
    await bench.queue(2);
    expect(await counted(bench)).toEqual({ running: 5, pending: 2 });
    await bench.writeAll([succeed(succeeded!), fail(failed!), park(waiting!)]);
    await bench.store.cancel([cancelled!.id]);
    const counts = { running: 1, pending: 2, succeeded: 1, failed: 1, cancelled: 1, waiting: 1 };
    expect(await counted(bench)).toEqual(counts);
  });

  test('a queue has counts of its own', async (bench) => {
    const { workflow } = bench.served;
    const queue = bench.id('queue');
    await bench.queue(2);
    const enqueued = await bench.queue(3, { queue });
    await bench.store.cancel([enqueued[0]!.id]);
    const counts = (await bench.store.looking.counts()).filter((one) => one.workflow === workflow);
    expect(counts).toHaveLength(3);
    expect(counts).toEqual(
      expect.arrayContaining([
        { workflow, queue: null, state: 'pending', runs: 2 },
        { workflow, queue, state: 'pending', runs: 2 },
        { workflow, queue, state: 'cancelled', runs: 1 },
      ]),
    );
  });

  test('a run that is taken up again while its former code runs on is counted as pending', async (bench) => {
    const queue = testQueue(bench);
    await queue.put(1);
    const [run] = await queue.take();
    await bench.store.cancel([run!.id]);
    await bench.store.resume(run!.id);
    expect(await counted(bench)).toEqual({ pending: 1 });
    expect(await seen(bench)).toEqual({ pending: 1 });
  });

  test('a run that is taken up again is not counted among the ended ones any more', async (bench) => {
    const [failed, cancelled] = await bench.beginMany(2);
    await bench.writeAll([fail(failed!)]);
    await bench.store.cancel([cancelled!.id]);
    expect(await counted(bench)).toEqual({ failed: 1, cancelled: 1 });
    await bench.store.resume(failed!.id);
    await bench.store.resume(cancelled!.id);
    expect(await counted(bench)).toEqual({ pending: 2 });
  });

  test('what is done twice is counted once', async (bench) => {
    const run = await bench.begin();
    const finish = succeed(run);
    await bench.writeAll([finish]);
    await bench.writeAll([finish]);
    await bench.store.cancel([run.id]);
    expect(await bench.store.resume(run.id)).toBe(false);
    expect(await counted(bench)).toEqual({ succeeded: 1 });
    const other = await bench.begin();
    await Promise.all([bench.store.cancel([other.id]), bench.store.cancel([other.id])]);
    expect(await counted(bench)).toEqual({ succeeded: 1, cancelled: 1 });
    await Promise.all([bench.store.resume(other.id), bench.store.resume(other.id)]);
    expect(await counted(bench)).toEqual({ succeeded: 1, pending: 1 });
  });

  test('a write that was lost is not counted', async (bench) => {
    const run = await bench.begin();
    await bench.store.cancel([run.id]);
    expect(await bench.commit(succeed(run))).toEqual({ kind: 'lost' });
    expect(await counted(bench)).toEqual({ cancelled: 1 });
  });

  test('summing up changes no count, also when several do it while runs end', async (bench) => {
    const stores = [bench.store, await bench.another(), await bench.another()];
    const runs = await bench.beginMany(600);
    const sums: Promise<void>[] = [];
    for (const [index, run] of runs.entries()) {
      // One batch for each, so that there is much to sum up.
      await bench.writeAll([index % 3 === 0 ? fail(run) : succeed(run)]);
      if (index % 50 === 0) sums.push(...stores.map(({ looking }) => looking.sumUp()));
    }
    await Promise.all(sums);
    expect(await counted(bench)).toEqual({ succeeded: 400, failed: 200 });
    await bench.store.looking.sumUp();
    expect(await counted(bench)).toEqual({ succeeded: 400, failed: 200 });
  });

  test('counts are those of the runs that there are, whatever happens to them at once', async (bench) => {
    const stores = [bench.store, await bench.another()];
    // A generator of its own, so that a failure can be had again.
    let seed = 20_301;
    const below = (limit: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * limit);
    };
    await bench.queue(40);
    for (let round = 0; round < 12; round++) {
      const { runs } = await bench.claim({ limit: 25 });
      const ids = (await pageOf(bench.store, { workflows: [bench.served.workflow] })).runs.map(
        ({ id }) => id,
      );
      const one = (): string => ids[below(ids.length)]!;
      await Promise.all([
        ...runs.map((run) => stores[below(2)]!.commit([[succeed, fail, park][below(3)]!(run, {} as never)])),
        stores[0]!.cancel([one(), one(), one()]),
        stores[1]!.cancel([one(), one(), one()]),
        ...Array.from({ length: 8 }, () => stores[below(2)]!.resume(one())),
        ...stores.map(({ looking }) => looking.sumUp()),
      ]);
      expect(await counted(bench)).toEqual(await seen(bench));
    }
  });
});
