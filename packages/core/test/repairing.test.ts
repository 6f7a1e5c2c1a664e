import { describe, expect, test } from 'vitest';
import { now, patched, queue, step, uuid } from '../src/index.js';
import { bench, journalOf } from './support/bench.js';
import { errorOf, eventually, forever, gate } from './support/signals.js';

describe('a fork', () => {
  test('from each call makes only that one and later ones anew, with the same derived values', async () => {
    const { workflow, launch } = await bench();
    const bodies: string[] = [];
    const call = (name: string) => step.run(name, () => void bodies.push(name));
    const flow = workflow('flow', async () => {
      const seen = [now(), uuid()];
      for (const name of ['a', 'b', 'c']) await call(name);
      return seen;
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    const result = await handle.result();
    for (const [fromStep, anew] of [
      [0, ['a', 'b', 'c']],
      ['b', ['b', 'c']],
      [2, ['c']],
      [undefined, []],
    ] as const) {
      bodies.length = 0;
      const forked = await app.runs.fork(handle.id, fromStep === undefined ? {} : { fromStep });
      expect(await forked.result()).toEqual(result);
      expect(bodies).toEqual(anew);
    }
  });

  test('begins at the failed call, or goes on with a result in its place; a fork may be forked', async () => {
    const { workflow, launch } = await bench();
    const bodies: string[] = [];
    let isBroken = true;
    const flow = workflow('flow', async () => {
      await step.run('reserve', () => void bodies.push('reserve'));
      return step.run('charge', () => {
        bodies.push('charge');
        if (isBroken) throw new Error('no');
        return 'charged';
      });
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await errorOf(handle.result());
    const mended = await app.runs.fork(handle.id, { outputs: { charge: 'by hand' }, id: 'mended' });
    expect(await mended.result()).toBe('by hand');
    isBroken = false;
    expect(await (await app.runs.fork(handle.id)).result()).toBe('charged');
    expect(await (await app.runs.fork('mended', { fromStep: 'charge' })).result()).toBe('charged');
    expect(bodies).toEqual(['reserve', 'charge', 'charge', 'charge']);
    expect((await app.runs.fork(handle.id, { id: 'mended' })).id).toBe('mended');
  });

  test('with bad options is refused before anything is written', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      await step.run('a', () => 1);
      await step.run('a', () => 2);
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await handle.result();
    const refused = async (options: object): Promise<string> =>
      (await errorOf(app.runs.fork(handle.id, options))).message;
    expect(await refused({ outputs: { a: 1 } })).toMatch('more than once (calls 0, 1)');
    expect(await refused({ outputs: { b: 1 } })).toMatch('not called anything named "b"');
    expect(await refused({ fromStep: 'b' })).toMatch('not called anything named "b"');
    expect(await refused({ fromStep: 0, outputs: { 1: 1 } })).toMatch('replaces the result of call 1');
    expect(await refused({ fromStep: -1 })).toMatch('fromStep of a fork is -1');
    expect(await errorOf(app.runs.fork('missing'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

test('a fork of before a patch goes the new way, and one of after it as its run went', async () => {
  const { workflow, launch } = await bench();
  let isNew = false;
  const flow = workflow('flow', async () => {
    await step.run('a', () => 'a');
    const way = isNew && (await patched('p')) ? 'new' : 'old';
    await step.run('b', () => 'b');
    return way;
  });
  const app = await launch();
  const handle = await app.start(flow, []);
  expect(await handle.result()).toBe('old');
  isNew = true;
  expect(await (await app.runs.fork(handle.id, { fromStep: 'b' })).result()).toBe('new');
  expect(await (await app.runs.fork(handle.id, { fromStep: 2 })).result()).toBe('old');
});

test('a fork has tags and a time limit of its own', async () => {
  const { workflow, launch } = await bench();
  const flow = workflow('flow', async (isSlow: boolean) => {
    await step.run('a', () => 'a');
    if (isSlow) await forever();
  });
  const app = await launch();
  await app.start(flow, [true], { id: 'slow', tags: { of: 'anna' } });
  await eventually(async () => (await app.runs.steps('slow')).length === 1);
  const fork = await app.runs.fork('slow', { tags: { of: 'bert' }, timeout: '20ms' });
  expect((await app.runs.get(fork.id)).tags).toEqual({ of: 'bert' });
  expect((await app.runs.get('slow')).tags).toEqual({ of: 'anna' });
  expect(await errorOf(fork.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
  expect(await errorOf(app.runs.fork('slow', { timeout: 0 }))).toMatchObject({ code: 'INVALID_OPTION' });
  expect(await errorOf(app.runs.fork('slow', { tags: [] as never }))).toMatchObject({
    code: 'INVALID_OPTION',
  });
});

describe('a retry', () => {
  test('makes the failed call anew, keeps what was before, and takes a failed child along', async () => {
    const { workflow, launch } = await bench();
    const bodies: string[] = [];
    let isBroken = true;
    const child = workflow('child', async () => {
      await step.run('first', () => void bodies.push('first'));
      await step.run('second', () => {
        bodies.push('second');
        if (isBroken) throw new Error('no');
      });
      return 'done';
    });
    const parent = workflow('parent', () => child());
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    await errorOf(handle.result());
    isBroken = false;
    await app.runs.retry('p');
    expect(await handle.result()).toBe('done');
    expect(bodies).toEqual(['first', 'second', 'second']);
    expect(await journalOf(app, 'p.0')).toEqual(['first', 'second']);
    expect(await errorOf(app.runs.retry('p'))).toMatchObject({ code: 'RUN_NOT_FINISHED' });
    expect(await errorOf(app.runs.retry('missing'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('or a resume of a run that was undone is refused', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      await step.run('a', () => 1, { undo: () => undefined });
      throw new Error('no');
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await errorOf(handle.result());
    expect(await errorOf(app.runs.retry(handle.id))).toMatchObject({ code: 'RUN_UNDONE' });
    expect(await errorOf(app.runs.resume(handle.id))).toMatchObject({ code: 'RUN_UNDONE' });
  });
});

describe('several runs', () => {
  /** An app with runs `a` and `b` that failed, `ok` that did not, and what mends them. */
  async function withFailed() {
    const { workflow, launch } = await bench();
    let isBroken = true;
    const flow = workflow('flow', (fails: boolean) =>
      step.run('charge', () => {
        if (fails && isBroken) throw new Error('no');
        return 'charged';
      }),
    );
    const app = await launch();
    for (const id of ['a', 'b']) await errorOf((await app.start(flow, [true], { id })).result());
    await (await app.start(flow, [false], { id: 'ok' })).result();
    const mend = (): void => {
      isBroken = false;
    };
    return { app, mend };
  }

  const ANSWERS = [
    { id: 'a', done: true },
    { id: 'missing', done: false, error: { code: 'RUN_NOT_FOUND' } },
    { id: 'ok', done: false, error: { code: 'RUN_NOT_FINISHED' } },
    { id: 'b', done: true },
  ];
  const IDS = ['a', 'missing', 'ok', 'a', 'b'];

  test('are retried, and each says what became of it', async () => {
    const { app, mend } = await withFailed();
    mend();
    expect(await app.runs.retry(IDS)).toMatchObject(ANSWERS);
    for (const id of ['a', 'b']) expect(await app.handle(id).result()).toBe('charged');
    expect(await app.runs.retry([])).toEqual([]);
  });

  test('are resumed, and each says what became of it', async () => {
    const { app } = await withFailed();
    expect(await app.runs.resume(IDS)).toMatchObject(ANSWERS);
    for (const id of ['a', 'b'])
      expect(await errorOf(app.handle(id).result())).toMatchObject({ message: 'no' });
  });

  test('are forked the same way, and each has a handle of its own', async () => {
    const { app, mend } = await withFailed();
    mend();
    const answers = await app.runs.fork<string>(['a', 'missing', 'b'], { fromStep: 'charge' });
    expect(answers).toMatchObject([
      { id: 'a', done: true },
      { error: { code: 'RUN_NOT_FOUND' } },
      { id: 'b' },
    ]);
    for (const answer of answers) if (answer.done) expect(await answer.handle.result()).toBe('charged');
    expect(new Set(answers.map((answer) => answer.done && answer.handle.id)).size).toBe(3);
    expect(await errorOf(app.runs.fork(['a', 'b'], { id: 'one' } as object))).toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  test('of which one has lost its deduplication key to another are retried without that one', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', (fails: boolean) =>
      step.run('charge', async () => (fails ? Promise.reject(new Error('no')) : forever())),
    );
    const app = await launch();
    const key = { deduplicationKey: 'customer 42' };
    for (const id of ['a', 'b']) {
      await errorOf((await app.start(flow, [true], { id, ...(id === 'a' && key) })).result());
    }
    await app.start(flow, [false], { id: 'holder', ...key });
    expect(await app.runs.retry(['a', 'b'])).toMatchObject([
      { id: 'a', done: false, error: { code: 'DUPLICATE_RUN', details: { runId: 'holder' } } },
      { id: 'b', done: true },
    ]);
    expect(await journalOf(app, 'a')).toEqual(['charge: no']);
  });
});

test("a repair in a run's own code is refused, and done in a step", async () => {
  const { workflow, launch } = await bench();
  const broken = workflow('broken', () => Promise.reject(new Error('no')));
  const app = await launch();
  await errorOf((await app.start(broken, [], { id: 'broken' })).result());
  const operator = workflow('operator', async () => {
    const calls = [app.runs.fork, app.runs.retry, app.runs.resume, app.runs.delete] as ((
      id: string,
    ) => Promise<unknown>)[];
    const codes = [];
    for (const call of calls) codes.push(((await errorOf(call('broken'))) as { code?: string }).code);
    const forkId = await step.run('fork', async () => (await app.runs.fork('broken', { id: 'fork' })).id);
    return [...codes, forkId];
  });
  const other = await launch();
  const result = await (await other.start(operator, [])).result();
  expect(result).toEqual([...Array(4).fill('WRONG_CONTEXT'), 'fork']);
});

test('a deleted run is gone, and whoever waits for it is told', async () => {
  const { workflow, launch } = await bench();
  const flow = workflow('flow', async () => 42);
  const app = await launch();
  const handle = await app.start(flow, []);
  await handle.result();
  await app.runs.delete(handle.id);
  expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_NOT_FOUND' });
  expect(await errorOf(app.runs.delete(handle.id))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  expect(await app.runs.delete([handle.id])).toEqual([]);
});

describe('a forced delete', () => {
  test('cancels a run and what is below it, and deletes them', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', () => step.run('wait', forever));
    const parent = workflow('parent', () => child());
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    await eventually(async () => (await app.runs.list({ workflow: 'child' })).runs.length === 1);
    expect(await errorOf(app.runs.delete('p', { children: true }))).toMatchObject({
      code: 'RUN_NOT_FINISHED',
    });
    expect(await app.runs.delete(['p', 'missing'], { children: true })).toEqual([]);
    await app.runs.delete('p', { children: true, force: true });
    expect(await errorOf(handle.result())).toMatchObject({
      code: expect.stringMatching(/RUN_(CANCELLED|NOT_FOUND)/),
    });
    expect((await app.runs.list()).runs).toEqual([]);
    expect(await errorOf(app.runs.delete('p', { all: true } as object))).toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  test('leaves a run that is taking back what it did, until it has', async () => {
    const { workflow, launch } = await bench();
    const undone = gate();
    const flow = workflow('flow', async () => {
      await step.run('a', () => 1, { undo: () => undone.opened });
      await step.run('wait', forever);
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await eventually(async () => (await app.runs.steps(handle.id)).length === 1);
    expect(await errorOf(app.runs.delete(handle.id, { force: true }))).toMatchObject({
      code: 'RUN_NOT_FINISHED',
      details: { isUnwinding: true },
    });
    undone.open();
    await errorOf(handle.result());
    await app.runs.delete(handle.id, { force: true });
    expect(await errorOf(app.runs.get(handle.id))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('leaves a run whose code still runs in a slot, until it has ended', async () => {
    const { registry, workflow, launch } = await bench();
    queue('mail', { registry, concurrency: 1 });
    const began = gate();
    const end = gate();
    const flow = workflow('flow', () =>
      step.run('stubborn', () => {
        began.open();
        return end.opened;
      }),
    );
    const app = await launch();
    const { id } = await app.start(flow, [], { queue: 'mail' });
    await began.opened;
    expect(await errorOf(app.runs.delete(id, { force: true }))).toMatchObject({
      code: 'RUN_NOT_FINISHED',
      details: { state: 'cancelled' },
    });
    end.open();
    await eventually(async () => (await app.runs.delete([id])).length === 1);
  });
});
