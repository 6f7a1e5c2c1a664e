import type { PruneCriteria, Pruned } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { fail, outcome, park, payload, succeed, vacate } from './entries.js';
import { send, set, write } from './mail-entries.js';
import { testQueue } from './queue-bench.js';
import { subjectApart } from './subject.js';

const ALL: PruneCriteria = { states: null, workflows: null, afterMs: 0 };

/** Longer than it takes to come to be in the past. */
function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3));
}

/** Looks through everything that has ended so far. */
async function prune(bench: Bench, criteria: Partial<PruneCriteria> = {}, limit = 1000): Promise<Pruned> {
  await moment();
  return bench.store.retention.prune({ criteria: { ...ALL, ...criteria }, after: null, limit });
}

/** Runs that have succeeded, one after the other. */
async function ended(bench: Bench, count: number): Promise<readonly string[]> {
  const runs = await bench.beginMany(count);
  for (const run of runs) {
    await bench.writeAll([succeed(run)]);
    await moment();
  }
  return runs.map(({ id }) => id);
}

async function isThere(bench: Bench, runId: string): Promise<boolean> {
  return (await bench.store.run(runId)) !== undefined;
}

export const retention = subjectApart('retention', (test) => {
  test('a run that has ended is deleted with all that is kept of it', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run), send(run.id, 'hello')]);
    await bench.writeAll([set(run.id, 1), write(run.id, 'a')]);
    await bench.writeAll([succeed(run)]);
    expect(await prune(bench)).toMatchObject({ deleted: 1, kept: 0, hasMore: false });
    expect(await bench.inFull(run.id)).toEqual({ run: undefined, steps: [] });
    // A run that gets the same id finds nothing of it.
    const next = await bench.newHeldRun({ id: run.id });
    await bench.writeAll([{ op: 'start', run: next }]);
    expect(await bench.store.steps(run.id)).toEqual([]);
    const asked = { runId: run.id, channel: 'letters', afterId: null, limit: 10 };
    expect(await bench.store.mail.messages([asked])).toEqual([[]]);
    expect(await bench.store.mail.events([{ runId: run.id, name: 'progress' }])).toMatchObject([
      { value: null },
    ]);
    const stream = { runId: run.id, name: 'tokens', from: 0, limit: 10 };
    expect(await bench.store.mail.streams([stream])).toMatchObject([{ values: [] }]);
  });

  test('a cancelled run whose code still runs stays, as that has its slot in its queue', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(2);
    const [run] = await queue.take();
    await bench.store.cancel([run!.id]);
    expect(await prune(bench)).toMatchObject({ deleted: 0, kept: 1 });
    expect(await queue.take()).toEqual([]);
    await bench.writeAll([vacate(run!)]);
    expect(await prune(bench)).toMatchObject({ deleted: 1, kept: 0 });
    expect(await queue.take()).toHaveLength(1);
  });

  test('runs that have not ended stay, whatever they are doing', async (bench) => {
    const [running, waiting] = await bench.beginMany(2);
    const [pending] = await bench.queue(1);
    await bench.writeAll([park(waiting!), outcome(running!)]);
    expect(await prune(bench)).toMatchObject({ deleted: 0, kept: 0, last: null });
    for (const { id } of [running!, waiting!, pending!]) expect(await isThere(bench, id)).toBe(true);
    expect(await bench.store.steps(running!.id)).toHaveLength(1);
  });

  test('a run stays for as long as it is to be kept', async (bench) => {
    const [id] = await ended(bench, 1);
    expect(await prune(bench, { afterMs: 3_600_000 })).toMatchObject({ deleted: 0, kept: 0, last: null });
    expect(await isThere(bench, id!)).toBe(true);
  });

  test('only runs of the states and workflows asked for are deleted', async (bench) => {
    const [succeeded, failed, cancelled, elsewhere] = [
      ...(await bench.beginMany(3)),
      await bench.begin({ workflow: 'elsewhere' }),
    ];
    await bench.writeAll([succeed(succeeded!), fail(failed!), fail(elsewhere!)]);
    await bench.store.cancel([cancelled!.id]);
    const { workflow } = bench.served;
    const criteria: Partial<PruneCriteria> = {
      states: ['failed', 'cancelled'],
      workflows: [workflow, 'none'],
    };
    expect(await prune(bench, criteria)).toMatchObject({ deleted: 2, kept: 0 });
    expect(
      await Promise.all([succeeded!, failed!, cancelled!, elsewhere!].map(({ id }) => isThere(bench, id))),
    ).toEqual([true, false, false, true]);
    expect(await prune(bench, { states: ['failed'], workflows: null })).toMatchObject({ deleted: 1 });
    expect(await prune(bench, { states: null, workflows: [] })).toMatchObject({ deleted: 0, kept: 0 });
    expect(await isThere(bench, succeeded!.id)).toBe(true);
  });

  test('they are looked through oldest first, a portion at a time, each going on where the one before ended', async (bench) => {
    const ids = await ended(bench, 5);
    const criteria = { ...ALL, states: ['succeeded'] as const };
    const first = await prune(bench, criteria, 2);
    expect(first).toMatchObject({ deleted: 2, last: { id: ids[1] }, hasMore: true });
    const second = await bench.store.retention.prune({ criteria, after: first.last, limit: 2 });
    expect(second).toMatchObject({ deleted: 2, last: { id: ids[3] }, hasMore: true });
    const third = await bench.store.retention.prune({ criteria, after: second.last, limit: 2 });
    expect(third).toMatchObject({ deleted: 1, last: { id: ids[4] }, hasMore: false });
  });

  test('what was looked at before is not looked at again', async (bench) => {
    const [first, second] = await ended(bench, 2);
    const none = await prune(bench, { states: ['failed'] }, 1);
    expect(none).toMatchObject({ deleted: 0, kept: 0, last: { id: first } });
    const rest = await bench.store.retention.prune({ criteria: ALL, after: none.last, limit: 10 });
    expect(rest).toMatchObject({ deleted: 1, last: { id: second } });
    expect(await isThere(bench, first!)).toBe(true);
  });

  test('a run is kept while its parent has not ended', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    await bench.writeAll([succeed(child)]);
    expect(await prune(bench)).toMatchObject({ deleted: 0, kept: 1 });
    await bench.writeAll([succeed(parent)]);
    expect(await prune(bench)).toMatchObject({ deleted: 2, kept: 0 });
  });

  test('a run is kept while a child of it has not ended, unless that was detached', async (bench) => {
    const [parent, other] = await bench.beginMany(2);
    const child = await bench.begin({ parentId: parent!.id });
    const detached = await bench.begin({ parentId: other!.id, isDetached: true });
    await bench.writeAll([succeed(parent!), succeed(other!)]);
    expect(await prune(bench)).toMatchObject({ deleted: 1, kept: 1 });
    expect(await isThere(bench, parent!.id)).toBe(true);
    await bench.writeAll([succeed(child), succeed(detached)]);
    expect(await prune(bench)).toMatchObject({ deleted: 3, kept: 0 });
  });

  test('a run whose parent is gone is deleted', async (bench) => {
    const orphan = await bench.begin({ parentId: 'gone' });
    await bench.writeAll([succeed(orphan)]);
    expect(await prune(bench)).toMatchObject({ deleted: 1 });
  });

  test('deleted runs are not counted any more', async (bench) => {
    await ended(bench, 2);
    await bench.begin();
    await prune(bench);
    const counts = await bench.store.looking.counts();
    expect(counts.filter(({ runs }) => runs !== 0)).toMatchObject([{ state: 'running', runs: 1 }]);
  });

  test('two who delete at once delete each run once between them', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 5; round++) {
      const runs = await bench.beginMany(40);
      await bench.writeAll(runs.map((run) => succeed(run)));
      await moment();
      const request = { criteria: ALL, after: null, limit: 1000 };
      const both = await Promise.all([bench.store.retention.prune(request), other.retention.prune(request)]);
      const rest = await bench.store.retention.prune(request);
      expect([...both, rest].reduce((sum, { deleted }) => sum + deleted, 0)).toBe(40);
    }
  });

  test('a run that is resumed while it would be deleted is resumed, or gone', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const run = await bench.begin();
      await bench.writeAll([outcome(run), fail(run, { error: payload({ message: 'x' }) })]);
      await moment();
      const request = { criteria: ALL, after: null, limit: 1000 };
      const [{ deleted }, isResumed] = await Promise.all([
        bench.store.retention.prune(request),
        other.resume(run.id),
      ]);
      expect(deleted).toBe(isResumed ? 0 : 1);
      expect((await bench.store.steps(run.id)).length).toBe(isResumed ? 1 : 0);
      await bench.store.cancel([run.id]);
      await prune(bench);
    }
  });

  test('hundreds of runs are deleted at once', async (bench) => {
    const runs = await bench.beginMany(300);
    await bench.writeAll(runs.flatMap((run) => [outcome(run), outcome(run, { seq: 1, ordinal: 2 })]));
    await bench.writeAll(runs.map((run) => succeed(run)));
    expect(await prune(bench)).toMatchObject({ deleted: 300 });
    expect(await bench.store.steps(runs[0]!.id)).toEqual([]);
  });
});
