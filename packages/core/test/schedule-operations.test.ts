import { describe, expect, test } from 'vitest';
import type { StoreEntry } from '../src/adapter.js';
import { createRegistry, currentRun, type Holdfast, queue, schedule } from '../src/index.js';
import { journalOf } from './support/bench.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';
import { HOUR_MS, LITTLE_MS, MINUTE_MS, pass, SECOND_MS, START_MS, tower } from './support/tower.js';

describe('schedules at run time', () => {
  test('are made, changed, listed and deleted', async () => {
    const { launch, note } = await tower();
    const app = await launch();
    await app.schedules.set('b', { cron: '0 3 * * *', workflow: note });
    await app.schedules.set('a', {
      cron: '0 4 * * *',
      workflow: 'note',
      timeZone: 'Asia/Tokyo',
      version: '9',
    });
    expect(await app.schedules.list()).toMatchObject([
      { name: 'a', workflow: 'note', version: '9', timeZone: 'Asia/Tokyo' },
      { name: 'b', workflow: 'note', version: '1', timeZone: 'UTC', catchUp: 'one', overlap: 'allow' },
    ]);
    await app.schedules.set('b', { cron: '0 5 * * *', workflow: note });
    expect(await app.schedules.get('b')).toMatchObject({ nextAt: new Date(START_MS + 5 * HOUR_MS) });
    expect(await app.schedules.delete('a')).toBe(true);
    expect(await app.schedules.delete('a')).toBe(false);
    expect((await app.schedules.list()).map(({ name }) => name)).toEqual(['b']);
  });

  test('are written all or, if one is wrong, none', async () => {
    const { launch, note } = await tower();
    const app = await launch();
    const right = { cron: '0 3 * * *', workflow: note };
    for (const [wrong, code] of [
      [{ ...right, cron: 'x' }, 'INVALID_CRON'],
      [{ ...right, timeZone: 'x' }, 'INVALID_TIME_ZONE'],
      [{ ...right, workflow: 'unknown' }, 'UNKNOWN_WORKFLOW'],
      [{ ...right, workflow: undefined as never }, 'INVALID_OPTION'],
      [{ ...right, args: [() => {}] }, 'UNRECORDABLE_VALUE'],
      [{ ...right, tags: [] as never }, 'INVALID_OPTION'],
      [{ ...right, version: '' }, 'INVALID_NAME'],
      [{ ...right, queue: 'nobody defines it' }, 'UNKNOWN_QUEUE'],
    ] as const) {
      expect(await errorOf(app.schedules.setMany({ right, wrong }))).toMatchObject({ code });
    }
    expect(await app.schedules.list()).toEqual([]);
    await app.schedules.setMany({ right, alright: right });
    expect((await app.schedules.list()).map(({ name }) => name)).toEqual(['alright', 'right']);
  });

  test('may be in a queue that another app defined', async () => {
    const { app, launch, note } = await tower();
    const elsewhere = app({ workflows: [], queues: [queue('mail', { registry: createRegistry() })] });
    const here = await launch();
    const settings = { cron: '0 3 * * *', workflow: note, queue: 'mail' };
    expect(await errorOf(here.schedules.set('mails', settings))).toMatchObject({
      code: 'UNKNOWN_QUEUE',
      details: { queue: 'mail' },
    });
    await elsewhere.launch();
    await here.schedules.set('mails', settings);
    expect(await here.schedules.get('mails')).toMatchObject({ queue: 'mail' });
  });

  test('made after the launch tick, and once deleted no more', async () => {
    const { clock, ran, launch, note } = await tower();
    const app = await launch();
    await settled();
    await app.schedules.set('ticking', { cron: '* * * * * *', workflow: note });
    await pass(clock, SECOND_MS);
    await eventually(() => ran.length === 1);
    await app.schedules.delete('ticking');
    await pass(clock, 5 * SECOND_MS);
    expect(ran).toEqual(['00:00:01']);
  });

  test('paused do not tick, and resumed go on from then', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('* * * * *', { catchUp: 'all' });
    const app = await launch();
    await pass(clock, MINUTE_MS);
    await eventually(() => ran.length === 1);
    await app.schedules.pause('ticking');
    await app.schedules.pause('ticking');
    expect((await app.schedules.get('ticking')).pausedAt).toEqual(new Date(START_MS + MINUTE_MS + LITTLE_MS));
    await pass(clock, HOUR_MS);
    await app.schedules.resume('ticking');
    await app.schedules.resume('ticking');
    await pass(clock, MINUTE_MS);
    await eventually(() => ran.length === 2);
    expect(ran).toEqual(['00:01:00', '01:02:00']);
    expect((await app.schedules.get('ticking')).pausedAt).toBeUndefined();
  });

  test('that are not there are said not to be', async () => {
    const { launch } = await tower();
    const { schedules } = await launch();
    const stretch = { from: new Date(START_MS - HOUR_MS), to: new Date(START_MS) };
    for (const asked of [
      schedules.get('none'),
      schedules.pause('none'),
      schedules.resume('none'),
      schedules.trigger('none'),
      schedules.backfill('none', stretch),
    ]) {
      expect(await errorOf(asked)).toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
    }
  });

  test('may be triggered at any moment, also while they are paused', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('0 3 * * *', { overlap: 'skip' });
    const app = await launch();
    await app.schedules.pause('ticking');
    await pass(clock, 1500);
    const [one, two] = [await app.schedules.trigger('ticking'), await app.schedules.trigger('ticking')];
    await Promise.all([one.result(), two.result()]);
    expect(one.id).not.toBe(two.id);
    expect(ran).toEqual(['00:00:01.502Z', '00:00:01.502Z']);
    expect((await app.schedules.get('ticking')).lastAt).toBeUndefined();
  });
});

