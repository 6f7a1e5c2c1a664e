import { expect } from 'vitest';
import { eventually, idsOf } from './bench.js';
import { outcome, park, release, SOME_TIME_MS, start, succeed } from './entries.js';
import { subjectApart } from './subject.js';

const LONG_MS = 600_000;
const SHORT_MS = 50;

const executor = (id: string) => ({ id, host: 'somewhere', pid: 4711 });

export const leases = subjectApart('leases', (test) => {
  test('an executor that registers is alive and learns the time of the store', async ({ store }) => {
    const first = await store.register(executor('a'), LONG_MS);
    expect(first).toEqual({ isAlive: true, nowMs: expect.any(Number), peers: 0, lapsed: 0, hasNews: false });
    const second = await store.renew('a', LONG_MS);
    expect(second.nowMs).toBeGreaterThanOrEqual(first.nowMs);
    // A day: clocks differ, but not units.
    expect(Math.abs(first.nowMs - Date.now())).toBeLessThan(86_400_000);
  });

  test('an executor learns how many others there are', async (bench) => {
    const { store } = bench;
    const other = await bench.another();
    await store.register(executor('a'), LONG_MS);
    expect(await other.register(executor('b'), LONG_MS)).toMatchObject({ peers: 1 });
    expect(await store.register(executor('c'), LONG_MS)).toMatchObject({ peers: 2 });
    expect(await other.renew('a', LONG_MS)).toMatchObject({ isAlive: true, peers: 2, lapsed: 0 });
  });

  test('registering that is repeated is harmless', async ({ store }) => {
    await store.register(executor('a'), LONG_MS);
    expect(await store.register(executor('a'), LONG_MS)).toMatchObject({ isAlive: true, peers: 0 });
    expect(await store.register(executor('b'), LONG_MS)).toMatchObject({ peers: 1, lapsed: 0 });
  });

  test('an executor that nobody registered is not alive', async ({ store }) => {
    await store.register(executor('a'), LONG_MS);
    expect(await store.renew('stranger', LONG_MS)).toMatchObject({ isAlive: false, peers: 1 });
    expect(await store.renew('a', LONG_MS)).toMatchObject({ peers: 0, lapsed: 0 });
  });

  test('an executor that does not renew its lease is counted as lapsed', async ({ store }) => {
    await store.register(executor('quiet'), SHORT_MS);
    const seen = await eventually('a lapsed lease', async () => {
      const renewal = await store.register(executor('a'), LONG_MS);
      return renewal.lapsed > 0 ? renewal : undefined;
    });
    expect(seen).toMatchObject({ peers: 0, lapsed: 1 });
  });

  test('an executor whose lease lapsed is back when it renews before anybody buries it', async ({
    store,
  }) => {
    await store.register(executor('quiet'), SHORT_MS);
    await store.register(executor('a'), LONG_MS);
    await eventually('a lapsed lease', async () => (await store.renew('a', LONG_MS)).lapsed || undefined);
    expect(await store.renew('quiet', LONG_MS)).toMatchObject({ isAlive: true, peers: 1 });
    expect(await store.renew('a', LONG_MS)).toMatchObject({ peers: 1, lapsed: 0 });
    expect(await store.bury(null)).toBe(0);
  });

  test('a lease that is renewed does not lapse', async ({ store }) => {
    await store.register(executor('a'), SHORT_MS);
    await store.register(executor('quiet'), SHORT_MS);
    await store.renew('a', LONG_MS);
    const lapsed = async () => (await store.register(executor('b'), LONG_MS)).lapsed || undefined;
    expect(await eventually('a lapsed lease', lapsed)).toBe(1);
  });

  test("burying whose lease lapsed makes their runs claimable, and nobody else's", async (bench) => {
    const { store } = bench;
    await store.register(executor('quiet'), SHORT_MS);
    await store.register(executor('a'), LONG_MS);
    const runs = await bench.beginMany(2, { executorId: 'quiet' });
    const safe = await bench.begin({ executorId: 'a' });
    await eventually('a lapsed lease', async () => (await store.renew('a', LONG_MS)).lapsed || undefined);
    expect(await store.bury(null)).toBe(2);
    expect(await store.renew('a', LONG_MS)).toMatchObject({ peers: 0, lapsed: 0 });
    expect(await bench.see(runs[0]!.id)).toMatchObject({
      state: 'pending',
      executorId: null,
      epoch: 1,
      startedAtMs: SOME_TIME_MS,
    });
    expect(await bench.see(safe.id)).toMatchObject({ state: 'running', executorId: 'a', epoch: 1 });
    const claimed = (await bench.claim({ executorId: 'a' })).runs;
    expect(idsOf(claimed)).toEqual(idsOf(runs));
    expect(claimed.map(({ epoch }) => epoch)).toEqual([2, 2]);
  });

  test('an executor may be buried by name while its lease stands', async (bench) => {
    const { store } = bench;
    await store.register(executor('victim'), LONG_MS);
    await store.register(executor('a'), LONG_MS);
    const run = await bench.begin({ executorId: 'victim' });
    expect(await store.bury('victim')).toBe(1);
    expect(await store.renew('victim', LONG_MS)).toMatchObject({ isAlive: false });
    expect(await store.renew('a', LONG_MS)).toMatchObject({ peers: 0, lapsed: 0 });
    expect((await bench.claimOne('a')).id).toBe(run.id);
  });

  test('what a buried executor writes is lost', async (bench) => {
    const { store } = bench;
    await store.register(executor('victim'), LONG_MS);
    const [run] = await bench.beginMany(1, { executorId: 'victim' });
    await store.bury('victim');
    const entries = [outcome(run!), park(run!), succeed(run!)];
    for (const entry of entries) expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
    await bench.claimOne();
    for (const entry of [...entries, release(run!)])
      expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
    expect(await store.steps(run!.id)).toEqual([]);
  });

  test('burying takes only what is running', async (bench) => {
    const { store } = bench;
    await store.register(executor('victim'), LONG_MS);
    const runs = await bench.beginMany(4, { executorId: 'victim' });
    await bench.writeAll([park(runs[0]!), succeed(runs[1]!), release(runs[2]!)]);
    const before = await Promise.all(runs.slice(0, 3).map(({ id }) => bench.see(id)));
    expect(await store.bury('victim')).toBe(1);
    expect(await Promise.all(runs.slice(0, 3).map(({ id }) => bench.see(id)))).toEqual(before);
    expect(await bench.see(runs[3]!.id)).toMatchObject({ state: 'pending' });
  });

  test('burying who is unknown, buried already or signed off changes nothing', async (bench) => {
    const { store } = bench;
    expect(await store.bury('stranger')).toBe(0);
    await store.register(executor('victim'), LONG_MS);
    await bench.begin({ executorId: 'victim' });
    expect(await store.bury('victim')).toBe(1);
    expect(await store.bury('victim')).toBe(0);
    await store.register(executor('b'), LONG_MS);
    await store.retire('b');
    expect(await store.bury('b')).toBe(0);
    expect(await store.bury(null)).toBe(0);
  });

  test('who was declared dead or signed off stays gone, whether it renews or registers again', async ({
    store,
  }) => {
    await store.register(executor('buried'), LONG_MS);
    await store.register(executor('retired'), LONG_MS);
    await store.bury('buried');
    await store.retire('retired');
    for (const id of ['buried', 'retired']) {
      expect(await store.renew(id, LONG_MS)).toMatchObject({ isAlive: false });
      expect(await store.register(executor(id), LONG_MS)).toMatchObject({ isAlive: false });
      expect(await store.renew(id, LONG_MS)).toMatchObject({ isAlive: false });
    }
    expect(await store.register(executor('a'), LONG_MS)).toMatchObject({
      isAlive: true,
      peers: 0,
      lapsed: 0,
      hasNews: false,
    });
  });

  test('a run that is started by who does not know yet that it was declared dead is left to others', async (bench) => {
    const { store } = bench;
    await store.register(executor('victim'), LONG_MS);
    await store.register(executor('a'), LONG_MS);
    await store.bury('victim');
    const run = { ...bench.newRun({ executorId: 'victim', startedAtMs: SOME_TIME_MS }), epoch: 1 };
    expect(await bench.commit(start(run))).toEqual({ kind: 'written' });
    expect(await bench.commit(start(run))).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toMatchObject({ state: 'pending', executorId: null, epoch: 1 });
    expect(await bench.commit(outcome(run))).toEqual({ kind: 'lost' });
    const claimed = await bench.claimOne('a');
    expect(claimed.id).toBe(run.id);
    await bench.writeAll([succeed(claimed)]);
  });

  test('who does not know yet that it was declared dead is given nothing', async (bench) => {
    const { store } = bench;
    await store.register(executor('victim'), LONG_MS);
    await store.register(executor('a'), LONG_MS);
    await store.bury('victim');
    const [run] = await bench.queue(1);
    expect((await bench.claim({ executorId: 'victim' })).runs).toEqual([]);
    expect((await bench.claimOne('a')).id).toBe(run!.id);
  });

  test('runs in the hands of who is not known are made claimable, too', async (bench) => {
    const { store } = bench;
    await store.register(executor('a'), LONG_MS);
    const run = await bench.begin({ executorId: 'stranger' });
    const safe = await bench.begin({ executorId: 'a' });
    expect(await store.bury(null)).toBe(1);
    expect((await bench.claimOne('a')).id).toBe(run.id);
    expect(await bench.see(safe.id)).toMatchObject({ state: 'running' });
  });

  test('whatever an executor takes up just when it is buried, nothing stays in its hands', async (bench) => {
    const other = await bench.another();
    await other.register(executor('a'), LONG_MS);
    for (let round = 0; round < 10; round++) {
      const victim = bench.id('victim');
      await bench.store.register(executor(victim), LONG_MS);
      const queued = await bench.queue(10);
      const held = await bench.beginMany(5, { executorId: victim });
      const fresh = Array.from({ length: 5 }, () =>
        bench.newRun({ executorId: victim, startedAtMs: SOME_TIME_MS }),
      );
      await Promise.all([
        bench.claim({ executorId: victim, limit: 5 }),
        bench.store.commit(fresh.map(start)),
        other.bury(victim),
        bench.claim({ executorId: victim, limit: 5 }),
      ]);
      const left = await other.owned(victim);
      if (left.length > 0) expect((await other.renew('a', LONG_MS)).lapsed).toBe(1);
      expect(await other.bury(null)).toBe(left.length);
      const { runs } = await bench.claim({ executorId: 'a' }, other);
      expect(idsOf(runs)).toEqual(idsOf([...queued, ...held, ...fresh]));
    }
  });

  test('of two who bury the same executor at once, each run is given back by one', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 5; round++) {
      const id = bench.id('victim');
      await bench.store.register(executor(id), LONG_MS);
      const runs = await bench.beginMany(10, { executorId: id });
      const counts = await Promise.all([bench.store.bury(id), other.bury(id)]);
      expect(counts[0]! + counts[1]!).toBe(10);
      expect(idsOf((await bench.claim()).runs)).toEqual(idsOf(runs));
    }
  });

  test('an executor that signs off gives back what it holds, and is gone', async (bench) => {
    const { store } = bench;
    await store.register(executor('a'), LONG_MS);
    await store.register(executor('b'), LONG_MS);
    const [held, ended] = await bench.beginMany(2, { executorId: 'b' });
    await bench.writeAll([succeed(ended!)]);
    await store.retire('b');
    expect(await store.renew('a', LONG_MS)).toMatchObject({ peers: 0, lapsed: 0 });
    expect(await store.renew('b', LONG_MS)).toMatchObject({ isAlive: false });
    expect(await bench.see(held!.id)).toMatchObject({ state: 'pending', executorId: null, epoch: 1 });
    expect((await bench.claimOne('a')).id).toBe(held!.id);
  });

  test('signing off that is repeated, or that of a stranger, is harmless', async ({ store }) => {
    await store.register(executor('b'), LONG_MS);
    await store.retire('b');
    await store.retire('b');
    await store.retire('stranger');
    expect(await store.register(executor('a'), LONG_MS)).toMatchObject({ peers: 0, lapsed: 0 });
  });

  test('an executor that signed off does not lapse', async ({ store }) => {
    await store.register(executor('b'), SHORT_MS);
    await store.register(executor('quiet'), SHORT_MS);
    await store.retire('b');
    const lapsed = async () => (await store.register(executor('a'), LONG_MS)).lapsed || undefined;
    expect(await eventually('a lapsed lease', lapsed)).toBe(1);
  });
});
