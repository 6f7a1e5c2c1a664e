import { describe, expect, test } from 'vitest';
import type { StoreEntry } from '../src/adapter.js';
import {
  createRegistry,
  currentRun,
  type Holdfast,
  type ScheduleOptions,
  schedule,
  step,
  workflow,
} from '../src/index.js';
import { type Bench, bench, journalOf, unavailable } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The day of these tests. */
const START_MS = Date.UTC(2030, 0, 1);

/** Their clocks begin a little past midnight, as a timer comes a little past the moment it is set for. */
const LITTLE_MS = 2;

/** A clock, a store, and a workflow that writes down for which ticks it ran. */
interface Tower extends Bench {
  readonly clock: ManualClock;
  readonly ran: string[];
  readonly note: ReturnType<typeof noteIn>;
  schedule(cron: string, options?: ScheduleOptions<[]>): void;
}

function noteIn({ workflow: define }: Bench, ran: string[]) {
  return define('note', async (scheduledAt: Date) => {
    ran.push(timeOf(scheduledAt));
  });
}

async function tower(): Promise<Tower> {
  const clock = new ManualClock(START_MS + LITTLE_MS);
  const made = await bench({ clock });
  const ran: string[] = [];
  const note = noteIn(made, ran);
  return {
    ...made,
    clock,
    ran,
    note,
    schedule: (cron, options = {}) =>
      void schedule('ticking', cron, note, { registry: made.registry, ...options }),
  };
}

/** The time of day, or the day if it is another. */
function timeOf(moment: Date): string {
  return moment.toISOString().replace('2030-01-01T', '').replace('.000Z', '');
}

/** Lets an app that is launched settle, then lets time pass at once. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await settled();
  clock.advance(ms);
  await settled();
}

describe('a schedule', () => {
  test('starts a run at each tick, with the moment of the tick', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('*/2 * * * * *');
    const app = await launch();
    for (let second = 0; second < 6; second++) await pass(clock, SECOND_MS);
    await eventually(() => ran.length === 3);
    expect(ran).toEqual(['00:00:02', '00:00:04', '00:00:06']);
    const run = await app.runs.get('schedule ticking 2030-01-01T00:00:04.000Z');
    expect(run).toMatchObject({ workflow: 'note', version: '1', state: 'succeeded' });
    expect(run.input).toEqual([new Date(START_MS + 4000)]);
    expect(await app.schedules.get('ticking')).toMatchObject({
      lastAt: new Date(START_MS + 6000),
      nextAt: new Date(START_MS + 8000),
    });
  });

  test('gives its arguments after the moment, as they were', async () => {
    const { launch, registry, workflow: define, clock } = await tower();
    const got: unknown[] = [];
    const digest = define('digest', async (...args: [scheduledAt: Date, who: Set<string>, since: Date]) => {
      got.push(args);
    });
    const since = new Date(5);
    schedule('digests', '0 7 * * *', digest, {
      registry,
      args: [new Set(['ada']), since],
      tags: { kind: 'mail' },
    });
    const app = await launch();
    await pass(clock, 7 * HOUR_MS);
    await eventually(() => got.length === 1);
    expect(got).toEqual([[new Date(START_MS + 7 * HOUR_MS), new Set(['ada']), since]]);
    expect((await app.schedules.get('digests')).args).toEqual([new Set(['ada']), since]);
    const run = await app.runs.get('schedule digests 2030-01-01T07:00:00.000Z');
    expect(run.tags).toEqual({ kind: 'mail' });
  });

  test('is read in its time zone', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('0 3 * * *', { timeZone: 'Europe/Berlin' });
    await launch();
    await pass(clock, 2 * HOUR_MS);
    await eventually(() => ran.length === 1);
    expect(ran).toEqual(['02:00:00']);
  });

  test('far apart in time neither spins nor holds up a shutdown', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('0 0 1 12 *');
    const app = await launch();
    await settled();
    // Longer than a timer of Node's can be.
    expect((await app.schedules.get('ticking')).nextAt).toEqual(new Date(Date.UTC(2030, 11, 1)));
    expect(Math.min(...clock.dueTimes)).toBeGreaterThan(START_MS);
    await pass(clock, Date.UTC(2030, 11, 1) - START_MS);
    await eventually(() => ran.length === 1);
    await app.shutdown();
  });

  test('does nothing in a process that is shut down', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('* * * * *');
    const app = await launch();
    await settled();
    await app.shutdown();
    await pass(clock, MINUTE_MS);
    expect(ran).toEqual([]);
  });

  test('ticks in processes that do not have its workflow, and runs in one that does', async () => {
    const { clock, ran, launch, kill, schedule: define, store, registry } = await tower();
    define('* * * * *');
    const first = await launch();
    await settled();
    await kill(first);
    const empty = createRegistry();
    workflow('other', { registry: empty }, async () => {});
    const other = await launch({ registry: empty });
    await pass(clock, MINUTE_MS);
    const id = 'schedule ticking 2030-01-01T00:01:00.000Z';
    await eventually(async () => (await store.run(id))?.state === 'pending');
    expect(ran).toEqual([]);
    await other.shutdown();
    await launch({ registry });
    await eventually(() => ran.length === 1);
  });
});

