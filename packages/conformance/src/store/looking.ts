import { expect } from 'vitest';
import { fail, outcome, park, payload, SOME_TIME_MS, succeed } from './entries.js';
import { subject } from './subject.js';

export const looking = subject('looking', (test) => {
  test('a run that is not there is not shown', async (bench) => {
    const { store } = bench;
    const missing = bench.id('missing');
    expect(await store.run(missing)).toBeUndefined();
    expect(await store.steps(missing)).toEqual([]);
    expect(await store.statuses([missing])).toEqual([]);
  });

  test('a status says how far a run has come, and its outcome', async (bench) => {
    const [succeeded, failed, cancelled, waiting, running] = await bench.beginMany(5);
    const [pending] = await bench.queue(1);
    const output = payload(1, '[[[],"bigint"]]');
    await bench.writeAll([succeed(succeeded!, { output }), fail(failed!), park(waiting!)]);
    await bench.store.cancel([cancelled!.id]);
    const all = [succeeded!, failed!, cancelled!, waiting!, running!, pending!];
    const found = await bench.store.statuses([...all.map(({ id }) => id), bench.id('missing')]);
    expect(found).toHaveLength(6);
    const statuses = new Map(found.map((status) => [status.id, status]));
    const error = payload({ message: 'out of stock' });
    const [executorId, { workflow }] = [await bench.self(), bench.served];
    const bare = { workflow, output: null, error: null };
    expect(statuses.get(succeeded!.id)).toEqual({
      ...bare,
      id: succeeded!.id,
      state: 'succeeded',
      executorId,
      output,
    });
    expect(statuses.get(failed!.id)).toEqual({ ...bare, id: failed!.id, state: 'failed', executorId, error });
    expect(statuses.get(running!.id)).toEqual({ ...bare, id: running!.id, state: 'running', executorId });
    expect(statuses.get(waiting!.id)).toEqual({
      ...bare,
      id: waiting!.id,
      state: 'waiting',
      executorId: null,
    });
    expect(statuses.get(pending!.id)).toEqual({
      ...bare,
      id: pending!.id,
      state: 'pending',
      executorId: null,
    });
    expect(statuses.get(cancelled!.id)).toMatchObject({ ...bare, state: 'cancelled' });
  });

  test('the statuses of many runs are read at once', async (bench) => {
    const runs = await bench.queue(1000);
    const statuses = await bench.store.statuses(runs.map(({ id }) => id));
    expect(new Set(statuses.map(({ id }) => id))).toEqual(new Set(runs.map(({ id }) => id)));
  });

  test('times are whole milliseconds, and come in the order of what happened', async (bench) => {
    await bench.queue(1);
    const run = await bench.claimOne();
    await bench.writeAll([succeed(run)]);
    const { createdAtMs, startedAtMs, completedAtMs } = await bench.see(run.id);
    const times = [createdAtMs, startedAtMs!, completedAtMs!];
    expect(times.every(Number.isInteger)).toBe(true);
    // But for a millisecond: fractions of one may be rounded either way.
    expect(startedAtMs! - createdAtMs).toBeGreaterThanOrEqual(-1);
    expect(completedAtMs! - startedAtMs!).toBeGreaterThanOrEqual(-1);
  });

  test('times far away come back exactly', async (bench) => {
    const run = await bench.begin();
    const inACentury = SOME_TIME_MS + 100 * 365 * 86_400_000;
    await bench.writeAll([outcome(run, { startedAtMs: 0, completedAtMs: inACentury })]);
    expect(await bench.store.steps(run.id)).toMatchObject([{ startedAtMs: 0, completedAtMs: inACentury }]);
    await bench.writeAll([park(run, { wakeAtMs: inACentury })]);
    expect((await bench.see(run.id)).wakeAtMs).toBe(inACentury);
  });

  test('another handle sees what was written', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run)]);
    const other = await bench.another();
    expect(await bench.inFull(run.id, other)).toEqual(await bench.inFull(run.id));
    expect(await other.load([run.id])).toEqual(await bench.store.load([run.id]));
  });

  test('what was shown does not change with the run', async (bench) => {
    const run = await bench.begin();
    const shown = await bench.inFull(run.id);
    const kept = structuredClone(shown);
    await bench.writeAll([outcome(run), succeed(run)]);
    expect(shown).toEqual(kept);
  });

  test('to ask for nothing gives nothing', async ({ store }) => {
    expect(await store.commit([])).toEqual([]);
    expect((await store.load([])).size).toBe(0);
    expect(await store.statuses([])).toEqual([]);
    expect(await store.cancel([])).toEqual([]);
    await store.announce([]);
  });
});
