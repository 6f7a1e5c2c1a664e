import { expect } from 'vitest';
import { park, release, SOME_TIME_MS, succeed } from './entries.js';
import { subject } from './subject.js';

export const parking = subject('parking', (test) => {
  test("a parked run waits in nobody's hands until the moment it names", async (bench) => {
    const run = await bench.begin();
    const wakeAtMs = Math.floor(await bench.nowMs()) + 3_600_000;
    expect(await bench.commit(park(run, { wakeAtMs }))).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toMatchObject({ state: 'waiting', executorId: null, epoch: 1, wakeAtMs });
    expect((await bench.claim()).runs).toEqual([]);
  });

  test('a run parked for no moment waits for a signal only', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([park(run)]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'waiting', wakeAtMs: null });
    expect(await bench.claim()).toEqual({ runs: [], nextDueInMs: null, isHeldBack: false });
  });

  test('a run parked until a moment that has passed is due at once', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([park(run, { wakeAtMs: SOME_TIME_MS })]);
    expect(await bench.claimOne()).toMatchObject({ id: run.id, epoch: 2 });
  });

  test('a run is not parked when more has come in than its executor knows of', async (bench) => {
    const parent = await bench.begin();
    const children = await bench.beginMany(2, { parentId: parent.id });
    for (const child of children) await bench.writeAll([succeed(child, { parentId: parent.id })]);
    const before = await bench.see(parent.id);
    expect(await bench.commit(park(parent, { signals: 1 }))).toEqual({ kind: 'signalled', signals: 2 });
    expect(await bench.see(parent.id)).toEqual(before);
    expect(await bench.commit(park(parent, { signals: 2 }))).toEqual({ kind: 'written' });
    expect(await bench.see(parent.id)).toMatchObject({ state: 'waiting' });
  });

  test('what came in stays counted through every later claim', async (bench) => {
    const parent = await bench.begin();
    const [one, two] = await bench.beginMany(2, { parentId: parent.id });
    await bench.writeAll([park(parent)]);
    await bench.writeAll([succeed(one!, { parentId: parent.id })]);
    const first = await bench.claimOne();
    expect(first.signals).toBe(1);
    expect(await bench.commit(park(first, { signals: 0 }))).toEqual({ kind: 'signalled', signals: 1 });
    await bench.writeAll([park(first, { signals: 1 })]);
    await bench.writeAll([succeed(two!, { parentId: parent.id })]);
    expect((await bench.claimOne()).signals).toBe(2);
  });

  test('parking that is repeated is written', async (bench) => {
    const run = await bench.begin();
    const entry = park(run, { wakeAtMs: SOME_TIME_MS });
    await bench.writeAll([entry]);
    const before = await bench.see(run.id);
    expect(await bench.commit(entry)).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toEqual(before);
  });

  test('parking that is repeated after a signal came in leaves the run due', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    await bench.writeAll([park(parent)]);
    await bench.writeAll([succeed(child, { parentId: parent.id })]);
    expect(await bench.commit(park(parent))).toEqual({ kind: 'written' });
    expect((await bench.claimOne()).id).toBe(parent.id);
  });

  test('parking that is repeated after another claimed the run is lost', async (bench) => {
    const run = await bench.begin();
    const entry = park(run, { wakeAtMs: SOME_TIME_MS });
    await bench.writeAll([entry]);
    await bench.claimOne(await bench.executor());
    const before = await bench.see(run.id);
    expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
    expect(await bench.see(run.id)).toEqual(before);
  });

  test('a parked run that never fell due can be claimed by nobody, and one that did by anybody', async (bench) => {
    const [due, asleep] = await bench.beginMany(2);
    const later = (await bench.nowMs()) + 3_600_000;
    await bench.writeAll([
      park(due!, { wakeAtMs: SOME_TIME_MS }),
      park(asleep!, { wakeAtMs: Math.floor(later) }),
    ]);
    expect((await bench.claimOne(await bench.executor())).id).toBe(due!.id);
    expect((await bench.claim()).runs).toEqual([]);
  });

  test('a run that is given back is due at once, for any executor', async (bench) => {
    const run = await bench.begin();
    expect(await bench.commit(release(run))).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toMatchObject({
      state: 'pending',
      executorId: null,
      epoch: 1,
      startedAtMs: SOME_TIME_MS,
    });
    const claimed = await bench.claimOne(await bench.executor());
    expect(claimed).toMatchObject({ id: run.id, epoch: 2, startedAtMs: SOME_TIME_MS });
  });

  test('giving a run back keeps count of what came in', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.begin({ parentId: parent.id });
    await bench.writeAll([succeed(child, { parentId: parent.id })]);
    await bench.writeAll([release(parent)]);
    expect((await bench.claimOne()).signals).toBe(1);
  });

  test('giving back that is repeated is written', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([release(run)]);
    const before = await bench.see(run.id);
    expect(await bench.commit(release(run))).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toEqual(before);
  });

  test('giving back that is repeated after another claimed the run is lost', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([release(run)]);
    await bench.claimOne(await bench.executor());
    expect(await bench.commit(release(run))).toEqual({ kind: 'lost' });
    expect(await bench.see(run.id)).toMatchObject({ state: 'running', epoch: 2 });
  });

  test('a parent that parks while its child ends never sleeps through it', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const parents = await bench.beginMany(10);
      const children = [];
      for (const { id: parentId } of parents) children.push(await bench.begin({ parentId }));
      const ends = children.map((child) => succeed(child, { parentId: child.parentId })).reverse();
      const [parked, ended] = await Promise.all([
        bench.store.commit(parents.map((parent) => park(parent))),
        other.commit(ends),
      ]);
      expect(ended).toEqual(ends.map(() => ({ kind: 'written' })));
      const told = parents.filter((_, index) => parked[index]!.kind === 'signalled');
      for (const [index, parent] of parents.entries()) {
        if (parked[index]!.kind === 'written') continue;
        expect(parked[index]).toEqual({ kind: 'signalled', signals: 1 });
        expect(await bench.see(parent.id)).toMatchObject({ state: 'running', epoch: 1 });
      }
      const { runs } = await bench.claim();
      expect(runs.every(({ signals }) => signals === 1)).toBe(true);
      expect([...runs, ...told].map(({ id }) => id).sort()).toEqual(parents.map(({ id }) => id).sort());
    }
  });
});