describe('several processes', () => {
  test('start each tick once between them', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('* * * * * *');
    for (let n = 0; n < 4; n++) await launch();
    for (let second = 0; second < 20; second++) await pass(clock, SECOND_MS);
    await eventually(() => ran.length >= 20);
    await settled();
    expect(ran).toEqual(Array.from({ length: 20 }, (_, n) => `00:00:${String(n + 1).padStart(2, '0')}`));
  });

  test('go on when one of them is killed', async () => {
    const { clock, ran, launch, kill, schedule: define } = await tower();
    define('* * * * * *');
    const victims = [await launch(), await launch(), await launch()];
    for (let second = 0; second < 12; second++) {
      await pass(clock, SECOND_MS);
      if (second % 4 === 3) {
        await kill(victims.shift()!);
        await launch();
      }
    }
    await eventually(() => ran.length >= 12);
    expect([...new Set(ran)].sort()).toEqual(
      Array.from({ length: 12 }, (_, n) => `00:00:${String(n + 1).padStart(2, '0')}`),
    );
  });

  test('hear of a schedule that one of them makes', async () => {
    const { clock, ran, launch, note } = await tower();
    const maker = await launch();
    await launch();
    await settled();
    await maker.schedules.set('ticking', { cron: '* * * * * *', workflow: note });
    // Signals gather for a few milliseconds.
    await pass(clock, 10);
    maker.halt();
    await pass(clock, SECOND_MS);
    await eventually(() => ran.length === 1);
  });
});

describe('when the store fails', () => {
  test('a tick whose runs could not be recorded is not lost', async () => {
    const { clock, ran, launch, schedule: define, store } = await tower();
    define('* * * * *');
    let failures = 2;
    const schedules = withTicks(store, async (ticks, original) => {
      if (ticks.length > 0 && failures-- > 0) throw unavailable();
      return original(ticks);
    });
    await launch({ store: schedules });
    await pass(clock, MINUTE_MS);
    expect(ran).toEqual([]);
    for (let n = 0; n < 3; n++) await pass(clock, 1100);
    await eventually(() => ran.length === 1);
    expect(ran).toEqual(['00:01:00']);
  });

  test('a tick whose answer was lost is started once', async () => {
    const { clock, ran, launch, schedule: define, store } = await tower();
    define('* * * * *');
    let losses = 1;
    const schedules = withTicks(store, async (ticks, original) => {
      const outcomes = await original(ticks);
      if (ticks.length > 0 && losses-- > 0) throw unavailable();
      return outcomes;
    });
    await launch({ store: schedules });
    await pass(clock, MINUTE_MS);
    for (let n = 0; n < 5; n++) await pass(clock, 1100);
    await eventually(() => ran.length === 1);
    await pass(clock, 10 * SECOND_MS);
    expect(ran).toEqual(['00:01:00']);
  });

  test('a tick that the store refuses for good does not hold up those of others', async () => {
    const { clock, ran, launch, schedule: define, store, note } = await tower();
    define('* * * * *');
    const schedules = withTicks(store, async (ticks, original) => {
      if (ticks.some(({ name }) => name === 'cursed')) throw new Error('refused');
      return original(ticks);
    });
    const app = await launch({ store: schedules });
    await app.schedules.set('cursed', { cron: '* * * * *', workflow: note });
    await pass(clock, MINUTE_MS);
    await eventually(() => ran.length === 1);
  });

  test('a schedule that cannot be read here does not hold up others', async () => {
    const { clock, ran, launch, schedule: define, store } = await tower();
    define('* * * * *');
    await launch();
    const record = (await store.schedules.get('ticking'))!;
    const alien = {
      ...record,
      name: 'alien',
      timeZone: 'Mars/Base',
      write: 'by hand' as const,
      definition: null,
    };
    await store.schedules.write([{ ...alien, nextAtMs: START_MS }]);
    await pass(clock, MINUTE_MS);
    await eventually(() => ran.length === 1);
    expect(await store.schedules.get('alien')).toMatchObject({ lastAtMs: null });
  });
});

