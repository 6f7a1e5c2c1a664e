import type { OwnedRun } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { eventually, idsOf, sorted } from './bench.js';
import { outcome, park, payload, release, SOME_TIME_MS, start, succeed } from './entries.js';
import { subject } from './subject.js';

export const claiming = subject('claiming', (test) => {
  test('a claimed run comes with all that is needed to execute it', async (bench) => {
    const input = payload([1], '[[[0],"date"]]');
    const [run] = await bench.queue(1, { parentId: 'some-parent', input });
    const { runs } = await bench.claim();
    expect(runs).toEqual([
      {
        id: run!.id,
        key: run!.key,
        workflow: run!.workflow,
        version: run!.version,
        epoch: 1,
        input,
        parentId: 'some-parent',
        startedAtMs: expect.any(Number),
        signals: 0,
        queue: null,
        deadlineMs: null,
        seed: run!.key,
        takeovers: 0,
        isUnwinding: false,
        keepsSlot: false,
        isSlotScarce: false,
        isFailing: false,
        error: null,
        createdAtMs: expect.any(Number),
        traceContext: null,
      },
    ]);
  });

  test('a claimed run is running in the name of its executor', async (bench) => {
    await bench.queue(1);
    const executorId = await bench.executor();
    const { id, startedAtMs } = await bench.claimOne(executorId);
    expect(await bench.see(id)).toMatchObject({
      state: 'running',
      executorId,
      epoch: 1,
      wakeAtMs: null,
      startedAtMs,
    });
  });

  test('every claim raises the epoch, and the run has started when the first took it', async (bench) => {
    const [run] = await bench.queue(1);
    const first = await bench.claimOne();
    expect(Number.isInteger(first.startedAtMs)).toBe(true);
    await bench.writeAll([release(first)]);
    const second = await bench.claimOne();
    await bench.writeAll([park(second, { wakeAtMs: SOME_TIME_MS })]);
    const third = await bench.claimOne();
    expect([first, second, third].map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect([second, third].map(({ startedAtMs }) => startedAtMs)).toEqual([
      first.startedAtMs,
      first.startedAtMs,
    ]);
    expect((await bench.see(run!.id)).startedAtMs).toBe(first.startedAtMs);
  });

  test('a running run is claimed by nobody', async (bench) => {
    await bench.begin();
    expect(await bench.claim({ executorId: await bench.executor() })).toEqual({
      runs: [],
      nextDueInMs: null,
      isHeldBack: false,
    });
  });

  test('runs that have been due for longer come first', async (bench) => {
    const runs = await bench.beginMany(4);
    const waits = [3, 1, 4, 2];
    await bench.writeAll(runs.map((run, n) => park(run, { wakeAtMs: SOME_TIME_MS + waits[n]! })));
    const order = [];
    for (const _ of runs) order.push((await bench.claim({ limit: 1 })).runs[0]!.id);
    expect(order).toEqual([1, 3, 0, 2].map((n) => runs[n]!.id));
  });

  test('pending and waiting runs stand in one line', async (bench) => {
    const [parked] = await bench.beginMany(1);
    const [fresh] = await bench.queue(1);
    await bench.writeAll([park(parked!, { wakeAtMs: SOME_TIME_MS })]);
    expect((await bench.claim({ limit: 1 })).runs[0]!.id).toBe(parked!.id);
    expect((await bench.claim({ limit: 1 })).runs[0]!.id).toBe(fresh!.id);
  });

  test('of runs that are due since the same moment, the lower id comes first', async (bench) => {
    const runs = await bench.beginMany(5);
    await bench.writeAll([...runs].reverse().map((run) => park(run, { wakeAtMs: SOME_TIME_MS })));
    expect(idsOf((await bench.claim({ limit: 2 })).runs)).toEqual(runs.slice(0, 2).map(({ id }) => id));
    expect(idsOf((await bench.claim({ limit: 2 })).runs)).toEqual(runs.slice(2, 4).map(({ id }) => id));
  });

  test('a claim takes no more than its limit, and says that more is due', async (bench) => {
    await bench.queue(5);
    const first = await bench.claim({ limit: 3 });
    expect(first.runs).toHaveLength(3);
    expect(first.nextDueInMs).toBeLessThanOrEqual(0);
    const second = await bench.claim({ limit: 3 });
    expect(second.runs).toHaveLength(2);
    expect(second.nextDueInMs).toBeNull();
  });

  test('an executor gets only workflows that it has, in versions that it has', async (bench) => {
    const { workflow } = bench.served;
    const [mine, ...others] = await Promise.all([
      bench.queue(1),
      bench.queue(1, { version: '2' }),
      bench.queue(1, { workflow: `${workflow}-other` }),
      bench.queue(1, { workflow: `${workflow}-other`, version: '3' }),
    ]);
    expect((await bench.claimOne()).id).toBe(mine![0]!.id);
    expect((await bench.claim()).nextDueInMs).toBeNull();
    // Not every pairing of a name and a version, but these pairs.
    const serves = [
      { workflow, version: '2' },
      { workflow: `${workflow}-other`, version: '3' },
    ];
    const { runs } = await bench.store.claim({ executorId: await bench.self(), serves, limit: 10 });
    expect(idsOf(runs)).toEqual(idsOf([others[0]![0]!, others[2]![0]!]));
  });

  test('an executor that has no workflows gets nothing', async (bench) => {
    await bench.queue(1);
    const request = { executorId: await bench.self(), serves: [], limit: 10 };
    expect(await bench.store.claim(request)).toEqual({ runs: [], nextDueInMs: null, isHeldBack: false });
  });

  test('an executor may have hundreds of workflows', async (bench) => {
    const serves = Array.from({ length: 300 }, (_, n) => ({
      workflow: `${bench.served.workflow}-${n}`,
      version: `${n % 3}`,
    }));
    const runs = serves.map((served) => bench.newRun(served));
    await bench.writeAll(runs.map(start));
    const claimed = await bench.store.claim({ executorId: await bench.self(), serves, limit: 1000 });
    expect(idsOf(claimed.runs)).toEqual(idsOf(runs));
  });

  test('a claim says when the next run is due', async (bench) => {
    await bench.queue(1, { delayMs: 3_600_000 });
    const [asleep, forever] = await bench.beginMany(2);
    const nowMs = await bench.nowMs();
    await bench.writeAll([park(asleep!, { wakeAtMs: Math.floor(nowMs) + 60_000 }), park(forever!)]);
    const { runs, nextDueInMs } = await bench.claim();
    expect(runs).toEqual([]);
    expect(nextDueInMs).toBeGreaterThan(30_000);
    expect(nextDueInMs).toBeLessThanOrEqual(60_000);
  });

  test('when the next run is due does not depend on runs of workflows that the executor does not have', async (bench) => {
    await bench.queue(1, { delayMs: 60_000, version: '2' });
    expect((await bench.claim()).nextDueInMs).toBeNull();
    await bench.queue(1, { delayMs: 3_600_000 });
    expect((await bench.claim()).nextDueInMs).toBeGreaterThan(3_000_000);
  });

  test('a run is due when the claim before said so', async (bench) => {
    const [run] = await bench.queue(1, { delayMs: 100 });
    const early = await bench.claim();
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(early.nextDueInMs ?? 0) + 2));
    const late = await bench.claim();
    expect(idsOf([...early.runs, ...late.runs])).toEqual([run!.id]);
  });

  test('two executors that claim at once never get the same run, and between them get all', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 15; round++) {
      const queued = await bench.queue(60);
      const got: OwnedRun[] = [];
      const work = async (store = bench.store): Promise<void> => {
        const executorId = await bench.executor();
        await eventually('every run claimed by somebody', async () => {
          const { runs } = await bench.claim({ executorId, limit: 7 }, store);
          for (const run of runs) expect(run.epoch).toBe(1);
          got.push(...runs);
          return got.length >= queued.length || undefined;
        });
      };
      await Promise.all([work(), work(other), work(), work(other)]);
      expect(idsOf(got)).toEqual(idsOf(queued));
    }
  });

  test('who claims is the only one who can write', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const [run] = await bench.queue(1);
      const executors = [await bench.executor(), await bench.executor()];
      const claims = await Promise.all([
        bench.claim({ executorId: executors[0]!, limit: 1 }),
        bench.claim({ executorId: executors[1]!, limit: 1 }, other),
      ]);
      const winner = claims.findIndex(({ runs }) => runs.length === 1);
      expect(claims.flatMap(({ runs }) => runs)).toHaveLength(1);
      expect((await bench.see(run!.id)).executorId).toBe(executors[winner]);
      await bench.writeAll([succeed({ id: run!.id, epoch: 1 })]);
    }
  });

  test('a step that is written just when its run changes hands is lost, or in the journal that the new hands load', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 15; round++) {
      const [victim, heir] = [await bench.executor(), await bench.executor()];
      const runs = await bench.beginMany(8, { executorId: victim });
      const takeOver = async (): Promise<Set<string>> => {
        await other.bury(victim);
        const recorded = new Set<string>();
        const taken = new Set<string>();
        await eventually('all runs in new hands', async () => {
          const claimed = (await bench.claim({ executorId: heir }, other)).runs.map(({ id }) => id);
          const journals = await other.load(claimed);
          for (const id of claimed) {
            taken.add(id);
            if ((journals.get(id) ?? []).length > 0) recorded.add(id);
          }
          return taken.size === runs.length || undefined;
        });
        return recorded;
      };
      // Each by itself, so that the takeover falls among them.
      const write = Promise.all(
        runs.map(async (run) => ({ id: run.id, kind: (await bench.commit(outcome(run))).kind })),
      );
      const [written, recorded] = await Promise.all([write, takeOver()]);
      for (const { id, kind } of written) expect(kind).toBe(recorded.has(id) ? 'written' : 'lost');
    }
  });

  test('an executor finds every run in its name, however it came by it', async (bench) => {
    const executorId = await bench.executor();
    const started = await bench.begin({ executorId });
    await bench.queue(3);
    const { runs } = await bench.claim({ executorId, limit: 2 });
    await bench.begin();
    const owned = await bench.store.owned(executorId);
    expect(idsOf(owned)).toEqual(idsOf([started, ...runs]));
    expect(owned.find(({ id }) => id === runs[0]!.id)).toEqual(runs[0]);
  });

  test('what an executor parked, gave back or ended is not its own any more', async (bench) => {
    const executorId = await bench.executor();
    const runs = await bench.beginMany(5, { executorId });
    await bench.writeAll([park(runs[0]!), release(runs[1]!), succeed(runs[2]!)]);
    await bench.store.cancel([runs[3]!.id]);
    expect(idsOf(await bench.store.owned(executorId))).toEqual([runs[4]!.id]);
    expect(await bench.store.owned(bench.id('unknown'))).toEqual([]);
  });

  test('a claim may take hundreds of runs', async (bench) => {
    const queued = await bench.queue(500);
    const { runs } = await bench.claim({ limit: 500 });
    expect(idsOf(runs)).toEqual(sorted(queued.map(({ id }) => id)));
  });
});
