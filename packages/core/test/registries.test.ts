import { describe, expect, test } from 'vitest';
import { createRegistry, Holdfast, memoryStore, step, workflow } from '../src/index.js';
import { bench, reaches } from './support/bench.js';
import { errorOf, settled } from './support/signals.js';

describe('two apps in one process', () => {
  test('may have different code under one name, in two registries', async () => {
    const apps = ['one', 'two'].map((which) => {
      const registry = createRegistry();
      const flow = workflow('flow', { registry }, async () => step.run('tell', () => which));
      return { flow, app: new Holdfast({ store: memoryStore(), registry }) };
    });
    for (const { app } of apps) await app.launch();
    expect(await Promise.all(apps.map(({ flow }) => flow()))).toEqual(['one', 'two']);
    for (const { app } of apps) await app.shutdown();
  });

  test('with one workflow on two stores: a call is ambiguous, a start says which', async () => {
    const { workflow: define, registry } = await bench();
    const flow = define('flow', async () => 'ran');
    const apps = [memoryStore(), memoryStore()].map((store) => new Holdfast({ store, registry }));
    for (const app of apps) await app.launch();
    expect(await errorOf(flow())).toMatchObject({ code: 'AMBIGUOUS_APP', details: { workflow: 'flow' } });
    const handle = await apps[0]!.start(flow, [], { id: 'a' });
    expect(await handle.result()).toBe('ran');
    expect(await errorOf(apps[1]!.runs.get('a'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
    await apps[1]!.shutdown();
    expect(await flow()).toBe('ran');
    await apps[0]!.shutdown();
  });

  test('may share one store and even one handle on it', async () => {
    const { workflow: define, launch } = await bench();
    const flow = define('flow', async (n: number) => step.run('work', () => n));
    const apps = [await launch(), await launch(), await launch()];
    const numbers = Array.from({ length: 60 }, (_, n) => n);
    const handles = await Promise.all(numbers.map((n) => apps[n % 3]!.start(flow, [n])));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(numbers);
  });
});

describe('an executor without a workflow', () => {
  test('leaves its runs to others, and runs its own', async () => {
    const { workflow: define, launch, store } = await bench();
    const known = define('known', async () => 'known');
    const unknown = define('unknown', async () => 'unknown');
    const first = await launch({ store: store.another(), workflows: [known, unknown] });
    await first.start(unknown, [], { id: 'a', delay: 1 });
    await first.shutdown();
    const second = await launch({ store: store.another(), workflows: [known] });
    expect(await (await second.start(known, [])).result()).toBe('known');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await settled();
    expect(await second.handle('a').status()).toBe('pending');
    const third = await launch({ store: store.another(), workflows: [unknown] });
    await reaches(third, 'a', 'succeeded');
    expect(await second.handle('a').result()).toBe('unknown');
  });

  test('may show and cancel them all the same', async () => {
    const { workflow: define, launch, store } = await bench();
    const flow = define('flow', async (_: object) => {});
    const first = await launch({ store: store.another() });
    await first.start(flow, [{ at: new Date(3) }], { id: 'a', delay: '1h' });
    const second = await launch({ store: store.another(), workflows: [] });
    expect(await second.runs.get('a')).toMatchObject({ workflow: 'flow', input: [{ at: new Date(3) }] });
    expect(await second.runs.cancel('a')).toBe(true);
    expect(await errorOf(first.handle('a').result())).toMatchObject({ code: 'RUN_CANCELLED' });
  });
});

describe('an app without a list of workflows', () => {
  test('has all of its registry', async () => {
    const { workflow: define, launch } = await bench();
    const [one, two] = [define('one', async () => 1), define('two', async () => 2)];
    await launch();
    expect([await one(), await two()]).toEqual([1, 2]);
  });

  test('has what was defined before it was made, and not what came later', async () => {
    const { workflow: define, launch } = await bench();
    const app = await launch();
    const late = define('late', async () => {});
    expect(await errorOf(app.start(late, []))).toMatchObject({ code: 'UNKNOWN_WORKFLOW' });
    expect(await errorOf(late())).toMatchObject({ code: 'NOT_LAUNCHED' });
  });
});

describe('the registry of the process', () => {
  test('is where definitions go that name no other', async () => {
    const flow = workflow('a workflow of the registries test', async () => 'global');
    const app = new Holdfast({ store: memoryStore(), workflows: [flow] });
    await app.launch();
    expect(await flow()).toBe('global');
    await app.shutdown();
    expect(() => workflow('a workflow of the registries test', async () => {})).toThrow(
      expect.objectContaining({ code: 'DUPLICATE_WORKFLOW' }),
    );
  });
});

describe('a workflow of another registry', () => {
  test('that is listed with an app may be started', async () => {
    const { store } = await bench();
    const flow = workflow('flow', { registry: createRegistry() }, async () => 'ran');
    const app = new Holdfast({ store, workflows: [flow] });
    await app.launch();
    expect(await (await app.start(flow, [])).result()).toBe('ran');
    await app.shutdown();
  });
});
