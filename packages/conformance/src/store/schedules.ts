import { randomUUID } from 'node:crypto';
import type { NewRun, NewSchedule, ScheduleRecord, Tick, TickOutcome } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { park, payload, succeed } from './entries.js';
import { subjectApart } from './subject.js';

/** Long ago, so that a schedule is due, and on a whole second. */
const LONG_AGO_MS = 1_750_000_000_000;
const HOUR_MS = 3_600_000;
/** Beyond any test. */
const FAR_MS = 4_000_000_000_000;

function newSchedule(changes: Partial<NewSchedule> = {}): NewSchedule {
  return {
    name: 'nightly',
    cron: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    workflow: 'report',
    version: '1',
    input: payload(['1970-01-01T00:00:00.000Z', 'ada'], '[[[0],"date"]]'),
    tags: '{"kind":"report"}',
    queue: null,
    priority: 0,
    partitionKey: null,
    timeoutMs: null,
    isSingleton: false,
    catchUp: 'one',
    overlap: 'allow',
    write: 'by hand',
    definition: null,
    nextAtMs: LONG_AGO_MS,
    ...changes,
  };
}

/** The tick of a schedule that is due, and the run of it. */
function tickOf(bench: Bench, schedule: ScheduleRecord, changes: Partial<Tick> = {}): Tick {
  const { name, revision, nextAtMs } = schedule;
  return {
    name,
    revision,
    nextAtMs: nextAtMs! + HOUR_MS,
    lastAtMs: nextAtMs!,
    runs: [runOf(bench, schedule)],
    ...changes,
  };
}

function runOf(bench: Bench, { name, nextAtMs }: ScheduleRecord, changes: Partial<NewRun> = {}): NewRun {
  return bench.newRun({ id: `schedule ${name} ${nextAtMs}`, key: randomUUID(), schedule: name, ...changes });
}

/** Makes a schedule that is due. */
async function due(bench: Bench, changes: Partial<NewSchedule> = {}): Promise<ScheduleRecord> {
  const schedule = newSchedule(changes);
  await bench.store.schedules.write([schedule]);
  return (await bench.store.schedules.get(schedule.name))!;
}

/** Lets a schedule tick once, and answers it as it is then, and the run. */
async function ticked(bench: Bench, schedule: ScheduleRecord): Promise<readonly [ScheduleRecord, string]> {
  const [outcome] = await bench.store.schedules.tick([tickOf(bench, schedule)]);
  return [(await bench.store.schedules.get(schedule.name))!, outcome!.started[0]!];
}

