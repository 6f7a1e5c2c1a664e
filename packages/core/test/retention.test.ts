import { describe, expect, test } from 'vitest';
import { createRegistry, Holdfast, type HoldfastOptions, memoryStore, sleep, step } from '../src/index.js';
import { bench, unavailable } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, gate, settled } from './support/signals.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An app with workflows that succeed, fail and wait, on a clock that the test moves. */
async function archive(options: Partial<HoldfastOptions> = {}) {
  const clock = new ManualClock();
  const made = await bench({ clock });
  const succeeds = made.workflow('succeeds', () => step.run('work', () => 'done'));
  const fails = made.workflow('fails', () => step.run('work', () => Promise.reject(new Error('no'))));
  const end = gate();
  const waits = made.workflow('waits', () => step.run('work', () => end.opened));
  const app = await made.launch(options);
  const have = async (...ids: string[]): Promise<string[]> => {
    const found = await made.store.statuses(ids);
    return found.map(({ id }) => id).sort();
  };
  return { ...made, clock, succeeds, fails, waits, end, app, have };
}

/** Lets time pass at once, with a look for what is over in it. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await settled();
  clock.advance(ms);
  await settled();
  clock.advance(MINUTE_MS);
  await settled();
}

describe('retention', () => {
  test('keeps everything unless asked', async () => {
    const { app, succeeds, clock, have } = await archive();
    await (await app.start(succeeds, [], { id: 'a' })).result();
    await pass(clock, 1000 * DAY_MS);
    expect(await have('a')).toEqual(['a']);
  });

  test('deletes runs that ended long enough ago, with their journals', async () => {
    const { app, succeeds, clock, have, store } = await archive({ retention: { after: '30 days' } });
    await (await app.start(succeeds, [], { id: 'old' })).result();
    await pass(clock, 29 * DAY_MS);
    await (await app.start(succeeds, [], { id: 'new' })).result();
    expect(await have('old', 'new')).toEqual(['new', 'old']);
    await pass(clock, DAY_MS);
    await eventually(async () => (await have('old', 'new')).join() === 'new');
    expect(await store.steps('old')).toEqual([]);
    expect(await errorOf(app.runs.get('old'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
    await pass(clock, 29 * DAY_MS);
    await eventually(async () => (await have('new')).length === 0);
  });

  test('goes by state and workflow, each rule by itself', async () => {
    const { app, succeeds, fails, clock, have } = await archive({
      retention: [
        { after: '1 day', state: 'succeeded', workflow: ['succeeds', 'other'] },
        { after: '10 days', state: ['failed', 'cancelled'] },
      ],
    });
    await (await app.start(succeeds, [], { id: 'succeeded' })).result();
    await errorOf((await app.start(fails, [], { id: 'failed' })).result());
    await pass(clock, 2 * DAY_MS);
    await eventually(async () => (await have('succeeded', 'failed')).join() === 'failed');
    await pass(clock, 9 * DAY_MS);
    await eventually(async () => (await have('succeeded', 'failed')).length === 0);
  });

  test('goes on at once while there is more than one portion', async () => {
    const { app, store, clock, succeeds } = await archive({ retention: { after: '1 day' } });
    const ids = Array.from({ length: 2500 }, (_, n) => `run ${n}`);
    await Promise.all(ids.map((id) => app.start(succeeds, [], { id })));
    await Promise.all(ids.map((id) => app.handle(id).result()));
    await pass(clock, 2 * DAY_MS);
    for (let turn = 0; turn < 3; turn++) {
      clock.advance(2);
      await settled();
    }
    expect(await store.statuses(ids)).toEqual([]);
  });

  test('keeps a run while its parent goes on, and deletes it when that has ended', async () => {
    const clock = new ManualClock();
    const { workflow: define, launch, store } = await bench({ clock });
    const child = define('child', async () => 'done');
    const parent = define('parent', async () => {
      await child();
      await sleep('10 days');
    });
    const app = await launch({ retention: { after: '1 day' } });
    const handle = await app.start(parent, [], { id: 'p' });
    await eventually(async () => (await store.statuses(['p.0']))[0]?.state === 'succeeded');
    for (let day = 0; day < 9; day++) await pass(clock, DAY_MS);
    expect(await store.statuses(['p.0'])).toHaveLength(1);
    await pass(clock, 2 * DAY_MS);
    await handle.result();
    await pass(clock, 2 * DAY_MS);
    await pass(clock, 2 * HOUR_MS);
    await eventually(async () => (await store.statuses(['p', 'p.0'])).length === 0);
  });

  test('goes on after the store was away', async () => {
    const { store, clock, succeeds, app, have, launch } = await archive();
    await (await app.start(succeeds, [], { id: 'a' })).result();
    await app.shutdown();
    clock.advance(2 * DAY_MS);
    let failures = 2;
    const { retention } = store;
    const flaky = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== 'retention')
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return {
          prune: (request: never) =>
            failures-- > 0 ? Promise.reject(unavailable()) : retention.prune(request),
        };
      },
    });
    await launch({ store: flaky, retention: { after: '1 day' } });
    for (let n = 0; n < 4; n++) await pass(clock, MINUTE_MS);
    await eventually(async () => (await have('a')).length === 0);
  });

  test('of a rule that cannot be is refused', () => {
    const define = (retention: unknown): string | undefined => {
      try {
        new Holdfast({ store: memoryStore(), registry: createRegistry(), retention: retention as never });
        return undefined;
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(define({})).toBe('INVALID_DURATION');
    expect(define({ after: 'soon' })).toBe('INVALID_DURATION');
    expect(define('30 days')).toBe('INVALID_OPTION');
    expect(define({ after: '1 day', states: 'failed' })).toBe('INVALID_OPTION');
    expect(define({ after: '1 day', state: 'running' })).toBe('INVALID_OPTION');
    expect(define([{ after: '1 day', workflow: '' }])).toBe('INVALID_NAME');
  });
});

describe('app.runs.prune', () => {
  test('deletes what its rules say, at once', async () => {
    const { app, succeeds, fails, clock, have } = await archive();
    for (const id of ['a', 'b', 'c']) await (await app.start(succeeds, [], { id })).result();
    await errorOf((await app.start(fails, [], { id: 'd' })).result());
    clock.advance(HOUR_MS);
    expect(await app.runs.prune({ after: '2 hours' })).toBe(0);
    expect(await app.runs.prune({ after: '30m', state: 'succeeded' }, { limit: 2 })).toBe(2);
    expect(await have('a', 'b', 'c', 'd')).toEqual(['c', 'd']);
    expect(
      await app.runs.prune([
        { after: 0, workflow: 'succeeds' },
        { after: 0, workflow: 'fails' },
      ]),
    ).toBe(2);
    expect(await have('a', 'b', 'c', 'd')).toEqual([]);
  });

  test('leaves alone what has not ended', async () => {
    const { app, waits, end, clock, have } = await archive();
    const handle = await app.start(waits, [], { id: 'a' });
    clock.advance(HOUR_MS);
    expect(await app.runs.prune({ after: 0 })).toBe(0);
    expect(await have('a')).toEqual(['a']);
    end.open();
    await handle.result();
  });

  test('refuses a limit that is none', async () => {
    const { app } = await archive();
    for (const limit of [0, -1, 1.5]) {
      expect(await errorOf(app.runs.prune({ after: 0 }, { limit }))).toMatchObject({
        code: 'INVALID_OPTION',
      });
    }
  });

  test('is recorded in a run', async () => {
    const { workflow: define, launch } = await bench();
    const tidies = define('tidies', async () => app.runs.prune({ after: '1 day' }));
    const app = await launch();
    const handle = await app.start(tidies, []);
    expect(await handle.result()).toBe(0);
    expect((await app.runs.steps(handle.id)).map(({ name }) => name)).toEqual(['prune runs']);
  });
});
