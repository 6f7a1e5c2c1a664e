import { describe, expect, test } from 'vitest';
import { createRegistry, Holdfast, type MemoryStore, sleep, step, workflow } from '../src/index.js';
import { bench, reaches } from './support/bench.js';
import { errorOf, settled } from './support/signals.js';

/** A deployment: the same workflow in another version, on the same store. */
async function deployment(store: MemoryStore, version: string, body?: () => Promise<unknown>) {
  const registry = createRegistry();
  const flow = workflow('flow', { registry, version }, body ?? (async () => `by version ${version}`));
  const app = new Holdfast({ store: store.another(), registry });
  await app.launch();
  return { app, flow };
}

describe('versions', () => {
  test('a run is recorded with the version of its workflow, or else of the app, or else of the start', async () => {
    const { workflow: define, registry, launch } = await bench();
    const plain = define('plain', async () => {});
    const own = workflow('own', { registry, version: 'own-7' }, async () => {});
    const app = await launch({ version: 'app-3' });
    const versionOf = async (id: string): Promise<string> => (await app.runs.get(id)).version;
    expect(await versionOf((await app.start(plain, [])).id)).toBe('app-3');
    expect(await versionOf((await app.start(own, [])).id)).toBe('own-7');
    expect(await versionOf((await app.start(own, [], { version: 'later' })).id)).toBe('later');
  });

  test("the app's version is 1 where none is given", async () => {
    const { workflow: define, launch } = await bench();
    const flow = define('flow', async () => {});
    const app = await launch();
    expect((await app.runs.get((await app.start(flow, [])).id)).version).toBe('1');
  });

  test('a run of version 2 is left alone by an executor with version 1', async () => {
    const { store } = await bench();
    const one = await deployment(store, '1');
    const { id } = await one.app.start(one.flow, [], { version: '2' });
    expect(await (await one.app.start(one.flow, [])).result()).toBe('by version 1');
    await settled();
    expect(await one.app.handle(id).status()).toBe('pending');
    const two = await deployment(store, '2');
    expect(await one.app.handle(id).result()).toBe('by version 2');
    await one.app.shutdown();
    await two.app.shutdown();
  });

  test('a run is resumed by an executor of its own version only, also after a crash', async () => {
    const { store } = await bench();
    const body = (version: string) => async () => {
      await step.run('work', () => {});
      await sleep(30);
      return `by version ${version}`;
    };
    const one = await deployment(store, '1', body('1'));
    const two = await deployment(store, '2', body('2'));
    const { id } = await one.app.start(one.flow, []);
    await reaches(two.app, id, 'running');
    one.app.halt();
    await store.bury(one.app.executorId);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await settled();
    expect(await two.app.handle(id).status()).toBe('pending');
    const again = await deployment(store, '1', body('1'));
    expect(await two.app.handle(id).result()).toBe('by version 1');
    await two.app.shutdown();
    await again.app.shutdown();
  });

  test('a child takes the version of its own workflow', async () => {
    const { registry, launch } = await bench();
    const child = workflow('child', { registry, version: 'c' }, async () => {});
    const parent = workflow('parent', { registry, version: 'p' }, () => child());
    const app = await launch();
    await (await app.start(parent, [], { id: 'p' })).result();
    expect([(await app.runs.get('p')).version, (await app.runs.get('p.0')).version]).toEqual(['p', 'c']);
  });

  test('the same id in another version is the same run', async () => {
    const { store } = await bench();
    const one = await deployment(store, '1');
    const two = await deployment(store, '2');
    expect(await (await one.app.start(one.flow, [], { id: 'a' })).result()).toBe('by version 1');
    expect(await (await two.app.start(two.flow, [], { id: 'a' })).result()).toBe('by version 1');
    expect(await errorOf(two.app.runs.resume('a'))).toMatchObject({ code: 'RUN_NOT_FINISHED' });
    await one.app.shutdown();
    await two.app.shutdown();
  });
});
