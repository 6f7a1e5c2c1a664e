import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoreEntry } from '../src/adapter.js';
import {
  createRegistry,
  Holdfast,
  HoldfastError,
  memoryStore,
  type StartOptions,
  sleep,
  step,
  workflow,
} from '../src/index.js';
import { type Bench, bench, recordingCommits } from './support/bench.js';
import { errorOf, settled } from './support/signals.js';

let at: Bench;
let batches: readonly (readonly StoreEntry[])[];

beforeEach(async () => {
  const recording = recordingCommits();
  batches = recording.batches;
  at = await bench({ faults: recording.faults });
});

/** After whatever was refused, nothing was written. */
afterEach(async () => {
  await settled();
  expect(batches).toEqual([]);
});

describe('a start is refused before anything is written', () => {
  const starting = async (args: unknown, options?: unknown): Promise<Error & Record<string, unknown>> => {
    const flow = at.workflow('flow', async (..._: unknown[]) => {});
    const app = await at.launch();
    return errorOf(app.start(flow, args as [], options as StartOptions));
  };

  test.each<[string, unknown, string]>([
    ['a function', () => {}, '$[0]'],
    ['a function deep inside', { order: { items: [{ onPaid() {} }] } }, '$[0].order.items[0].onPaid'],
    ['a symbol', Symbol('s'), '$[0]'],
    ['a promise', { later: Promise.resolve(1) }, '$[0].later'],
    ['an instance of a class that is not listed', new Map([['a', new (class Order {})()]]), '$[0]'],
  ])('for an argument that is %s, naming the path to it', async (_, argument, path) => {
    const error = await starting([argument]);
    expect(error).toBeInstanceOf(HoldfastError);
    expect(error.code).toBe('UNRECORDABLE_VALUE');
    expect(error.message).toContain('the arguments of workflow "flow"');
    expect((error['details'] as { path: string }).path).toContain(path);
  });

  test.each([undefined, null, 'text', { length: 0 }])('for arguments that are no array: %j', async (args) => {
    expect(await starting(args)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each(['', 'x'.repeat(256), 'a\0b', 'a\nb', 42, null])('for the id %j', async (id) => {
    expect(await starting([], { id })).toMatchObject({ code: 'INVALID_ID' });
  });

  test.each(['soon', -1, Number.NaN, '1000 years', {}])('for the delay %j', async (delay) => {
    expect(await starting([], { delay })).toMatchObject({
      code: 'INVALID_DURATION',
      message: expect.stringContaining('delay of a run of "flow"'),
    });
  });

  test.each(['', 'x'.repeat(256), 'a\nb', 7])('for the version %j', async (version) => {
    expect(await starting([], { version })).toMatchObject({
      code: 'INVALID_NAME',
      message: expect.stringContaining('version of a run of "flow"'),
    });
  });

  test.each([
    ['a list', ['a']],
    ['a text', 'a'],
    ['null', null],
    ['a date', new Date(0)],
    ['a number too big for JSON', { big: 1n }],
    ['a cycle', cycle()],
    ['an object that JSON makes nothing of', { toJSON: () => undefined }],
  ])('for tags that are %s', async (_, tags) => {
    expect(await starting([], { tags })).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('for a workflow that the app does not have, listing those it has', async () => {
    const flow = at.workflow('flow', async () => {});
    const other = at.workflow('other', async () => {});
    const app = await at.launch({ workflows: [flow] });
    expect(await errorOf(app.start(other, []))).toMatchObject({
      code: 'UNKNOWN_WORKFLOW',
      message: expect.stringContaining('does not have the workflow "other" (it has: "flow")'),
      details: { workflow: 'other', known: ['flow'] },
    });
  });

  test.each([
    ['a plain function', async () => {}],
    ['undefined', undefined],
    ['its name', 'flow'],
  ])('for something that is no workflow: %s', async (_, value) => {
    const app = await at.launch();
    expect(await errorOf(app.start(value as never, [] as never))).toMatchObject({ code: 'UNKNOWN_WORKFLOW' });
  });
});

describe('an app that is not launched', () => {
  test('refuses everything, saying what to do', async () => {
    const flow = at.workflow('flow', async () => {});
    const app = at.app();
    expect(await errorOf(app.start(flow, []))).toMatchObject({
      code: 'NOT_LAUNCHED',
      message: expect.stringContaining('await app.launch()'),
    });
    expect(await errorOf(flow())).toMatchObject({ code: 'NOT_LAUNCHED', details: { workflow: 'flow' } });
    expect(await errorOf(app.runs.get('a'))).toMatchObject({ code: 'NOT_LAUNCHED' });
    expect(await errorOf(app.within({}).start(flow, []))).toMatchObject({ code: 'NOT_LAUNCHED' });
    expect(() => app.handle('a')).toThrow(expect.objectContaining({ code: 'NOT_LAUNCHED' }));
    expect(app.executorId).toBe('');
  });

  test('that is launched twice says so, also while it launches', async () => {
    const app = at.app();
    const launching = app.launch();
    expect(await errorOf(app.launch())).toMatchObject({ code: 'ALREADY_LAUNCHED' });
    await launching;
    expect(await errorOf(app.launch())).toMatchObject({ code: 'ALREADY_LAUNCHED' });
  });

  test('and was shut down says that', async () => {
    const flow = at.workflow('flow', async () => {});
    const app = await at.launch();
    await app.shutdown();
    expect(await errorOf(app.start(flow, []))).toMatchObject({ code: 'SHUT_DOWN' });
    expect(await errorOf(flow())).toMatchObject({ code: 'NOT_LAUNCHED' });
  });
});

describe('asking for a run that is not there', () => {
  test('is RUN_NOT_FOUND, with its id', async () => {
    const app = await at.launch();
    for (const ask of [
      () => app.runs.get('nobody'),
      () => app.runs.resume('nobody'),
      () => app.handle('nobody').status(),
      () => app.handle('nobody').result(),
    ]) {
      expect(await errorOf(ask())).toMatchObject({
        code: 'RUN_NOT_FOUND',
        message: 'There is no run with the id "nobody" in this store.',
        details: { runId: 'nobody' },
      });
    }
    expect(await app.runs.cancel('nobody')).toBe(false);
    expect(await app.runs.steps('nobody')).toEqual([]);
  });
});

describe('a definition is refused', () => {
  test.each(['', 'x'.repeat(256), 'a\nb', undefined, 7])('with the name %j', (name) => {
    const { registry } = at;
    const bad = name as string;
    for (const define of [() => workflow(bad, { registry }, async () => {}), () => step(bad, () => {})]) {
      expect(define).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
    }
    expect(registry.workflows()).toEqual([]);
  });

  test('with a name that is taken', () => {
    at.workflow('flow', async () => {});
    expect(() => at.workflow('flow', async () => {})).toThrow(
      expect.objectContaining({
        code: 'DUPLICATE_WORKFLOW',
        message: expect.stringContaining('"flow" is defined twice'),
        details: { workflow: 'flow' },
      }),
    );
  });

  test('with a version that cannot be stored', () => {
    expect(() => workflow('flow', { registry: at.registry, version: '' }, async () => {})).toThrow(
      expect.objectContaining({
        code: 'INVALID_NAME',
        message: expect.stringContaining('version of workflow "flow"'),
      }),
    );
  });

  test.each<[object, string]>([
    [{ timeout: 'soon' }, 'INVALID_DURATION'],
    [{ timeout: 0 }, 'INVALID_OPTION'],
    [{ timeout: -1 }, 'INVALID_DURATION'],
    [{ effect: 'exactly-once' }, 'INVALID_OPTION'],
    [{ retry: { attempts: 0 } }, 'INVALID_OPTION'],
    [{ retry: { factor: 0 } }, 'INVALID_OPTION'],
    [{ retry: { initial: 'soon' } }, 'INVALID_DURATION'],
    [{ retry: { when: 'always' } }, 'INVALID_OPTION'],
  ])('of a step with the options %j', async (options, code) => {
    expect(() => step('charge', () => {}, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('step "charge"') }),
    );
    // In place it is the outcome of the call, inside a run and outside.
    expect(await errorOf(step.run('charge', () => {}, options))).toMatchObject({ code });
  });
});

describe('an app is refused', () => {
  test.each<[object, string]>([
    [{ concurrency: 0 }, 'INVALID_OPTION'],
    [{ concurrency: 1.5 }, 'INVALID_OPTION'],
    [{ lease: 'long' }, 'INVALID_DURATION'],
    [{ lease: 0 }, 'INVALID_OPTION'],
    [{ parkAfter: -1 }, 'INVALID_DURATION'],
    [{ version: '' }, 'INVALID_NAME'],
    [{ workflows: [() => {}] }, 'UNKNOWN_WORKFLOW'],
    [{ workflows: [{}] }, 'UNKNOWN_WORKFLOW'],
    [{ workflows: [undefined] }, 'UNKNOWN_WORKFLOW'],
  ])('with the options %j', (options, code) => {
    expect(() => new Holdfast({ store: memoryStore(), registry: createRegistry(), ...options })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test('with two workflows of one name', () => {
    const flow = at.workflow('flow', async () => {});
    const another = workflow('flow', { registry: createRegistry() }, async () => {});
    expect(() => at.app({ workflows: [flow, another] })).toThrow(
      expect.objectContaining({ code: 'DUPLICATE_WORKFLOW' }),
    );
    expect(() => at.app({ workflows: [flow, flow] })).not.toThrow();
  });

  test('a shutdown with a drain that is no duration', async () => {
    const app = at.app();
    expect(() => app.shutdown({ drain: 'soon' })).toThrow(
      expect.objectContaining({ code: 'INVALID_DURATION' }),
    );
  });
});

describe('what no id of a run can be is refused wherever a run is named', () => {
  const calls: Readonly<Record<string, (app: Holdfast, id: string) => unknown>> = {
    handle: (app, id) => app.handle(id),
    get: (app, id) => app.runs.get(id),
    steps: (app, id) => app.runs.steps(id),
    cancel: (app, id) => app.runs.cancel(id),
    'cancel several': (app, id) => app.runs.cancel(['a', id], { children: true }),
    resume: (app, id) => app.runs.resume(id),
    retry: (app, id) => app.runs.retry(id),
    fork: (app, id) => app.runs.fork(id),
    delete: (app, id) => app.runs.delete(['a', id], { force: true }),
    setPriority: (app, id) => app.runs.setPriority(id, 1),
    setDelay: (app, id) => app.runs.setDelay(id, 0),
    move: (app, id) => app.runs.move({ ids: ['a', id], to: '2' }),
  };

  test.each(Object.keys(calls))('by %s', async (name) => {
    const app = await at.launch();
    for (const id of ['', 'x'.repeat(256), 'a\0b', 'half a \ud83d', 42, undefined]) {
      const called = (async () => calls[name]!(app, id as string))();
      expect(await errorOf(called)).toMatchObject({ code: 'INVALID_ID' });
    }
  });
});

describe('tags are refused that a database cannot hold', () => {
  test.each([
    ['with a NUL in a value', { customer: ['a\0b'] }],
    ['with a NUL in a name', { 'a\0b': 1 }],
    ['with half of a character', { customer: '\ud83d' }],
  ])('%s', async (_, tags) => {
    const flow = at.workflow('flow', async () => {});
    const app = await at.launch();
    expect(await errorOf(app.start(flow, [], { tags }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(app.runs.list({ tags }))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('and whatever only looks like one is taken', async () => {
    const app = await at.launch();
    const tags = { path: 'C:\\u0000', emoji: '🦊' };
    expect((await app.runs.list({ tags })).runs).toEqual([]);
  });
});

test('a bad duration of sleep is refused inside a run and outside', async () => {
  expect(await errorOf(sleep('soon'))).toMatchObject({ code: 'INVALID_DURATION' });
});

function cycle(): object {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  return loop;
}
