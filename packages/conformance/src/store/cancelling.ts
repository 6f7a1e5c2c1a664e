import { expect } from 'vitest';
import { idsOf, sorted } from './bench.js';
import { fail, outcome, park, release, succeed } from './entries.js';
import { subject } from './subject.js';

export const cancelling = subject('cancelling', (test) => {
  test('a run that has not ended can be cancelled, whatever it is doing', async (bench) => {
    const [running, waiting] = await bench.beginMany(2);
    const [pending] = await bench.queue(1);
    await bench.writeAll([park(waiting!)]);
    const ids = [running!.id, waiting!.id, pending!.id];
    expect(sorted(await bench.store.cancel(ids))).toEqual(sorted(ids));
    for (const id of ids) {
      expect(await bench.see(id)).toMatchObject({
        state: 'cancelled',
        output: null,
        error: null,
        wakeAtMs: null,
        completedAtMs: expect.any(Number),
      });
    }
    expect(await bench.claim()).toEqual({ runs: [], nextDueInMs: null, isHeldBack: false });
  });

  test('what the executor of a cancelled run writes is lost', async (bench) => {
    const run = await bench.begin();
    await bench.store.cancel([run.id]);
    const before = await bench.inFull(run.id);
    expect(before.run!.epoch).toBe(2);
    for (const entry of [outcome(run), park(run), release(run), succeed(run), fail(run)]) {
      expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
    }
    expect(await bench.inFull(run.id)).toEqual(before);
  });

  test('runs that have ended and runs that are not there are not cancelled', async (bench) => {
    const [succeeded, failed, cancelled, alive] = await bench.beginMany(4);
    await bench.writeAll([succeed(succeeded!), fail(failed!)]);
    await bench.store.cancel([cancelled!.id]);
    const ended = [succeeded!, failed!, cancelled!].map(({ id }) => id);
    const before = await Promise.all(ended.map((id) => bench.see(id)));
    expect(await bench.store.cancel([...ended, bench.id('missing')])).toEqual([]);
    expect(await bench.store.cancel([...ended, alive!.id])).toEqual([alive!.id]);
    expect(await Promise.all(ended.map((id) => bench.see(id)))).toEqual(before);
  });

  test('a run that is named twice is cancelled once', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    expect(await bench.store.cancel([child.id, child.id])).toEqual([child.id]);
    expect((await bench.see(child.id)).epoch).toBe(2);
    expect(await bench.commit(park(parent))).toEqual({ kind: 'signalled', signals: 1 });
  });

  test('a child that is cancelled lets its parent know', async (bench) => {
    const [running, waiting, pending] = await bench.beginMany(3);
    await bench.writeAll([park(waiting!), release(pending!)]);
    const children = [];
    for (const parent of [running!, waiting!, pending!])
      children.push(await bench.begin({ parentId: parent.id }));
    expect(await bench.store.cancel(idsOf(children))).toHaveLength(3);
    expect(await bench.commit(park(running!))).toEqual({ kind: 'signalled', signals: 1 });
    const { runs } = await bench.claim();
    expect(new Map(runs.map(({ id, signals }) => [id, signals]))).toEqual(
      new Map([
        [waiting!.id, 1],
        [pending!.id, 1],
      ]),
    );
  });

  test('a parent and its children can be cancelled together', async (bench) => {
    const parent = await bench.begin();
    const children = await bench.beginMany(3, { parentId: parent.id });
    const ids = idsOf([parent, ...children]);
    expect(sorted(await bench.store.cancel(ids))).toEqual(ids);
    for (const id of ids) expect(await bench.see(id)).toMatchObject({ state: 'cancelled', epoch: 2 });
  });

  test('hundreds of runs can be cancelled at once', async (bench) => {
    const runs = await bench.queue(500);
    expect(sorted(await bench.store.cancel(idsOf(runs)))).toEqual(idsOf(runs));
  });

  test('a run is either cancelled or ends, never both', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const runs = await bench.beginMany(20);
      const cancel = other.cancel(runs.map(({ id }) => id).reverse());
      const [ended, cancelled] = await Promise.all([
        bench.store.commit(runs.map((run) => succeed(run))),
        cancel,
      ]);
      for (const [index, { id }] of runs.entries()) {
        const isCancelled = cancelled.includes(id);
        expect(ended[index]).toEqual({ kind: isCancelled ? 'lost' : 'written' });
        expect((await bench.see(id)).state).toBe(isCancelled ? 'cancelled' : 'succeeded');
      }
    }
  });

  test('a run that is cancelled while it is claimed stays cancelled, and its new executor cannot write', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const queued = await bench.queue(10);
      const cancel = other.cancel(idsOf(queued).reverse());
      const [{ runs }, cancelled] = await Promise.all([bench.claim(), cancel]);
      expect(sorted(cancelled)).toEqual(idsOf(queued));
      for (const run of runs) expect(await bench.commit(succeed(run))).toEqual({ kind: 'lost' });
      const statuses = await bench.store.statuses(idsOf(queued));
      expect(statuses.map(({ state }) => state)).toEqual(queued.map(() => 'cancelled'));
    }
  });

  test('of two who cancel a run at once, one did it', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const runs = await bench.beginMany(10);
      const both = await Promise.all([bench.store.cancel(idsOf(runs)), other.cancel(idsOf(runs).reverse())]);
      expect(sorted(both.flat())).toEqual(idsOf(runs));
    }
  });
});

