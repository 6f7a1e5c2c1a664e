import { describe, expect, test } from 'vitest';
import { createRegistry, schedule, workflow } from '../src/index.js';
import { type Bench, unavailable } from './support/bench.js';
import { eventually, settled } from './support/signals.js';
import { HOUR_MS, MINUTE_MS, pass, SECOND_MS, START_MS, tower } from './support/tower.js';

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
