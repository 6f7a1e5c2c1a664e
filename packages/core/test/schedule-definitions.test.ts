import { describe, expect, test } from 'vitest';
import {
  createRegistry,
  type Holdfast,
  queue,
  type ScheduleOptions,
  schedule,
  workflow,
} from '../src/index.js';
import { errorOf, eventually } from './support/signals.js';
import { MINUTE_MS, pass, type Tower, tower } from './support/tower.js';

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

  test('in a queue that nobody defines is refused at the launch, and nothing of the schedules is written', async () => {
    const { launch, store, schedule: tick, note, registry } = await tower();
    tick('* * * * *');
    schedule('mails', '* * * * *', note, { registry, queue: 'mail' });
    expect(await errorOf(launch())).toMatchObject({ code: 'UNKNOWN_QUEUE', details: { queue: 'mail' } });
    expect(await store.schedules.list()).toEqual([]);
    await store.queues.define([queue('mail', { registry: createRegistry() })]);
    expect((await (await launch()).schedules.list()).map(({ name }) => name)).toEqual(['mails', 'ticking']);
  });

  test('may be in a queue of its own app, or of one that is launched later in this process', async () => {
    const { launch, note, registry } = await tower();
    const [mine, other] = ['mine', 'other'].map((name) => queue(name, { registry }));
    schedule('in mine', '* * * * *', note, { registry, queue: mine! });
    schedule('in other', '* * * * *', note, { registry, queue: other! });
    const app = await launch({ queues: [mine!] });
    expect(await app.schedules.list()).toMatchObject([{ queue: 'mine' }, { queue: 'other' }]);
    await launch({ queues: [other!], schedules: [] });
    expect((await app.queues.list()).map(({ name }) => name)).toEqual(['mine', 'other']);
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
    expect(define({}, '* * * * *', 'x'.repeat(200))).toBe('INVALID_NAME');
    expect(registry.schedules()).toEqual([]);
    define({});
    expect(define({})).toBe('DUPLICATE_SCHEDULE');
    expect(() => schedule('y', '* * * * *', (() => {}) as never, { registry })).toThrow('needs a workflow');
  });
});