describe('a backfill', () => {
  async function filled(cron: string, from: string, to: string, timeZone = 'UTC'): Promise<string[]> {
    const { launch, note } = await tower();
    const app = await launch();
    await app.schedules.set('ticking', { cron, workflow: note, timeZone });
    const handles = await app.schedules.backfill('ticking', { from: new Date(from), to: new Date(to) });
    await Promise.all(handles.map((handle) => handle.result()));
    return handles.map(({ id }) => id.replace('schedule ticking ', ''));
  }

  test('starts exactly the ticks of a stretch, its beginning included and its end not', async () => {
    expect(await filled('* * * * *', '2029-12-31T10:00:00Z', '2029-12-31T10:03:00Z')).toEqual([
      '2029-12-31T10:00:00.000Z',
      '2029-12-31T10:01:00.000Z',
      '2029-12-31T10:02:00.000Z',
    ]);
    expect(await filled('0 */2 * * *', '2029-12-31T01:00:00Z', '2029-12-31T08:00:00Z')).toEqual([
      '2029-12-31T02:00:00.000Z',
      '2029-12-31T04:00:00.000Z',
      '2029-12-31T06:00:00.000Z',
    ]);
    expect(
      await filled('0 9 * * MON', '2029-12-01T00:00:00Z', '2029-12-20T00:00:00Z', 'Europe/Berlin'),
    ).toEqual(['2029-12-03T08:00:00.000Z', '2029-12-10T08:00:00.000Z', '2029-12-17T08:00:00.000Z']);
    expect(await filled('0 9 * * *', '2029-12-01T00:00:00Z', '2029-12-01T01:00:00Z')).toEqual([]);
  });

  test('starts nothing twice, neither by itself nor beside the clock', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('* * * * *');
    const app = await launch();
    await pass(clock, MINUTE_MS);
    await eventually(() => ran.length === 1);
    const stretch = { from: new Date(START_MS - MINUTE_MS), to: new Date(START_MS + MINUTE_MS) };
    await pass(clock, MINUTE_MS);
    await eventually(() => ran.length === 2);
    for (let times = 0; times < 2; times++) {
      const handles = await app.schedules.backfill('ticking', {
        ...stretch,
        to: new Date(START_MS + 90_000),
      });
      await Promise.all(handles.map((handle) => handle.result()));
      expect(handles).toHaveLength(3);
    }
    expect(ran.sort()).toEqual(['00:00:00', '00:01:00', '00:02:00', '2029-12-31T23:59:00']);
  });

  test('of what is no stretch of past time, or too long a one, is refused', async () => {
    const { launch, note } = await tower();
    const app = await launch();
    await app.schedules.set('ticking', { cron: '* * * * * *', workflow: note });
    const [past, now] = [new Date(START_MS - HOUR_MS), new Date(START_MS)];
    for (const stretch of [
      { from: now, to: past },
      { from: past, to: past },
      { from: past, to: new Date(START_MS + HOUR_MS) },
      { from: new Date(Number.NaN), to: now },
      { from: START_MS as never, to: now },
      { from: new Date(START_MS - 3 * HOUR_MS), to: now },
    ]) {
      expect(await errorOf(app.schedules.backfill('ticking', stretch))).toMatchObject({
        code: 'INVALID_OPTION',
      });
    }
  });
});

describe('inside a run', () => {
  test('schedules are made, looked at, triggered and deleted in recorded calls', async () => {
    const { launch, workflow: define, ran } = await tower();
    const housekeeping = define('housekeeping', async () => {
      await app.schedules.set('made', { cron: '0 3 * * *', workflow: 'note' });
      const made = await app.schedules.get('made');
      await app.schedules.pause('made');
      await app.schedules.resume('made');
      const handle = await app.schedules.trigger('made');
      await handle.result();
      await app.schedules.delete('made');
      return made.nextAt;
    });
    const app = await launch();
    const handle = await app.start(housekeeping, []);
    expect(await handle.result()).toEqual(new Date(START_MS + 3 * HOUR_MS));
    expect(ran).toHaveLength(1);
    expect(await journalOf(app, handle.id)).toEqual([
      'set schedule made',
      'get schedule made',
      'pause schedule made',
      'resume schedule made',
      'trigger schedule made',
      expect.stringMatching(/^result schedule made triggered /),
      'delete schedule made',
    ]);
  });

  test('a trigger whose record was lost in a crash starts no second run', async () => {
    const { launch, workflow: define, kill, store, registry } = await tower();
    const [lost, triggered] = [gate(), new Set<string>()];
    const noted = define('noted', async (_: Date) => void triggered.add(currentRun()!.id));
    schedule('rare', '0 0 1 1 *', noted, { registry });
    let app: Holdfast;
    const once = define('once', async () => (await app.schedules.trigger('rare')).id);
    const faults = {
      // The run is started; that the call which started it has ended is not recorded any more.
      beforeCommit: async (entries: readonly StoreEntry[]): Promise<void> => {
        if (!entries.some(({ op }) => op === 'step')) return;
        lost.open();
        await forever();
      },
    };
    app = await launch({ store: store.another({ faults }) });
    const dying = app;
    const { id } = await app.start(once, []);
    await lost.opened;
    app = await launch();
    await kill(dying);
    const triggeredId = await app.handle<string>(id).result();
    await app.handle(triggeredId).result();
    expect(triggered).toEqual(new Set([triggeredId]));
  });
});
