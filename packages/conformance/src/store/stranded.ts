import type { NewRun, StrandedGroup } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { park, succeed } from './entries.js';
import { subject } from './subject.js';

const LEASE_MS = 600_000;

/** An executor that has versions of this test's workflow, and serves queues. */
async function serving(
  bench: Bench,
  versions: readonly string[],
  queues: readonly string[] | null = null,
): Promise<string> {
  const id = bench.id('executor');
  const { workflow } = bench.served;
  const workflows = versions.map((version) => ({ workflow, version }));
  await bench.store.register({ id, host: 'somewhere', pid: 1, serves: { workflows, queues } }, LEASE_MS);
  return id;
}

/** The stranded runs of this test, without since when. */
async function stranded(bench: Bench): Promise<readonly Omit<StrandedGroup, 'workflow' | 'sinceMs'>[]> {
  const groups = await groupsOf(bench);
  return groups.map(({ version, queue, runs }) => ({ version, queue, runs }));
}

async function groupsOf(bench: Bench): Promise<readonly StrandedGroup[]> {
  const groups = (await bench.store.versions.stranded()).filter(
    ({ workflow }) => workflow === bench.served.workflow,
  );
  const nameOf = ({ version, queue }: StrandedGroup): string => `${version} ${queue ?? '~'}`;
  return [...groups].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

async function versionsOf(bench: Bench, runs: readonly Pick<NewRun, 'id'>[]): Promise<readonly string[]> {
  return Promise.all(runs.map(async ({ id }) => (await bench.see(id)).version));
}

export const stranding = subject('stranded runs', (test) => {
  test('are those whose version no live executor has, by version and queue', async (bench) => {
    const [mail, print] = [bench.id('mail'), bench.id('print')];
    await serving(bench, ['2']);
    await bench.queue(3);
    await bench.queue(2, { queue: mail });
    await bench.queue(1, { queue: print });
    await bench.queue(4, { version: '2', queue: mail });
    await bench.queue(1, { version: '3' });
    expect(await stranded(bench)).toEqual([
      { version: '1', queue: mail, runs: 2 },
      { version: '1', queue: print, runs: 1 },
      { version: '1', queue: null, runs: 3 },
      { version: '3', queue: null, runs: 1 },
    ]);
  });

  test('are also those whose queue nobody serves that has their version', async (bench) => {
    const [mail, print] = [bench.id('mail'), bench.id('print')];
    await serving(bench, ['1'], [mail]);
    await serving(bench, ['2']);
    await bench.queue(1);
    await bench.queue(1, { queue: mail });
    await bench.queue(1, { queue: print });
    expect(await stranded(bench)).toEqual([{ version: '1', queue: print, runs: 1 }]);
    await serving(bench, ['1'], [print]);
    expect(await stranded(bench)).toEqual([]);
  });

  test('are pending or parked, and not those that run or have ended', async (bench) => {
    const [running, ended, waiting] = await bench.beginMany(3);
    await bench.queue(1);
    await bench.writeAll([succeed(ended!), park(waiting!)]);
    expect((await bench.see(running!.id)).state).toBe('running');
    expect(await stranded(bench)).toEqual([{ version: '1', queue: null, runs: 2 }]);
  });

  test('are there since the last executor that had their version was gone', async (bench) => {
    await bench.queue(1);
    expect(await groupsOf(bench)).toMatchObject([{ sinceMs: null }]);
    const [first, second] = [await serving(bench, ['1']), await serving(bench, ['1'])];
    const beforeMs = await bench.nowMs();
    await bench.store.retire(first);
    expect(await groupsOf(bench)).toEqual([]);
    await bench.store.bury(second);
    const [group] = await groupsOf(bench);
    expect(group!.sinceMs).toBeGreaterThanOrEqual(beforeMs - 1);
    expect(group!.sinceMs).toBeLessThanOrEqual((await bench.nowMs()) + 1);
  });

  test('of a version can be moved to another, so many at a time', async (bench) => {
    const { workflow } = bench.served;
    const runs = await bench.queue(5);
    const [other] = await bench.queue(1, { version: '3' });
    const move = { workflow, from: '1', to: '2', queue: null, limit: 2 };
    expect(await bench.store.versions.moveVersion(move)).toEqual({ moved: 2, mayBeMore: true });
    expect(await bench.store.versions.moveVersion(move)).toEqual({ moved: 2, mayBeMore: true });
    expect(await bench.store.versions.moveVersion(move)).toEqual({ moved: 1, mayBeMore: false });
    expect(await bench.store.versions.moveVersion(move)).toEqual({ moved: 0, mayBeMore: false });
    expect(await versionsOf(bench, [...runs, other!])).toEqual(['2', '2', '2', '2', '2', '3']);
    expect((await bench.claim()).runs).toEqual([]);
    const { runs: claimed } = await bench.store.claim({
      executorId: await bench.self(),
      serves: [{ workflow, version: '2' }],
      limit: 10,
    });
    expect(claimed.map(({ version }) => version)).toEqual(['2', '2', '2', '2', '2']);
  });

  test('can be moved for one queue', async (bench) => {
    const { workflow } = bench.served;
    const queue = bench.id('queue');
    const [plain] = await bench.queue(1);
    const [enqueued] = await bench.queue(1, { queue });
    const move = { workflow, from: '1', to: '2', queue, limit: 10 };
    expect(await bench.store.versions.moveVersion(move)).toEqual({ moved: 1, mayBeMore: false });
    expect(await versionsOf(bench, [plain!, enqueued!])).toEqual(['1', '2']);
  });

  test('can be moved by their ids', async (bench) => {
    const [a, b, c] = await bench.queue(3);
    await bench.store.versions.moveRuns([c!.id], '2');
    expect(await bench.store.versions.moveRuns([a!.id, c!.id, a!.id, bench.id('missing')], '2')).toBe(1);
    expect(await versionsOf(bench, [a!, b!, c!])).toEqual(['2', '1', '2']);
    expect(await bench.store.versions.moveRuns([], '2')).toBe(0);
  });

  test('are moved with all that is known of them, and nothing that runs or has ended is', async (bench) => {
    const [running, ended, waiting] = await bench.beginMany(3);
    await bench.writeAll([succeed(ended!), park(waiting!, { wakeAtMs: 4_000_000_000_000 })]);
    const before = await bench.see(waiting!.id);
    const move = { workflow: bench.served.workflow, from: '1', to: '2', queue: null, limit: 10 };
    expect(await bench.store.versions.moveVersion(move)).toEqual({ moved: 1, mayBeMore: false });
    expect(await bench.store.versions.moveRuns([running!.id, ended!.id], '2')).toBe(0);
    expect(await bench.see(waiting!.id)).toEqual({ ...before, version: '2' });
    expect(await versionsOf(bench, [running!, ended!])).toEqual(['1', '1']);
  });

  test('that are moved and claimed at once go to executors that have their version, and all of them', async (bench) => {
    const { workflow } = bench.served;
    const other = await bench.another();
    const executorId = await bench.self();
    for (let round = 0; round < 10; round++) {
      await bench.queue(40);
      const moving = (async () => {
        const move = { workflow, from: '1', to: '2', queue: null, limit: 7 };
        for (let tries = 0; tries < 6; tries++) await other.versions.moveVersion(move);
      })();
      for (const version of ['1', '2', '1', '2']) {
        const { runs } = await bench.store.claim({
          executorId,
          serves: [{ workflow, version }],
          limit: 9,
        });
        expect(runs.map((run) => run.version)).toEqual(runs.map(() => version));
      }
      await moving;
      const both = ['1', '2'].map((version) => ({ workflow, version }));
      await bench.store.claim({ executorId, serves: both, limit: 100 });
      expect(await stranded(bench)).toEqual([]);
    }
  });
});
