import type { EntryOutcome, NotedWait, OwnedRun, StoreEntry } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { fail, type Held, park, payload, release, succeed } from './entries.js';
import { call, close, set, write } from './mail-entries.js';
import { subject } from './subject.js';

const AWAITED: EntryOutcome = { kind: 'written', isAwaited: true };
const WRITTEN: EntryOutcome = { kind: 'written' };

/** A wait for something of a run, by the call with that number. */
type Asked = (targetId: string, seq?: number) => NotedWait;
const forResult: Asked = (targetId, seq = 0) => ({ kind: 'result', targetId, seq });
const forEvent: Asked = (targetId, seq = 0) => ({ kind: 'event', targetId, name: 'progress', seq });
const forValue: Asked = (targetId, seq = 0) => ({
  kind: 'stream',
  targetId,
  name: 'tokens',
  position: 0,
  seq,
});

/** Notes what a run waits for. Answers whether that has come about. */
async function note(bench: Bench, run: Held, ...waits: NotedWait[]): Promise<boolean> {
  const come = await bench.store.waits.note([{ runId: run.id, epoch: run.epoch, waits }]);
  return come.includes(run.id);
}

/** A run that is parked, and what it waits for. */
async function parked(bench: Bench, ...waits: NotedWait[]): Promise<Held> {
  const run = await bench.begin();
  expect(await note(bench, run, ...waits)).toBe(false);
  await bench.writeAll([park(run)]);
  return run;
}

/** Reads all news. Answers how many runs are due by it. */
async function wake(bench: Bench): Promise<number> {
  let woken = 0;
  for (let hasMore = true; hasMore; ) {
    const found = await bench.store.waits.wake(100);
    woken += found.runs;
    hasMore = found.hasMore;
  }
  return woken;
}

async function sweep(bench: Bench): Promise<void> {
  let after = (await bench.store.waits.sweep(null, 100)).next;
  while (after) after = (await bench.store.waits.sweep(after, 100)).next;
}

async function isDue(bench: Bench, { id }: Held): Promise<boolean> {
  return (await bench.see(id)).wakeAtMs !== null;
}

