import type { NewRun } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { fail, outcome, release, start, succeed } from './entries.js';
import { subject } from './subject.js';

/** A key that nothing else has: queues are shared by all tests of a store. */
function keyed(bench: Bench, changes: Partial<NewRun> = {}): NewRun {
  return bench.newRun({ deduplicationKey: 'customer 42', ...changes });
}

function duplicateOf({ id, workflow }: NewRun): object {
  return { kind: 'duplicate', runId: id, workflow };
}

export const deduplication = subject('deduplication', (test) => {
  test('a run whose key another has is not recorded, and the answer says which one has it', async (bench) => {
    const first = keyed(bench);
    await bench.writeAll([start(first)]);
    const second = keyed(bench);
    expect(await bench.commit(start(second))).toEqual(duplicateOf(first));
    expect(await bench.store.run(second.id)).toBeUndefined();
    expect(await bench.see(first.id)).toMatchObject({
      deduplicationKey: 'customer 42',
      deduplicationScope: null,
    });
  });

  test('of several starts with one key in a batch the first is recorded', async (bench) => {
    const runs = Array.from({ length: 5 }, () => keyed(bench)).reverse();
    const others = await bench.newHeldRun();
    const outcomes = await bench.store.commit([...runs, others].map(start));
    expect(outcomes).toEqual([
      { kind: 'written' },
      ...runs.slice(1).map(() => duplicateOf(runs[0]!)),
      { kind: 'written' },
    ]);
  });

  test('a key holds in its workflow, and no other', async (bench) => {
    const first = keyed(bench);
    const elsewhere = keyed(bench, { workflow: bench.id('other') });
    await bench.writeAll([start(first), start(elsewhere)]);
    expect(await bench.commit(start(keyed(bench, { workflow: elsewhere.workflow })))).toEqual(
      duplicateOf(elsewhere),
    );
  });

  test('a key in a queue holds in that queue, for all workflows and partitions, and in no other', async (bench) => {
    const [queue, other] = [bench.id('queue'), bench.id('queue')];
    const first = keyed(bench, { queue, partitionKey: 'a' });
    await bench.writeAll([start(first), start(keyed(bench)), start(keyed(bench, { queue: other }))]);
    const outcomes = await bench.store.commit([
      start(keyed(bench, { queue, partitionKey: 'b' })),
      start(keyed(bench, { queue, workflow: bench.id('other') })),
    ]);
    expect(outcomes).toEqual([duplicateOf(first), duplicateOf(first)]);
  });

  test('a queue named as a workflow does not share its keys', async (bench) => {
    await bench.writeAll([
      start(keyed(bench)),
      start(keyed(bench, { queue: bench.served.workflow })),
      start(keyed(bench, { queue: `workflow ${bench.served.workflow}` })),
    ]);
  });

  test("a singleton's key holds in its workflow, whatever the queue, and is none of those that starts have", async (bench) => {
    const singleton = { deduplicationScope: 'singleton', deduplicationKey: 'x' } as const;
    const queue = bench.id('queue');
    const first = bench.newRun({ ...singleton, queue });
    await bench.writeAll([
      start(first),
      start(bench.newRun({ deduplicationKey: 'x' })),
      start(bench.newRun({ deduplicationKey: 'x', queue })),
      start(bench.newRun({ ...singleton, workflow: bench.id('other') })),
    ]);
    expect(await bench.commit(start(bench.newRun(singleton)))).toEqual(duplicateOf(first));
    expect(await bench.commit(start(bench.newRun({ ...singleton, queue: bench.id('queue') })))).toEqual(
      duplicateOf(first),
    );
    expect(await bench.see(first.id)).toMatchObject(singleton);
  });

  test('a key is held while its run is delayed, running, waiting or given back, and free when it has ended', async (bench) => {
    const delayed = keyed(bench, { delayMs: 600_000 });
    await bench.writeAll([start(delayed)]);
    expect(await bench.commit(start(keyed(bench)))).toEqual(duplicateOf(delayed));
    expect(await bench.store.cancel([delayed.id])).toEqual([delayed.id]);

    const run = await bench.begin({ deduplicationKey: 'customer 42' });
    expect(await bench.commit(start(keyed(bench)))).toEqual(duplicateOf(run));
    await bench.writeAll([
      { op: 'park', runId: run.id, epoch: 1, wakeAtMs: await bench.nowMs(), signals: 0, keepsSlot: false },
    ]);
    expect(await bench.commit(start(keyed(bench)))).toEqual(duplicateOf(run));
    const claimed = await bench.claimOne();
    await bench.writeAll([release(claimed)]);
    expect(await bench.commit(start(keyed(bench)))).toEqual(duplicateOf(run));
    await bench.writeAll([succeed(await bench.claimOne())]);
    expect(await bench.commit(start(keyed(bench)))).toEqual({ kind: 'written' });
  });

  test('a start that is repeated is written, whoever has its key by then', async (bench) => {
    const run = await bench.newHeldRun({ deduplicationKey: 'customer 42' });
    await bench.writeAll([start(run)]);
    expect(await bench.commit(start(run))).toEqual({ kind: 'written' });
    await bench.writeAll([succeed(run)]);
    await bench.writeAll([start(keyed(bench))]);
    expect(await bench.commit(start(run))).toEqual({ kind: 'written' });
  });

  test('an id that is taken says more than a key that is', async (bench) => {
    const run = keyed(bench);
    await bench.writeAll([start(run)]);
    expect(await bench.commit(start(keyed(bench, { id: run.id })))).toEqual({ kind: 'exists' });
  });

  test('a batch that ends the holder of a key and starts another run with it writes both, one way or the other', async (bench) => {
    const holder = await bench.begin({ deduplicationKey: 'customer 42' });
    const next = keyed(bench);
    const [ended, started] = await bench.store.commit([succeed(holder), start(next)]);
    expect(ended).toEqual({ kind: 'written' });
    expect(started).toEqual({ kind: 'written' });
  });

  test('of two handles that start runs with one key at once, one writes and the other is told of it', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const keys = Array.from({ length: 20 }, (_, n) => `key ${round} ${n}`);
      const [ours, theirs] = [bench.store, other].map((store) => ({
        store,
        runs: keys.map((deduplicationKey) => keyed(bench, { deduplicationKey })),
      }));
      const [a, b] = await Promise.all([
        ours!.store.commit(ours!.runs.map(start)),
        theirs!.store.commit(theirs!.runs.map(start).reverse()).then((outcomes) => [...outcomes].reverse()),
      ]);
      for (const index of keys.keys()) {
        const isOurs = a[index]!.kind === 'written';
        expect(isOurs ? b[index] : a[index]).toEqual(duplicateOf((isOurs ? ours : theirs)!.runs[index]!));
        expect((isOurs ? a : b)[index]).toEqual({ kind: 'written' });
      }
    }
  });

  test('a run is not resumed while another has its key, and keeps its key when it is', async (bench) => {
    const first = await bench.begin({ deduplicationKey: 'customer 42' });
    await bench.store.cancel([first.id]);
    const second = await bench.begin({ deduplicationKey: 'customer 42' });
    await expect(bench.store.resume(first.id)).rejects.toMatchObject({
      code: 'DUPLICATE_RUN',
      details: { runId: second.id, deduplicationKey: 'customer 42', resumed: first.id },
    });
    expect(await bench.see(first.id)).toMatchObject({ state: 'cancelled' });
    await bench.writeAll([succeed(second)]);
    expect(await bench.store.resume(first.id)).toBe(true);
    expect(await bench.commit(start(keyed(bench)))).toEqual(duplicateOf(first));
  });

  test('nor is it retried, nor any that is to be retried with it', async (bench) => {
    const first = await bench.begin({ deduplicationKey: 'customer 42' });
    const other = await bench.begin();
    for (const run of [first, other]) await bench.writeAll([outcome(run), fail(run)]);
    const second = await bench.begin({ deduplicationKey: 'customer 42' });
    const retries = [other, first].map(({ id }) => ({ runId: id, epoch: 1, fromOrdinal: 1 }));
    await expect(bench.store.repair.retry(retries)).rejects.toMatchObject({
      code: 'DUPLICATE_RUN',
      details: { runId: second.id, deduplicationKey: 'customer 42', resumed: first.id },
    });
    for (const { id } of [first, other]) {
      expect(await bench.see(id)).toMatchObject({ state: 'failed' });
      expect(await bench.store.steps(id)).toHaveLength(1);
    }
    await bench.writeAll([succeed(second)]);
    expect(await bench.store.repair.retry(retries)).toBe(true);
  });

  test('a debounced run that had begun is resumed whoever waits under its key', async (bench) => {
    const debounce = { deduplicationKey: 'shop 7', deduplicationScope: 'debounce' } as const;
    const first = await bench.begin(debounce);
    await bench.store.cancel([first.id]);
    await bench.queue(1, { ...debounce, delayMs: 600_000 });
    expect(await bench.store.resume(first.id)).toBe(true);
  });
});
