import { expect } from 'vitest';
import { fail, park, payload, release, succeed } from './entries.js';
import { subject } from './subject.js';

export const finishing = subject('finishing', (test) => {
  test('a run that succeeds keeps its output, its last executor and the moment', async (bench) => {
    const run = await bench.begin();
    expect(await bench.commit(succeed(run, { output: payload({ ok: 1 }, '[[["ok"],"bigint"]]') }))).toEqual({
      kind: 'written',
    });
    const seen = await bench.see(run.id);
    expect(seen).toMatchObject({
      state: 'succeeded',
      executorId: await bench.self(),
      epoch: 1,
      output: { json: '{"ok":1}', extra: '[[["ok"],"bigint"]]' },
      error: null,
      wakeAtMs: null,
    });
    expect(seen.completedAtMs).toBeGreaterThanOrEqual(seen.createdAtMs);
  });

  test('a run that fails keeps its error', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([fail(run)]);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'failed',
      output: null,
      error: { json: '{"message":"out of stock"}', extra: null },
      completedAtMs: expect.any(Number),
    });
  });

  test('a run that has ended is never claimed', async (bench) => {
    const [run, other] = await bench.beginMany(2);
    await bench.writeAll([succeed(run!), fail(other!)]);
    expect(await bench.claim()).toEqual({ runs: [], nextDueInMs: null, isHeldBack: false });
  });

  test('an end that is repeated is written, and the first outcome stands', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([succeed(run)]);
    const before = await bench.see(run.id);
    expect(await bench.commit(succeed(run))).toEqual({ kind: 'written' });
    expect(await bench.commit(fail(run))).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toEqual(before);
  });

  test('a child that ends lets its running parent know', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    const before = await bench.see(parent.id);
    await bench.writeAll([succeed(child, { parentId: parent.id })]);
    expect(await bench.see(parent.id)).toEqual(before);
    expect(await bench.commit(park(parent))).toEqual({ kind: 'signalled', signals: 1 });
  });

  test('a child that ends wakes its waiting parent', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    await bench.writeAll([park(parent)]);
    expect((await bench.claim()).runs).toEqual([]);
    await bench.writeAll([fail(child, { parentId: parent.id })]);
    const seen = await bench.see(parent.id);
    expect(seen).toMatchObject({ state: 'waiting', wakeAtMs: expect.any(Number) });
    expect(await bench.claimOne()).toMatchObject({ id: parent.id, epoch: 2, signals: 1 });
  });

  test('a child that ends makes a parent due at once that would sleep for longer', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    const nowMs = await bench.nowMs();
    await bench.writeAll([park(parent, { wakeAtMs: nowMs + 3_600_000 })]);
    await bench.writeAll([succeed(child, { parentId: parent.id })]);
    expect((await bench.see(parent.id)).wakeAtMs).toBeLessThan(nowMs + 60_000);
    expect((await bench.claimOne()).id).toBe(parent.id);
  });

  // Else it is lost: who claims the parent meanwhile may look at the child before this write is visible, and park after.
  test('a child that ends is counted for a parent that waits for an executor', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    await bench.writeAll([release(parent)]);
    const { wakeAtMs } = await bench.see(parent.id);
    await bench.writeAll([succeed(child, { parentId: parent.id })]);
    expect(await bench.see(parent.id)).toMatchObject({ state: 'pending', wakeAtMs });
    expect(await bench.claimOne()).toMatchObject({ id: parent.id, signals: 1 });
  });

  // Once or each: what counts is that the number is another.
  test('several children that end in one batch let their parents know', async (bench) => {
    const [waiting, running, other] = await bench.beginMany(3);
    await bench.writeAll([park(waiting!)]);
    const children = [];
    for (const parent of [waiting!, running!, other!, running!, waiting!, waiting!]) {
      children.push(await bench.begin({ parentId: parent.id }));
    }
    await bench.writeAll(children.map((child) => succeed(child, { parentId: child.parentId })));
    const claimed = await bench.claimOne();
    expect(claimed.id).toBe(waiting!.id);
    expect(claimed.signals).toBeGreaterThan(0);
    expect(await bench.commit(park(other!))).toEqual({ kind: 'signalled', signals: 1 });
    const told = await bench.commit(park(running!));
    if (told.kind !== 'signalled') throw new Error(`the answer was ${told.kind}`);
    expect(await bench.commit(park(running!, { signals: told.signals }))).toEqual({ kind: 'written' });
  });

  test('an end that is repeated does not wake the parent twice', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    const end = succeed(child, { parentId: parent.id });
    await bench.writeAll([end]);
    await bench.writeAll([end]);
    expect(await bench.commit(park(parent))).toEqual({ kind: 'signalled', signals: 1 });
  });

  test('an end that is lost does not wake the parent', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    const stale = succeed({ id: child.id, epoch: 7 }, { parentId: parent.id });
    expect(await bench.commit(stale)).toEqual({ kind: 'lost' });
    expect(await bench.commit(park(parent))).toEqual({ kind: 'written' });
  });

  test('a child that ends leaves a parent that has ended as it is', async (bench) => {
    const [succeeded, failed, cancelled] = await bench.beginMany(3);
    const parents = [succeeded!, failed!, cancelled!];
    const children = [];
    for (const parent of parents) children.push(await bench.begin({ parentId: parent.id }));
    await bench.writeAll([succeed(succeeded!), fail(failed!)]);
    await bench.store.cancel([cancelled!.id]);
    for (const [n, parent] of parents.entries()) {
      const before = await bench.see(parent.id);
      const child = children[n]!;
      expect(await bench.commit(succeed(child, { parentId: parent.id }))).toEqual({ kind: 'written' });
      expect(await bench.see(parent.id)).toEqual(before);
    }
  });

  test('a child whose parent is not there ends like any other run', async (bench) => {
    const parentId = bench.id('missing');
    const child = await bench.begin({ parentId });
    expect(await bench.commit(succeed(child, { parentId }))).toEqual({ kind: 'written' });
    expect(await bench.see(child.id)).toMatchObject({ state: 'succeeded', parentId });
  });
});