export const waits = subject('waits', (test) => {
  test('a run that waits for an event of another run is due when that is set', async (bench) => {
    const target = await bench.begin();
    const waiter = await parked(bench, forEvent(target.id));
    expect(await bench.commit(set(target.id, 1, { step: call(target, 'set', 0) }))).toEqual(AWAITED);
    expect(await isDue(bench, waiter)).toBe(false);
    expect(await wake(bench)).toBe(1);
    expect(await bench.claimOne()).toMatchObject({ id: waiter.id, signals: 1, epoch: 2 });
  });

  test('one that waits for a value of a stream is due when it is written, and not before', async (bench) => {
    const target = await bench.begin();
    await bench.writeAll([write(target.id, 'a', { step: call(target, 'write', 0) })]);
    const waiter = await parked(bench, { ...forValue(target.id), position: 2 } as NotedWait);
    for (const [seq, due] of [
      [1, 0],
      [2, 1],
    ] as const) {
      const entry = write(target.id, 'b', { step: call(target, 'write', seq) });
      expect(await bench.commit(entry)).toEqual(AWAITED);
      expect(await wake(bench)).toBe(due);
      expect(await isDue(bench, waiter)).toBe(due > 0);
    }
  });

  test('the close of a stream, and the end of its run, end the wait for its values', async (bench) => {
    const [one, two] = await bench.beginMany(2);
    const waiters = [await parked(bench, forValue(one!.id)), await parked(bench, forValue(two!.id))];
    expect(await bench.commit(close(one!.id, { step: call(one!, 'close', 0) }))).toEqual(AWAITED);
    expect(await bench.commit(succeed(two!))).toEqual(AWAITED);
    expect(await wake(bench)).toBe(2);
    for (const waiter of waiters) expect(await isDue(bench, waiter)).toBe(true);
  });

  const ends: readonly (readonly [string, (bench: Bench, run: Held) => Promise<unknown>])[] = [
    ['succeeds', async (bench, run) => expect(await bench.commit(succeed(run))).toEqual(AWAITED)],
    ['fails', async (bench, run) => expect(await bench.commit(fail(run))).toEqual(AWAITED)],
    ['is cancelled', (bench, { id }) => bench.store.cancel([id])],
    ['is cancelled with all below it', (bench, { id }) => bench.store.control.cancelTrees([id])],
  ];
  for (const [how, end] of ends) {
    test(`those that wait for anything of a run are due when it ${how}`, async (bench) => {
      const [target, other] = await bench.beginMany(2);
      const { id } = target!;
      const waiters = [];
      for (const wait of [forResult, forEvent, forValue]) waiters.push(await parked(bench, wait(id)));
      const uninvolved = await parked(bench, forResult(other!.id));
      await end(bench, target!);
      expect(await wake(bench)).toBe(3);
      for (const waiter of waiters) expect(await isDue(bench, waiter)).toBe(true);
      expect(await isDue(bench, uninvolved)).toBe(false);
    });
  }

  test('those that wait for anything of a run are due when its time is over', async (bench) => {
    const target = await bench.begin({ deadlineMs: Math.floor(await bench.nowMs()) - 1000 });
    const waiter = await parked(bench, forResult(target.id));
    const error = payload({ message: 'too late' });
    expect(await bench.store.control.expire([{ runId: target.id, error }])).toEqual([target.id]);
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, waiter)).toBe(true);
  });

  test('those that wait for a run are due when it is deleted with the news of its end unread', async (bench) => {
    const target = await bench.begin();
    const waiter = await parked(bench, forEvent(target.id));
    await bench.writeAll([succeed(target)]);
    expect(await bench.store.repair.delete([target.id], false)).toEqual([target.id]);
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, waiter)).toBe(true);
  });

  test('what somebody outside shows of a run is news as well', async (bench) => {
    const target = await bench.begin();
    const waiters = [await parked(bench, forEvent(target.id)), await parked(bench, forValue(target.id))];
    expect(await bench.commit(set(target.id, 1))).toEqual(AWAITED);
    expect(await bench.commit(write(target.id, 1, { epoch: 1, seq: 0 }))).toEqual(AWAITED);
    expect(await wake(bench)).toBe(2);
    for (const waiter of waiters) expect(await isDue(bench, waiter)).toBe(true);
  });

  test('nobody is told of what nobody waits for', async (bench) => {
    const target = await bench.begin();
    const entries: StoreEntry[] = [
      set(target.id, 1, { step: call(target, 'set', 0) }),
      write(target.id, 1, { step: call(target, 'write', 1) }),
      close(target.id, { step: call(target, 'close', 2) }),
    ];
    expect(await bench.store.commit(entries)).toEqual([WRITTEN, WRITTEN, WRITTEN]);
    expect(await bench.commit(succeed(target))).toEqual(WRITTEN);
    expect(await bench.store.waits.wake(100)).toEqual({ runs: 0, hasMore: false });
  });

  test('once everybody was told, nobody waits any more', async (bench) => {
    const target = await bench.begin();
    await parked(bench, forEvent(target.id));
    expect(await bench.commit(set(target.id, 1))).toEqual(AWAITED);
    expect(await wake(bench)).toBe(1);
    expect(await bench.commit(set(target.id, 2))).toEqual(WRITTEN);
    expect(await bench.commit(succeed(target))).toEqual(WRITTEN);
  });

  test('what somebody still waits for stays awaited when others were told', async (bench) => {
    const target = await bench.begin();
    const waiter = await parked(bench, forResult(target.id));
    await parked(bench, forEvent(target.id));
    await bench.writeAll([set(target.id, 1)]);
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, waiter)).toBe(false);
    expect(await bench.commit(succeed(target))).toEqual(AWAITED);
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, waiter)).toBe(true);
  });

  test('a thousand that wait for one event are due by one piece of news', async (bench) => {
    const target = await bench.begin();
    const runs = await bench.beginMany(1000);
    const noted = runs.map(({ id, epoch }) => ({ runId: id, epoch, waits: [forEvent(target.id)] }));
    expect(await bench.store.waits.note(noted)).toEqual([]);
    await bench.writeAll(runs.map((run) => park(run)));
    await bench.writeAll([set(target.id, 1)]);
    expect(await wake(bench)).toBe(1000);
    expect((await bench.claim()).runs).toHaveLength(1000);
  });

  test('a run is told what has come about before it was noted, of each thing there is', async (bench) => {
    const [shown, ended, waiter] = await bench.beginMany(3);
    await bench.writeAll([set(shown!.id, 1), write(shown!.id, 'a'), close(shown!.id, { name: 'closed' })]);
    await bench.writeAll([succeed(ended!)]);
    const come = [
      forEvent(shown!.id),
      forValue(shown!.id),
      { ...forValue(shown!.id), name: 'closed', position: 7 } as NotedWait,
      forResult(ended!.id),
      forEvent(ended!.id),
      forValue(ended!.id),
      forResult('nobody'),
    ];
    for (const wait of come) expect(await note(bench, waiter!, wait)).toBe(true);
    const yetToCome = [
      forResult(shown!.id),
      { ...forEvent(shown!.id), name: 'stage' } as NotedWait,
      { ...forValue(shown!.id), position: 1 } as NotedWait,
    ];
    for (const wait of yetToCome) expect(await note(bench, waiter!, wait)).toBe(false);
  });

  test('a run is not parked when news was read between the note and the parking', async (bench) => {
    const [target, waiter] = await bench.beginMany(2);
    expect(await note(bench, waiter!, forEvent(target!.id))).toBe(false);
    await bench.writeAll([set(target!.id, 1)]);
    expect(await wake(bench)).toBe(0);
    expect(await bench.commit(park(waiter!))).toEqual({ kind: 'signalled', signals: 1 });
  });

  test('a run that is parked before the news is read is due by it', async (bench) => {
    const [target, waiter] = await bench.beginMany(2);
    expect(await note(bench, waiter!, forEvent(target!.id))).toBe(false);
    await bench.writeAll([set(target!.id, 1)]);
    await bench.writeAll([park(waiter!)]);
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, waiter!)).toBe(true);
  });

  test('what a run waits for is what was noted last', async (bench) => {
    const [one, two, waiter] = await bench.beginMany(3);
    expect(await note(bench, waiter!, forEvent(one!.id, 0), forEvent(two!.id, 1))).toBe(false);
    expect(await note(bench, waiter!, forEvent(two!.id, 1), forResult(two!.id, 2))).toBe(false);
    await bench.writeAll([park(waiter!)]);
    await bench.writeAll([set(one!.id, 1)]);
    expect(await wake(bench)).toBe(0);
    await bench.writeAll([succeed(two!)]);
    expect(await wake(bench)).toBe(1);
    expect(await bench.see(waiter!.id)).toMatchObject({ state: 'waiting' });
    expect(await isDue(bench, waiter!)).toBe(true);
  });

  test('a wait that is noted with another content counts as it is now', async (bench) => {
    const [one, two, waiter] = await bench.beginMany(3);
    expect(await note(bench, waiter!, forEvent(one!.id))).toBe(false);
    expect(await note(bench, waiter!, forValue(two!.id))).toBe(false);
    await bench.writeAll([park(waiter!)]);
    await bench.writeAll([set(one!.id, 1)]);
    expect(await wake(bench)).toBe(0);
    await bench.writeAll([write(two!.id, 1)]);
    expect(await wake(bench)).toBe(1);
  });

  test('an executor that lost the run notes nothing', async (bench) => {
    const [target, run] = await bench.beginMany(2);
    await bench.writeAll([release(run!)]);
    const claimed: OwnedRun = await bench.claimOne();
    expect(await note(bench, claimed, forEvent(target!.id))).toBe(false);
    expect(await note(bench, run!, forResult(target!.id))).toBe(false);
    await bench.writeAll([park(claimed)]);
    await bench.writeAll([set(target!.id, 1)]);
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, claimed)).toBe(true);
  });

  test('a run may wait for something of its own', async (bench) => {
    const run = await bench.begin();
    expect(await note(bench, run, forEvent(run.id))).toBe(false);
    await bench.writeAll([park(run)]);
    await bench.writeAll([set(run.id, 1)]);
    expect(await wake(bench)).toBe(1);
    expect((await bench.claimOne()).id).toBe(run.id);
  });

  test('two that wait for each other are both told', async (bench) => {
    const [one, two] = await bench.beginMany(2);
    await note(bench, one!, forEvent(two!.id));
    await note(bench, two!, forEvent(one!.id));
    await bench.writeAll([park(one!), park(two!)]);
    await bench.writeAll([set(one!.id, 1), set(two!.id, 1)]);
    expect(await wake(bench)).toBe(2);
    expect((await bench.claim()).runs).toHaveLength(2);
  });

  test('news of a run that was resumed meanwhile is none of its end: who waits goes on waiting', async (bench) => {
    const target = await bench.begin();
    const waiter = await parked(bench, forResult(target.id));
    await bench.writeAll([fail(target)]);
    expect(await bench.store.resume(target.id)).toBe(true);
    expect(await wake(bench)).toBe(0);
    expect(await isDue(bench, waiter)).toBe(false);
    expect(await bench.commit(succeed(await bench.claimOne()))).toEqual(AWAITED);
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, waiter)).toBe(true);
  });

  test('an end that is written again, as its answer was lost, may still be news', async (bench) => {
    const target = await bench.begin();
    await parked(bench, forResult(target.id));
    await bench.writeAll([succeed(target)]);
    expect(await bench.commit(succeed(target))).toEqual(AWAITED);
    expect(await wake(bench)).toBe(1);
  });

  test('so may an event', async (bench) => {
    const target = await bench.begin();
    await parked(bench, forEvent(target.id));
    const entry = set(target.id, 1, { step: call(target, 'set', 0) });
    await bench.writeAll([entry]);
    expect(await bench.commit(entry)).toEqual(AWAITED);
    expect(await wake(bench)).toBe(1);
  });

  test('whoever renews a lease learns that there is news, until it is read', async (bench) => {
    const renewed = async () => bench.store.renew(await bench.self(), 600_000);
    const target = await bench.begin();
    await parked(bench, forResult(target.id));
    expect(await renewed()).toMatchObject({ hasNews: false });
    await bench.writeAll([succeed(target)]);
    expect(await renewed()).toMatchObject({ hasNews: true });
    await wake(bench);
    expect(await renewed()).toMatchObject({ hasNews: false });
  });

  test('news is read in portions', async (bench) => {
    const targets = await bench.beginMany(5);
    for (const { id } of targets) await parked(bench, forResult(id));
    await bench.writeAll(targets.map((target) => succeed(target)));
    expect(await bench.store.waits.wake(3)).toEqual({ runs: 3, hasMore: true });
    expect(await wake(bench)).toBe(2);
  });

  test('a run that has ended otherwise is not woken', async (bench) => {
    const target = await bench.begin();
    const waiter = await parked(bench, forResult(target.id));
    await bench.store.cancel([waiter.id]);
    await bench.writeAll([succeed(target)]);
    expect(await wake(bench)).toBe(0);
    expect(await bench.see(waiter.id)).toMatchObject({ state: 'cancelled', wakeAtMs: null });
  });

  test('a sweep forgets the waits of runs that have ended, and leaves the others', async (bench) => {
    const [target, other] = await bench.beginMany(2);
    const gone = await parked(bench, forResult(target!.id));
    const waiter = await parked(bench, forResult(other!.id));
    await bench.store.cancel([gone.id]);
    await sweep(bench);
    await bench.writeAll([succeed(target!), succeed(other!)]);
    // Of the first one there is news, as nobody looked whether anybody is left.
    expect(await wake(bench)).toBe(1);
    expect(await isDue(bench, waiter)).toBe(true);
  });

  test('a sweep goes through the waits in portions', async (bench) => {
    const target = await bench.begin();
    for (let made = 0; made < 5; made++) await parked(bench, forResult(target.id), forEvent(target.id, 1));
    const seen = new Set<string>();
    let swept = await bench.store.waits.sweep(null, 3);
    while (swept.next) {
      const position = `${swept.next.runId} ${swept.next.seq}`;
      expect(seen).not.toContain(position);
      seen.add(position);
      swept = await bench.store.waits.sweep(swept.next, 3);
    }
    expect(seen.size).toBeGreaterThanOrEqual(3);
  });
});
