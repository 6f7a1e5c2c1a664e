import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createRegistry,
  Holdfast,
  type HoldfastOptions,
  type MemoryStore,
  patched,
  sleep,
  step,
  workflow,
} from '../src/index.js';
import { bench, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

/** A deployment: the same workflow in another version, on the same store. */
async function deployment(
  store: MemoryStore,
  version: string,
  body: (n: number) => Promise<unknown> = async (n) => `${n} by version ${version}`,
  options: Partial<HoldfastOptions> = {},
) {
  const registry = createRegistry();
  const flow = workflow('flow', { registry, version }, body);
  const app = new Holdfast({ store: store.another(), registry, ...options });
  await app.launch();
  onTestFinished(() => app.shutdown({ drain: 0 }));
  return { app, flow };
}

/** What a logger was warned of. */
function warnings() {
  const heard: { readonly facts: object; readonly message: string }[] = [];
  const warn = (facts: object, message: string): void => void heard.push({ facts, message });
  return { heard, logger: { debug: () => {}, info: () => {}, warn, error: () => {} } };
}

describe('old and new processes at once', () => {
  test('each take only runs of their own version, wherever these were started', async () => {
    const { store } = await bench();
    const one = await deployment(store, '1');
    const two = await deployment(store, '2');
    const handles = await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const by = n % 2 === 0 ? one : two;
        return by.app.start(by.flow, [n], { version: n % 3 === 0 ? '1' : '2' });
      }),
    );
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results).toEqual(handles.map((_, n) => `${n} by version ${n % 3 === 0 ? '1' : '2'}`));
  });

  test('lose no run when the runs are moved while both take them', async () => {
    const { store } = await bench();
    const begun = new Map<string, number>();
    const body = (version: string) => async (n: number) => {
      await step.run('count', () => begun.set(`${n}`, (begun.get(`${n}`) ?? 0) + 1));
      return version;
    };
    const one = await deployment(store, '1', body('1'), { concurrency: 3 });
    const two = await deployment(store, '2', body('2'), { concurrency: 3 });
    const handles = await Promise.all(
      Array.from({ length: 150 }, (_, n) => one.app.start(one.flow, [n], { delay: 1 })),
    );
    let moved = 0;
    for (let tries = 0; tries < 20; tries++) {
      moved += await two.app.runs.move({ workflow: 'flow', from: '1', to: '2' });
      await settled(2);
    }
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results.filter((version) => version === '2')).toHaveLength(moved);
    expect([...begun.values()]).toEqual(handles.map(() => 1));
  });

  test('hand on a run that is moved with the journal it has', async () => {
    const { store, kill } = await bench();
    const reached = gate();
    const one = await deployment(store, '1', async (n) => {
      const half = await step.run('half', () => n / 2);
      reached.open();
      return [half, await step.run('rest', forever)];
    });
    const two = await deployment(store, '2', async (n) => [
      await step.run('half', () => -n),
      (await patched('mail')) ? await step.run('mail', () => 'mailed') : 'not mailed',
    ]);
    const { id } = await one.app.start(one.flow, [8]);
    await reached.opened;
    expect(await two.app.runs.move({ ids: [id], to: '2' })).toBe(0); // it runs
    await kill(one.app);
    expect(await two.app.runs.move({ ids: [id], to: '2' })).toBe(1);
    expect(await two.app.handle(id).result()).toEqual([4, 'mailed']);
  });
});