function withTicks(
  store: Bench['store'],
  tick: (
    ticks: Parameters<Bench['store']['schedules']['tick']>[0],
    original: Bench['store']['schedules']['tick'],
  ) => ReturnType<Bench['store']['schedules']['tick']>,
): Bench['store'] {
  const { schedules } = store;
  return new Proxy(store, {
    get(target, name) {
      if (name === 'schedules') return { ...schedules, tick: (ticks: never) => tick(ticks, schedules.tick) };
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('catching up', () => {
  async function afterAnHour(options: ScheduleOptions<[]>): Promise<string[]> {
    const { clock, ran, launch, schedule: define } = await tower();
    define('*/15 * * * *', options);
    const app = await launch();
    await settled();
    await app.shutdown();
    clock.advance(HOUR_MS + MINUTE_MS);
    await launch();
    await settled(200);
    return ran;
  }

  test('by default, what was missed comes to one run, of the last tick', async () => {
    expect(await afterAnHour({})).toEqual(['01:00:00']);
  });

  test('of all, each missed tick is started', async () => {
    const ran = await afterAnHour({ catchUp: 'all' });
    expect(ran.sort()).toEqual(['00:15:00', '00:30:00', '00:45:00', '01:00:00']);
  });

  test('of none, nothing is started until the next tick', async () => {
    expect(await afterAnHour({ catchUp: 'skip' })).toEqual([]);
  });

  test('of thousands is done in portions, one after the other', async () => {
    const { clock, ran, launch, schedule: define } = await tower();
    define('*/2 * * * * *', { catchUp: 'all' });
    const app = await launch();
    await settled();
    await app.shutdown();
    clock.advance(HOUR_MS + SECOND_MS);
    await launch();
    const done = eventually(() => ran.length === 1800);
    await clock.passUntil(done);
    expect(new Set(ran).size).toBe(1800);
  });
});

describe('overlap', () => {
  /** A workflow that does not end until it is told to, on a schedule of each minute. */
  async function slow(overlap: 'allow' | 'skip' | 'cancel') {
    const made = await tower();
    const end = gate();
    const began: string[] = [];
    const slowly = made.workflow('slow', async (scheduledAt: Date) => {
      await step.run('work', () => {
        began.push(timeOf(scheduledAt));
        return end.opened;
      });
    });
    schedule('slowly', '* * * * *', slowly, { overlap, registry: made.registry });
    const app = await made.launch();
    for (let minute = 0; minute < 2; minute++) await pass(made.clock, MINUTE_MS);
    await eventually(() => began.length > 0);
    return { ...made, app, began, end };
  }

  test('is allowed unless said otherwise', async () => {
    const { began } = await slow('allow');
    await eventually(() => began.length === 2);
  });

  test('is avoided by passing: the schedule ticks again when the run has ended', async () => {
    const { began, end, clock, app } = await slow('skip');
    expect(began).toEqual(['00:01:00']);
    expect(await app.schedules.get('slowly')).toMatchObject({ lastAt: new Date(START_MS + 2 * MINUTE_MS) });
    end.open();
    await app.handle('schedule slowly 2030-01-01T00:01:00.000Z').result();
    await pass(clock, MINUTE_MS);
    await eventually(() => began.length === 2);
    expect(began).toEqual(['00:01:00', '00:03:00']);
  });

  test('is avoided by cancelling the run before', async () => {
    const { began, app } = await slow('cancel');
    await eventually(() => began.length === 2);
    expect(began).toEqual(['00:01:00', '00:02:00']);
    expect(await app.handle('schedule slowly 2030-01-01T00:01:00.000Z').status()).toBe('cancelled');
    expect(await app.handle('schedule slowly 2030-01-01T00:02:00.000Z').status()).toBe('running');
  });
});

describe('what code defines', () => {
  async function launched(base: Tower, cron: string, options: ScheduleOptions<[]> = {}): Promise<Holdfast> {
    const registry = createRegistry();
    const note = workflow('note', { registry }, async (_: Date) => {});
    schedule('ticking', cron, note, { ...options, registry });
    return base.launch({ registry });
  }

  test('is written at the launch, and where it stands stays while it is unchanged', async () => {
    const base = await tower();
    const app = await launched(base, '* * * * *');
    await pass(base.clock, MINUTE_MS);
    await eventually(async () => (await app.schedules.get('ticking')).lastAt !== undefined);
    await app.schedules.pause('ticking');
    const before = await app.schedules.get('ticking');
    await app.shutdown();
    expect(await (await launched(base, '* * * * *')).schedules.get('ticking')).toEqual(before);
  });

  test('leaves a change by hand alone until it changes itself', async () => {
    const base = await tower();
    const app = await launched(base, '* * * * *');
    await app.schedules.set('ticking', { cron: '*/5 * * * *', workflow: 'note' });
    const same = await launched(base, '* * * * *');
    expect(await same.schedules.get('ticking')).toMatchObject({ cron: '*/5 * * * *' });
    const changed = await launched(base, '*/7 * * * *');
    expect(await changed.schedules.get('ticking')).toMatchObject({ cron: '*/7 * * * *' });
  });

  test('may be written always, or only if it is not there', async () => {
    const base = await tower();
    const app = await launched(base, '* * * * *', { apply: 'once' });
    await app.schedules.set('ticking', { cron: '*/5 * * * *', workflow: 'note' });
    const once = await launched(base, '*/7 * * * *', { apply: 'once' });
    expect(await once.schedules.get('ticking')).toMatchObject({ cron: '*/5 * * * *' });
    const always = await launched(base, '* * * * *', { apply: 'always' });
    expect(await always.schedules.get('ticking')).toMatchObject({ cron: '* * * * *' });
  });

  test('moves to the version of the app that applied it last', async () => {
    const { launch, schedule: define } = await tower();
    define('* * * * *');
    await launch({ version: '7' });
    const next = await launch({ version: '8' });
    expect(await next.schedules.get('ticking')).toMatchObject({ version: '8' });
  });

  test('by several apps at once ends in one of them', async () => {
    const base = await tower();
    const apps = await Promise.all([launched(base, '* * * * *'), launched(base, '*/2 * * * *')]);
    const { cron } = await apps[0]!.schedules.get('ticking');
    expect(['* * * * *', '*/2 * * * *']).toContain(cron);
  });

  test('is of the app’s own workflows only', async () => {
    const { launch, workflow: define, schedule: tick } = await tower();
    tick('* * * * *');
    const other = define('other', async () => {});
    const app = await launch({ workflows: [other] });
    expect(await app.schedules.list()).toEqual([]);
  });

  test('may be listed; a workflow that the app does not have is refused', async () => {
    const { app, launch, note, registry, workflow: define } = await tower();
    const [one] = ['one', 'two'].map((name) => schedule(name, '* * * * *', note, { registry }));
    expect(await (await launch({ schedules: [one!] })).schedules.list()).toMatchObject([{ name: 'one' }]);
    const other = define('other', async () => {});
    expect(() => app({ workflows: [other], schedules: [one!] })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_WORKFLOW' }),
    );
  });

  test('that cannot be is refused where it is defined', () => {
    const registry = createRegistry();
    const note = workflow('note', { registry }, async (_: Date) => {});
    const define = (options: object, cron = '* * * * *', name = 'x'): unknown => {
      try {
        return schedule(name, cron, note, { registry, ...options });
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(define({}, '61 * * * *')).toBe('INVALID_CRON');
    expect(define({ timeZone: 'Nowhere' })).toBe('INVALID_TIME_ZONE');
    for (const bad of [
      { catchUp: 'some' },
      { overlap: 'never' },
      { apply: 'sometimes' },
      { args: 'ada' },
      { priority: 1.5, queue: 'mail' },
      { priority: 1 },
      { partitionKey: 'ada' },
      { timeout: 0 },
    ]) {
      expect(define(bad)).toBe('INVALID_OPTION');
    }
    expect(define({ timeout: 'soon' })).toBe('INVALID_DURATION');
    expect(define({}, '* * * * *', '')).toBe('INVALID_NAME');
    expect(define({}, '* * * * *', 'x'.repeat(201))).toBe('INVALID_NAME');
    expect(registry.schedules()).toEqual([]);
    define({});
    expect(define({})).toBe('DUPLICATE_SCHEDULE');
    expect(() => schedule('y', '* * * * *', (() => {}) as never, { registry })).toThrow('needs a workflow');
  });
});

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
    ] as const) {
      expect(await errorOf(app.schedules.setMany({ right, wrong }))).toMatchObject({ code });
    }
    expect(await app.schedules.list()).toEqual([]);
    await app.schedules.setMany({ right, alright: right });
    expect((await app.schedules.list()).map(({ name }) => name)).toEqual(['alright', 'right']);
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

describe('a singleton on a schedule', () => {
  test('is passed over while a run of it goes on, however that was started', async () => {
    const { clock, launch, registry } = await tower();
    const [end, began] = [gate(), [] as string[]];
    const only = workflow('only', { registry, singleton: true }, async (scheduledAt: Date) => {
      await step.run('work', () => {
        began.push(timeOf(scheduledAt));
        return end.opened;
      });
    });
    schedule('minutely', '* * * * *', only, { registry });
    const app = await launch();
    const started = await app.start(only, [new Date(0)]);
    await pass(clock, MINUTE_MS);
    expect((await app.schedules.get('minutely')).lastAt).toEqual(new Date(START_MS + MINUTE_MS));
    expect((await app.schedules.trigger('minutely')).id).toBe(started.id);
    end.open();
    await started.result();
    await pass(clock, MINUTE_MS);
    await eventually(() => began.length === 2);
    expect(began).toEqual(['1970-01-01T00:00:00', '00:02:00']);
  });
});