export const schedules = subjectApart('schedules', (test) => {
  test('a schedule is shown as it was made', async (bench) => {
    const {
      write: _,
      definition: _definition,
      ...terms
    } = newSchedule({
      queue: 'mail',
      priority: 3,
      partitionKey: 'ada',
      timeoutMs: 5000,
      isSingleton: true,
      overlap: 'skip',
      catchUp: 'all',
    });
    expect(await bench.store.schedules.write([newSchedule(terms)])).toEqual(['nightly']);
    const shown = await bench.store.schedules.get('nightly');
    expect({ ...shown, tags: JSON.parse(shown!.tags!) }).toEqual({
      ...terms,
      tags: { kind: 'report' },
      revision: expect.any(String),
      lastAtMs: null,
      pausedAtMs: null,
      createdAtMs: expect.any(Number),
      updatedAtMs: expect.any(Number),
    });
    expect(await bench.store.schedules.list()).toEqual([shown]);
  });

  test('schedules are listed by name', async (bench) => {
    const names = ['b', 'a', 'c'];
    await bench.store.schedules.write(names.map((name) => newSchedule({ name })));
    expect((await bench.store.schedules.list()).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(await bench.store.schedules.get('d')).toBeUndefined();
  });

  test('a change keeps the next tick, unless it changes when it ticks', async (bench) => {
    const [before] = await ticked(bench, await due(bench));
    const next = { nextAtMs: before.nextAtMs, lastAtMs: LONG_AGO_MS };
    await bench.store.schedules.write([newSchedule({ workflow: 'digest', nextAtMs: FAR_MS })]);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ workflow: 'digest', ...next });
    await bench.store.schedules.write([newSchedule({ timeZone: 'UTC', nextAtMs: FAR_MS })]);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({
      nextAtMs: FAR_MS,
      lastAtMs: LONG_AGO_MS,
    });
    await bench.store.schedules.write([
      newSchedule({ timeZone: 'UTC', cron: '0 4 * * *', nextAtMs: FAR_MS + 1000 }),
    ]);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ nextAtMs: FAR_MS + 1000 });
  });

  test('what code defines is written when it changed, so that a change by hand stays until then', async (bench) => {
    const code = newSchedule({ write: 'when changed', definition: '{"hour":3}', nextAtMs: FAR_MS });
    expect(await bench.store.schedules.write([code])).toEqual(['nightly']);
    expect(await bench.store.schedules.write([code])).toEqual([]);
    await bench.store.schedules.write([newSchedule({ cron: '0 5 * * *' })]);
    expect(await bench.store.schedules.write([code])).toEqual([]);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ cron: '0 5 * * *' });
    const changed = { ...code, definition: '{"hour":4}', cron: '0 4 * * *' };
    expect(await bench.store.schedules.write([changed])).toEqual(['nightly']);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ cron: '0 4 * * *' });
  });

  test('what code defines may be written always, or once', async (bench) => {
    const code = newSchedule({ definition: '{"hour":3}' });
    const write = (how: NewSchedule['write']): Promise<readonly string[]> =>
      bench.store.schedules.write([{ ...code, write: how }]);
    expect(await write('once')).toEqual(['nightly']);
    await bench.store.schedules.write([newSchedule({ version: '2' })]);
    expect(await write('once')).toEqual([]);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ version: '2' });
    expect(await write('always')).toEqual(['nightly']);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ version: '1' });
  });

  test('a schedule that was paused stays paused when it is changed', async (bench) => {
    await due(bench);
    await bench.store.schedules.pause('nightly');
    await bench.store.schedules.write([newSchedule({ cron: '0 5 * * *' })]);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ pausedAtMs: expect.any(Number) });
  });

  test('several schedules are written together, or none of them', async (bench) => {
    const wrong = newSchedule({ name: 'wrong', tags: 'no json' });
    await expect(bench.store.schedules.write([newSchedule({ name: 'right' }), wrong])).rejects.toThrow();
    expect(await bench.store.schedules.list()).toEqual([]);
  });

  test('whoever writes the same schedules at once, in whatever order, all of them succeed', async (bench) => {
    const other = await bench.another();
    const names = Array.from({ length: 20 }, (_, n) => `schedule ${n}`);
    for (let round = 0; round < 10; round++) {
      const many = (version: string): NewSchedule[] => names.map((name) => newSchedule({ name, version }));
      await Promise.all([
        bench.store.schedules.write(many(`a${round}`)),
        other.schedules.write(many(`b${round}`).reverse()),
      ]);
      const versions = new Set((await bench.store.schedules.list()).map(({ version }) => version));
      expect(versions.size).toBe(1);
    }
  });

  test('what is due is found, longest due first, and when the next one will be', async (bench) => {
    const { nowMs } = await bench.store.schedules.due(10);
    await bench.store.schedules.write([
      newSchedule({ name: 'later', nextAtMs: LONG_AGO_MS + HOUR_MS }),
      newSchedule({ name: 'first' }),
      newSchedule({ name: 'tomorrow', nextAtMs: nowMs + 24 * HOUR_MS }),
      newSchedule({ name: 'soon', nextAtMs: nowMs + HOUR_MS }),
    ]);
    const found = await bench.store.schedules.due(10);
    expect(found.due.map(({ name }) => name)).toEqual(['first', 'later']);
    expect(found.due[0]).toMatchObject({ ...(await bench.store.schedules.get('first')), unended: [] });
    expect(found.nowMs).toBeGreaterThanOrEqual(nowMs);
    expect(found.nextDueInMs).toBeGreaterThan(HOUR_MS / 2);
    expect(found.nextDueInMs).toBeLessThanOrEqual(HOUR_MS);
    const one = await bench.store.schedules.due(1);
    expect(one.due.map(({ name }) => name)).toEqual(['first']);
    expect(one.nextDueInMs).toBe(0);
  });

  test('without schedules nothing is due, nor will be', async (bench) => {
    expect(await bench.store.schedules.due(10)).toMatchObject({ due: [], nextDueInMs: null });
  });

  test('a tick advances the schedule and records its runs', async (bench) => {
    const schedule = await due(bench);
    const tick = tickOf(bench, schedule);
    expect(await bench.store.schedules.tick([tick])).toEqual([
      { name: 'nightly', started: [tick.runs[0]!.id] },
    ]);
    const after = await bench.store.schedules.get('nightly');
    expect(after).toMatchObject({ nextAtMs: LONG_AGO_MS + HOUR_MS, lastAtMs: LONG_AGO_MS });
    expect(after!.revision).not.toBe(schedule.revision);
    expect(await bench.see(tick.runs[0]!.id)).toMatchObject({
      state: 'pending',
      schedule: 'nightly',
      epoch: 0,
    });
    expect((await bench.claimOne()).input).toEqual(tick.runs[0]!.input);
  });

  test('a tick may be the last', async (bench) => {
    await bench.store.schedules.tick([tickOf(bench, await due(bench), { nextAtMs: null })]);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ nextAtMs: null });
    expect(await bench.store.schedules.due(10)).toMatchObject({ due: [], nextDueInMs: null });
  });

  test('a tick may start no run, or several', async (bench) => {
    const none = await due(bench, { name: 'none' });
    const three = await due(bench, { name: 'three' });
    const runs = [1, 2, 3].map((n) => runOf(bench, three, { id: bench.id(`tick ${n}`) }));
    const outcomes = await bench.store.schedules.tick([
      tickOf(bench, three, { runs }),
      tickOf(bench, none, { runs: [] }),
    ]);
    const started = new Map(outcomes.map((outcome) => [outcome.name, [...outcome.started].sort()]));
    expect(started).toEqual(
      new Map([
        ['none', []],
        ['three', runs.map(({ id }) => id)],
      ]),
    );
  });

  test('a tick is written once', async (bench) => {
    const tick = tickOf(bench, await due(bench));
    await bench.store.schedules.tick([tick]);
    const after = await bench.store.schedules.get('nightly');
    expect(await bench.store.schedules.tick([tick])).toEqual([]);
    expect(await bench.store.schedules.get('nightly')).toEqual(after);
  });

  test('of many who write a tick at once, one does', async (bench) => {
    const other = await bench.another();
    let schedule = await due(bench);
    for (let round = 0; round < 20; round++) {
      const contenders = [bench.store, other, bench.store, other, other];
      const outcomes = await Promise.all(
        contenders.map((store, n) => {
          const run = runOf(bench, schedule, { id: `round ${round} contender ${n}` });
          return store.schedules.tick([tickOf(bench, schedule, { runs: [run] })]);
        }),
      );
      expect(outcomes.flat()).toHaveLength(1);
      const { runs } = await bench.claim();
      expect(runs.map(({ id }) => id)).toEqual(outcomes.flat()[0]!.started);
      schedule = (await bench.store.schedules.get('nightly'))!;
      expect(schedule.nextAtMs).toBe(LONG_AGO_MS + (round + 1) * HOUR_MS);
    }
  });

  test('a run whose id is taken is passed over, and the schedule advances', async (bench) => {
    const schedule = await due(bench);
    const there = runOf(bench, schedule);
    await bench.writeAll([{ op: 'start', run: there }]);
    const outcomes = await bench.store.schedules.tick([tickOf(bench, schedule)]);
    expect(outcomes).toEqual([{ name: 'nightly', started: [] }]);
    expect((await bench.see(there.id)).key).toBe(there.key);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ lastAtMs: LONG_AGO_MS });
  });

  test('a tick whose run cannot be recorded is still to come', async (bench) => {
    const schedule = await due(bench);
    const wrong = runOf(bench, schedule, { tags: 'no json' });
    await expect(bench.store.schedules.tick([tickOf(bench, schedule, { runs: [wrong] })])).rejects.toThrow();
    expect(await bench.store.schedules.get('nightly')).toEqual(schedule);
    const [outcome] = await bench.store.schedules.tick([tickOf(bench, schedule)]);
    expect(outcome!.started).toHaveLength(1);
  });

  test('a tick that was read before its schedule was changed, paused, resumed or deleted is not written', async (bench) => {
    const { schedules: at } = bench.store;
    const changes: readonly ((name: string) => Promise<unknown>)[] = [
      (name) => at.write([newSchedule({ name, version: '2' })]),
      (name) => at.pause(name),
      async (name) => {
        await at.pause(name);
        await at.resume(name, (await at.get(name))!.revision, LONG_AGO_MS);
      },
      (name) => at.delete(name),
    ];
    for (const [n, change] of changes.entries()) {
      const schedule = await due(bench, { name: `schedule ${n}` });
      await change(schedule.name);
      expect(await at.tick([tickOf(bench, schedule)])).toEqual([]);
    }
    expect((await bench.claim()).runs).toEqual([]);
  });

  test('a schedule that passes over unended runs starts none while there is one', async (bench) => {
    const [again, first] = await ticked(bench, await due(bench, { overlap: 'skip' }));
    const passing = await bench.store.schedules.tick([tickOf(bench, again)]);
    expect(passing).toEqual([{ name: 'nightly', started: [] }]);
    const run = await bench.claimOne();
    expect(run.id).toBe(first);
    const states: readonly (() => Promise<unknown>)[] = [
      () => bench.writeAll([park(run)]),
      () => bench.store.cancel([first]),
    ];
    const started: number[] = [];
    for (const reach of states) {
      await reach();
      const schedule = (await bench.store.schedules.get('nightly'))!;
      const [outcome] = await bench.store.schedules.tick([tickOf(bench, schedule)]);
      started.push(outcome!.started.length);
    }
    expect(started).toEqual([0, 1]);
  });

  test('a tick of a singleton passes while a run of its workflow has not ended', async (bench) => {
    const terms = { deduplicationKey: 'report', deduplicationScope: 'singleton' } as const;
    const other = await bench.begin(terms);
    const schedule = await due(bench);
    const tick = (one: ScheduleRecord): Promise<readonly TickOutcome[]> =>
      bench.store.schedules.tick([tickOf(bench, one, { runs: [runOf(bench, one, terms)] })]);
    expect(await tick(schedule)).toEqual([{ name: 'nightly', started: [] }]);
    await bench.writeAll([succeed(other)]);
    expect(await tick((await bench.store.schedules.get('nightly'))!)).toMatchObject([
      { started: [expect.any(String)] },
    ]);
  });

  test('runs of other schedules, and of none, are in nobody’s way', async (bench) => {
    await ticked(bench, await due(bench, { name: 'other', overlap: 'skip' }));
    await bench.queue(1);
    const [outcome] = await bench.store.schedules.tick([
      tickOf(bench, await due(bench, { overlap: 'skip' })),
    ]);
    expect(outcome!.started).toHaveLength(1);
  });

  test('the unended runs of a schedule that cancels them are told with it, and of no other', async (bench) => {
    const [cancels, one] = await ticked(bench, await due(bench, { overlap: 'cancel' }));
    const [, two] = await ticked(bench, cancels);
    await ticked(bench, await due(bench, { name: 'allows' }));
    await ticked(bench, await due(bench, { name: 'passes', overlap: 'skip' }));
    const { due: found } = await bench.store.schedules.due(10);
    const unended = new Map(found.map((schedule) => [schedule.name, [...schedule.unended].sort()]));
    expect(unended).toEqual(
      new Map([
        ['allows', []],
        ['nightly', [one, two]],
        ['passes', []],
      ]),
    );
    const { runs } = await bench.claim();
    await bench.writeAll([succeed(runs.find(({ id }) => id === one)!)]);
    const again = await bench.store.schedules.due(10);
    expect(again.due.find(({ name }) => name === 'nightly')!.unended).toEqual([two]);
  });

  test('a paused schedule is not due, and is again from the moment it is resumed for', async (bench) => {
    const before = await due(bench);
    expect(await bench.store.schedules.pause('nightly')).toBe(true);
    const paused = (await bench.store.schedules.get('nightly'))!;
    expect(await bench.store.schedules.due(10)).toMatchObject({ due: [], nextDueInMs: null });
    expect(await bench.store.schedules.pause('nightly')).toBe(true);
    expect(await bench.store.schedules.get('nightly')).toEqual(paused);
    expect(await bench.store.schedules.resume('nightly', before.revision, FAR_MS)).toBe(false);
    expect(await bench.store.schedules.resume('nightly', paused.revision, FAR_MS)).toBe(true);
    expect(await bench.store.schedules.get('nightly')).toMatchObject({ pausedAtMs: null, nextAtMs: FAR_MS });
    expect(await bench.store.schedules.resume('nightly', paused.revision, FAR_MS)).toBe(false);
  });

  test('what is not there is neither paused, resumed nor deleted', async (bench) => {
    expect(await bench.store.schedules.pause('none')).toBe(false);
    expect(await bench.store.schedules.resume('none', '1', FAR_MS)).toBe(false);
    expect(await bench.store.schedules.delete('none')).toBe(false);
  });

  test('a deleted schedule is gone, and its runs stay', async (bench) => {
    const [, run] = await ticked(bench, await due(bench));
    expect(await bench.store.schedules.delete('nightly')).toBe(true);
    expect(await bench.store.schedules.list()).toEqual([]);
    expect(await bench.see(run)).toMatchObject({ state: 'pending', schedule: 'nightly' });
  });

  test('hundreds of schedules tick at once', async (bench) => {
    const names = Array.from({ length: 300 }, (_, n) => `schedule ${n}`);
    await bench.store.schedules.write(names.map((name) => newSchedule({ name })));
    const { due: found } = await bench.store.schedules.due(1000);
    const outcomes = await bench.store.schedules.tick(found.map((schedule) => tickOf(bench, schedule)));
    expect(outcomes.flatMap(({ started }) => started)).toHaveLength(300);
  });
});