describe('runs that nobody can take', () => {
  test('are told by the API, until somebody can', async () => {
    const { store } = await bench();
    const two = await deployment(store, '2');
    expect(await two.app.runs.stranded()).toEqual([]);
    await two.app.start(two.flow, [1], { id: 'a', version: '1' });
    await two.app.start(two.flow, [1], { id: 'b', version: '1' });
    const stranded = { workflow: 'flow', version: '1', queue: undefined, runs: 2, since: undefined };
    expect(await two.app.runs.stranded()).toEqual([stranded]);
    const one = await deployment(store, '1');
    expect(await two.app.handle('a').result()).toBe('1 by version 1');
    expect(await two.app.handle('b').result()).toBe('1 by version 1');
    await two.app.start(two.flow, [1], { id: 'c', version: '1', delay: '1 day' });
    expect(await two.app.runs.stranded()).toEqual([]);
    await one.app.shutdown();
    expect(await two.app.runs.stranded()).toEqual([{ ...stranded, runs: 1, since: expect.any(Date) }]);
  });

  test('are told to the logger once, and again if they come back', async () => {
    const clock = new ManualClock();
    const { store } = await bench({ clock });
    const { heard, logger } = warnings();
    const two = await deployment(store, '2', undefined, { clock, logger });
    const told = (): object[] =>
      heard.filter(({ message }) => message.includes('app.runs.move')).map(({ facts }) => facts);
    const aMinute = async (): Promise<void> => {
      clock.advance(60_000);
      await settled();
    };
    await settled();
    await two.app.start(two.flow, [1], { id: 'a', version: '1' });
    await aMinute();
    const { executorId } = two.app;
    expect(told()).toEqual([{ workflow: 'flow', version: '1', queue: undefined, runs: 1, executorId }]);
    await aMinute();
    await aMinute();
    expect(told()).toHaveLength(1);
    await two.app.runs.move({ workflow: 'flow', from: '1', to: '2' });
    await clock.passUntil(two.app.handle('a').result());
    await aMinute();
    await two.app.start(two.flow, [1], { id: 'b', version: '1' });
    await aMinute();
    expect(told()).toHaveLength(2);
  });

  test('are taken up at once when they are moved to a version that another process has', async () => {
    const { store } = await bench();
    const two = await deployment(store, '2');
    const three = await deployment(store, '3');
    for (const id of ['a', 'b', 'c']) await two.app.start(two.flow, [1], { id, version: '1' });
    await settled();
    expect(await two.app.runs.move({ workflow: 'flow', from: '1', to: '3' })).toBe(3);
    expect(await three.app.handle('a').result()).toBe('1 by version 3');
    expect(await three.app.handle('c').result()).toBe('1 by version 3');
    expect(await two.app.runs.stranded()).toEqual([]);
  });

  test('are moved in their thousands by one call', async () => {
    const { store } = await bench();
    const two = await deployment(store, '2');
    const starts = Array.from({ length: 2500 }, () => two.app.start(two.flow, [1], { version: '1' }));
    await Promise.all(starts);
    expect(await two.app.runs.move({ workflow: 'flow', from: '1', to: 'later' })).toBe(2500);
    expect(await two.app.runs.move({ workflow: 'flow', from: '1', to: 'later' })).toBe(0);
    const ids = (await two.app.runs.list({ version: 'later', limit: 1000 })).runs.map(({ id }) => id);
    expect(await two.app.runs.move({ ids, to: 'still later' })).toBe(1000);
  });

  test('include those that sleep, which go on with the version they are moved to', async () => {
    const { store } = await bench();
    const body = (version: string) => async () => {
      await step.run('before', () => {});
      await sleep(300);
      return version;
    };
    const one = await deployment(store, '1', body('1'), { parkAfter: 0 });
    const two = await deployment(store, '2', body('2'), { parkAfter: 0 });
    const { id } = await one.app.start(one.flow, [1]);
    await reaches(one.app, id, 'waiting');
    await one.app.shutdown();
    expect(await two.app.runs.stranded()).toMatchObject([{ version: '1', runs: 1 }]);
    expect(await two.app.runs.move({ workflow: 'flow', from: '1', to: '2' })).toBe(1);
    expect(await two.app.handle(id).result()).toBe('2');
  });
});

describe('a move that makes no sense', () => {
  test('is refused, and says why', async () => {
    const { store } = await bench();
    const { app } = await deployment(store, '1');
    const refused = async (options: object): Promise<string> =>
      (await errorOf(app.runs.move(options as never)))['code'] as string;
    expect(await refused({ workflow: 'flow', from: '1', to: '1' })).toBe('INVALID_OPTION');
    expect(await refused({ workflow: 'flow', from: '1' })).toBe('INVALID_NAME');
    expect(await refused({ workflow: 'flow', to: '1' })).toBe('INVALID_NAME');
    expect(await refused({ workflow: 'flow', from: '1', to: '2', queue: '' })).toBe('INVALID_NAME');
    expect(await refused({ workflow: 'flow', from: '1', to: '2', ids: [] })).toBe('INVALID_OPTION');
    expect(await refused({ workflow: 'flow', from: '1', to: '2', when: 'now' })).toBe('INVALID_OPTION');
    expect(await refused({ ids: 'a', to: '2' })).toBe('INVALID_OPTION');
    expect(await refused({ ids: ['a'] })).toBe('INVALID_NAME');
    await eventually(async () => (await app.runs.stranded()).length === 0);
  });
});
