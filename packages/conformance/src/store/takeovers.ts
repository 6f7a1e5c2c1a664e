import { DEATHS_KEPT } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { attempt, fail, outcome } from './entries.js';
import { subject } from './subject.js';

/** The run's executor dies, and another takes it up. */
async function takeOver(bench: Bench, executorId: string, journal: 'stands' | 'grows' = 'stands') {
  if (journal === 'grows') {
    const { epoch, id } = (await bench.store.owned(executorId))[0]!;
    const seq = (await bench.store.steps(id)).length;
    await bench.writeAll([outcome({ id, epoch }, { seq, ordinal: seq + 1 })]);
  }
  await bench.store.bury(executorId);
  const next = await bench.executor();
  return { run: await bench.claimOne(next), executorId: next };
}

export const takeovers = subject('takeovers', (test) => {
  test('who takes a run from a dead executor learns how often in a row that happened', async (bench) => {
    let executorId = await bench.executor();
    await bench.begin({ executorId });
    for (let count = 1; count <= 3; count++) {
      const taken = await takeOver(bench, executorId);
      expect(taken.run).toMatchObject({ takeovers: count, epoch: count + 1 });
      expect(await bench.see(taken.run.id)).toMatchObject({ takeovers: count });
      executorId = taken.executorId;
    }
  });

  test('a run that has come further between two deaths is counted from one', async (bench) => {
    let executorId = await bench.executor();
    await bench.begin({ executorId });
    const counts: number[] = [];
    for (const journal of ['stands', 'stands', 'grows', 'stands', 'grows', 'grows'] as const) {
      const taken = await takeOver(bench, executorId, journal);
      counts.push(taken.run.takeovers);
      executorId = taken.executorId;
    }
    expect(counts).toEqual([1, 2, 1, 2, 1, 1]);
  });

  test('an attempt that failed is not further', async (bench) => {
    const executorId = await bench.executor();
    const run = await bench.begin({ executorId });
    const first = await takeOver(bench, executorId);
    await bench.writeAll([attempt(first.run, 1)]);
    expect((await takeOver(bench, first.executorId)).run).toMatchObject({ id: run.id, takeovers: 2 });
  });

  test('an executor that signs off takes nobody down', async (bench) => {
    const executorId = await bench.executor();
    await bench.begin({ executorId });
    const first = await takeOver(bench, executorId);
    await bench.store.retire(first.executorId);
    const run = await bench.claimOne();
    expect(run).toMatchObject({ takeovers: 1, epoch: 3 });
    expect((await bench.see(run.id)).deaths).toMatchObject([{ executorId }]);
  });

  test('it is kept who died with a run, where, and when: the last ten, since it last came further', async (bench) => {
    let executorId = await bench.executor();
    const { id } = await bench.begin({ executorId });
    await bench.store.register({ id: executorId, host: 'somewhere', pid: 4711 }, 600_000);
    expect((await bench.see(id)).deaths).toEqual([]);
    const died: string[] = [];
    const fromMs = await bench.nowMs();
    for (let count = 1; count <= DEATHS_KEPT + 2; count++) {
      died.push(executorId);
      executorId = (await takeOver(bench, executorId)).executorId;
    }
    const { deaths, takeovers: count } = await bench.see(id);
    expect(count).toBe(DEATHS_KEPT + 2);
    expect(deaths.map((death) => death.executorId)).toEqual(died.slice(2));
    for (const { host, pid, atMs } of deaths) {
      expect({ host, pid }).toEqual({ host: 'somewhere', pid: 4711 });
      expect(atMs).toBeGreaterThanOrEqual(fromMs);
      expect(atMs).toBeLessThanOrEqual(await bench.nowMs());
    }
    await takeOver(bench, executorId, 'grows');
    expect((await bench.see(id)).deaths).toMatchObject([{ executorId }]);
  });

  test('an executor that nobody registered can die too', async (bench) => {
    const executorId = bench.id('stranger');
    const { id } = await bench.begin({ executorId });
    await bench.store.bury(executorId);
    expect(await bench.see(id)).toMatchObject({
      takeovers: 1,
      deaths: [{ executorId, host: null, pid: null }],
    });
  });

  test('resuming a run counts from nothing', async (bench) => {
    const executorId = await bench.executor();
    await bench.begin({ executorId });
    const { run } = await takeOver(bench, executorId);
    await bench.writeAll([fail(run)]);
    expect(await bench.store.resume(run.id)).toBe(true);
    expect(await bench.see(run.id)).toMatchObject({ takeovers: 0, deaths: [] });
    const resumed = await bench.claimOne(await bench.executor());
    expect(resumed.takeovers).toBe(0);
  });
});
