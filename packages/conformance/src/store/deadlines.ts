import { expect } from 'vitest';
import { idsOf, sorted } from './bench.js';
import { outcome, park, payload, release, SOME_TIME_MS, succeed } from './entries.js';
import { subjectApart } from './subject.js';

const HOUR_MS = 3_600_000;
const TOO_LATE = payload({ message: 'too late' });

const expiry = ({ id }: { readonly id: string }) => ({ runId: id, error: TOO_LATE });

export const deadlines = subjectApart('deadlines', (test) => {
  test('the time limit of a run begins when it is first taken up, and later claims do not change it', async (bench) => {
    const [queued] = await bench.queue(1, { timeoutMs: HOUR_MS });
    expect(await bench.see(queued!.id)).toMatchObject({ timeoutMs: HOUR_MS, deadlineMs: null });
    const beforeMs = await bench.nowMs();
    const claimed = await bench.claimOne();
    const { deadlineMs } = claimed;
    expect(deadlineMs! - HOUR_MS).toBeGreaterThanOrEqual(beforeMs);
    expect(deadlineMs! - HOUR_MS).toBeLessThanOrEqual(await bench.nowMs());
    expect((await bench.see(queued!.id)).deadlineMs).toBe(deadlineMs);
    await bench.writeAll([release(claimed)]);
    expect((await bench.claimOne()).deadlineMs).toBe(deadlineMs);
  });

  test('of its own time limit and a deadline that it was given, the earlier counts', async (bench) => {
    const nowMs = await bench.nowMs();
    const [short, long] = [nowMs + HOUR_MS, nowMs + 48 * HOUR_MS];
    await bench.queue(1, { timeoutMs: 24 * HOUR_MS, deadlineMs: short });
    expect((await bench.claimOne()).deadlineMs).toBe(short);
    await bench.queue(1, { timeoutMs: 24 * HOUR_MS, deadlineMs: long });
    expect((await bench.claimOne()).deadlineMs).toBeLessThan(long - HOUR_MS);
  });

  test('a run that is begun at once has the deadline that it is given', async (bench) => {
    const run = await bench.begin({ timeoutMs: HOUR_MS, deadlineMs: SOME_TIME_MS + HOUR_MS });
    expect(await bench.see(run.id)).toMatchObject({
      timeoutMs: HOUR_MS,
      deadlineMs: SOME_TIME_MS + HOUR_MS,
    });
  });

  test('runs whose deadline has passed are found wherever they are, the longest overdue first', async (bench) => {
    const nowMs = await bench.nowMs();
    const past = (hours: number) => ({ deadlineMs: nowMs - hours * HOUR_MS });
    const [waiting, running] = [await bench.begin(past(2)), await bench.begin(past(4))];
    const [pending] = await bench.queue(1, past(3));
    await bench.writeAll([park(waiting)]);
    const [ended] = [await bench.begin(past(5))];
    await bench.writeAll([succeed(ended)]);
    await bench.begin({ deadlineMs: nowMs + HOUR_MS });
    await bench.begin();
    const found = await bench.store.control.overdue(10);
    expect(found.runs).toEqual([
      { id: running.id, deadlineMs: running.deadlineMs },
      { id: pending!.id, deadlineMs: pending!.deadlineMs },
      { id: waiting.id, deadlineMs: waiting.deadlineMs },
    ]);
    expect(found.nextInMs).toBeGreaterThan(HOUR_MS - 60_000);
    expect(found.nextInMs).toBeLessThanOrEqual(HOUR_MS);
    const few = await bench.store.control.overdue(2);
    expect(few.runs).toEqual(found.runs.slice(0, 2));
    expect(few.nextInMs).toBe(0);
  });

  test('without a deadline there is nothing to look for', async (bench) => {
    await bench.begin();
    expect(await bench.store.control.overdue(10)).toEqual({ runs: [], nextInMs: null });
  });

  test('an overdue run ends as cancelled, with an error; its parent is told and its executor has lost it', async (bench) => {
    const parent = await bench.begin();
    const run = await bench.begin({ parentId: parent.id, deadlineMs: SOME_TIME_MS });
    await bench.writeAll([outcome(run)]);
    expect(await bench.store.control.expire([expiry(run)])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'cancelled',
      error: TOO_LATE,
      output: null,
      epoch: 2,
      deadlineMs: SOME_TIME_MS,
      completedAtMs: expect.any(Number),
    });
    expect(await bench.store.statuses([run.id])).toMatchObject([{ state: 'cancelled', error: TOO_LATE }]);
    expect(await bench.commit(succeed(run))).toEqual({ kind: 'lost' });
    expect(await bench.commit(park(parent))).toEqual({ kind: 'signalled', signals: 1 });
    expect(await bench.store.control.overdue(10)).toEqual({ runs: [], nextInMs: null });
  });

  test('a run that has ended, has time left, has no deadline or is not there is left alone', async (bench) => {
    const [unlimited] = await bench.queue(1);
    const [later] = await bench.queue(1, { deadlineMs: (await bench.nowMs()) + HOUR_MS });
    const ended = await bench.begin({ deadlineMs: SOME_TIME_MS });
    await bench.writeAll([succeed(ended)]);
    const runs = [unlimited!, later!, ended];
    const before = await Promise.all(runs.map(({ id }) => bench.see(id)));
    const expiries = [...runs, { id: bench.id('missing') }].map(expiry);
    expect(await bench.store.control.expire(expiries)).toEqual([]);
    expect(await Promise.all(runs.map(({ id }) => bench.see(id)))).toEqual(before);
  });

  test('of two who end an overdue run at once, one did it', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 5; round++) {
      const runs = await bench.beginMany(10, { deadlineMs: SOME_TIME_MS });
      const both = await Promise.all([
        bench.store.control.expire(runs.map(expiry)),
        other.control.expire([...runs].reverse().map(expiry)),
      ]);
      expect(sorted(both.flat())).toEqual(idsOf(runs));
    }
  });

  test('a run that is resumed has no time limit, also if it was never taken up', async (bench) => {
    const run = await bench.begin({ timeoutMs: 1, deadlineMs: SOME_TIME_MS });
    await bench.store.control.expire([expiry(run)]);
    const [pending] = await bench.queue(1, { timeoutMs: HOUR_MS, delayMs: HOUR_MS });
    await bench.store.cancel([pending!.id]);
    for (const { id } of [run, pending!]) {
      expect(await bench.store.resume(id)).toBe(true);
      expect(await bench.see(id)).toMatchObject({ error: null, timeoutMs: null, deadlineMs: null });
    }
    const { runs } = await bench.claim();
    expect(runs.map(({ deadlineMs }) => deadlineMs)).toEqual([null, null]);
    expect(await bench.store.control.expire([expiry(run)])).toEqual([]);
  });
});