export const resuming = subject('resuming', (test) => {
  test('a failed run goes on where it was: due at once, with its journal and without its outcome', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run)]);
    const journal = await bench.store.steps(run.id);
    await bench.writeAll([fail(run)]);
    expect(await bench.store.resume(run.id)).toBe(true);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'pending',
      executorId: null,
      output: null,
      error: null,
      completedAtMs: null,
      wakeAtMs: expect.any(Number),
    });
    expect(await bench.store.steps(run.id)).toEqual(journal);
    const claimed = await bench.claimOne();
    expect(claimed).toMatchObject({ id: run.id, epoch: 2, startedAtMs: run.startedAtMs });
    await bench.writeAll([outcome(claimed, { seq: 1, ordinal: 2 }), succeed(claimed)]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'succeeded', error: null });
  });

  test('a cancelled run can be resumed', async (bench) => {
    const [pending] = await bench.queue(1);
    const running = await bench.begin();
    const ids = [pending!.id, running.id];
    await bench.store.cancel(ids);
    for (const id of ids) expect(await bench.store.resume(id)).toBe(true);
    const { runs } = await bench.claim();
    expect(idsOf(runs)).toEqual(sorted(ids));
  });

  test('only a failed or cancelled run can be resumed', async (bench) => {
    const [succeeded, waiting, running] = await bench.beginMany(3);
    const [pending] = await bench.queue(1);
    await bench.writeAll([succeed(succeeded!), park(waiting!)]);
    for (const { id } of [succeeded!, waiting!, running!, pending!]) {
      const before = await bench.see(id);
      expect(await bench.store.resume(id)).toBe(false);
      expect(await bench.see(id)).toEqual(before);
    }
    expect(await bench.store.resume(bench.id('missing'))).toBe(false);
  });

  test('who held a run before it was resumed cannot write to it', async (bench) => {
    const [failed, cancelled] = await bench.beginMany(2);
    await bench.writeAll([fail(failed!)]);
    await bench.store.cancel([cancelled!.id]);
    for (const run of [failed!, cancelled!]) {
      await bench.store.resume(run.id);
      for (const entry of [outcome(run), park(run), succeed(run)]) {
        expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
      }
      await bench.claimOne();
      for (const entry of [outcome(run), park(run), release(run), succeed(run), fail(run)]) {
        expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
      }
    }
  });

  test('of two who resume a run at once, one did it', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const run = await bench.begin();
      await bench.writeAll([fail(run)]);
      const both = await Promise.all([bench.store.resume(run.id), other.resume(run.id)]);
      expect(both.filter(Boolean)).toHaveLength(1);
      await bench.claimOne();
    }
  });
});
