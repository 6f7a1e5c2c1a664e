import { describe, expect, test } from 'vitest';
import { queue, type ScheduleOptions, schedule, step, workflow } from '../src/index.js';
import { eventually, forever, gate, settled } from './support/signals.js';
import { HOUR_MS, MINUTE_MS, pass, SECOND_MS, START_MS, timeOf, tower } from './support/tower.js';

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

test('the runs of a schedule wait in its queue, and are found by the schedule', async () => {
  const { clock, launch, note, registry, ran } = await tower();
  const mail = queue('mail', { registry });
  const options = { registry, queue: mail, priority: 3, partitionKey: 'ada', timeout: '5m' };
  schedule('mails', '* * * * *', note, options);
  const app = await launch();
  await pass(clock, MINUTE_MS);
  await eventually(() => ran.length === 1);
  const { runs } = await app.runs.list({ schedule: 'mails' });
  expect(runs).toMatchObject([{ queue: 'mail', priority: 3, partitionKey: 'ada', workflow: 'note' }]);
  expect((await app.runs.list({ schedule: 'others' })).runs).toEqual([]);
  expect(await app.schedules.get('mails')).toMatchObject({ queue: 'mail', timeoutMs: 5 * MINUTE_MS });
});

test('a run that is cancelled for the next tick is cancelled with its children', async () => {
  const { clock, launch, registry, store } = await tower();
  const child = workflow('child', { registry }, async () => step.run('work', forever));
  const parent = workflow('parent', { registry }, async (_: Date) => child());
  schedule('parents', '* * * * *', parent, { registry, overlap: 'cancel' });
  await launch();
  const first = 'schedule parents 2030-01-01T00:01:00.000Z';
  await pass(clock, MINUTE_MS);
  await eventually(async () => (await store.run(`${first}.0`))?.state === 'running');
  await pass(clock, MINUTE_MS);
  await eventually(async () => (await store.run(`${first}.0`))?.state === 'cancelled');
  expect((await store.run(first))?.state).toBe('cancelled');
});
