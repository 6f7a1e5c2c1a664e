import { describe, expect, test } from 'vitest';
import { queue, sleep, step } from '../src/index.js';
import { bench, journalOf, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { errorOf, forever, gate } from './support/signals.js';

describe('lists of runs', () => {
  test('show runs newest first, a page at a time, and payloads only on request', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async (n: number) => n * 2);
    const app = await launch();
    for (let n = 0; n < 5; n++) await (await app.start(flow, [n], { id: `run ${n}`, tags: { n } })).result();
    const first = await app.runs.list({ limit: 2, idPrefix: 'run' });
    expect(first.runs.map(({ id }) => id)).toEqual(['run 4', 'run 3']);
    expect(Object.keys(first.runs[0]!)).not.toContain('output');
    const rest = await app.runs.list({ cursor: first.nextCursor!, idPrefix: 'run', payloads: true });
    expect(rest.runs.map(({ id, input, output }) => [id, input, output])).toEqual([
      ['run 2', [2], 4],
      ['run 1', [1], 2],
      ['run 0', [0], 0],
    ]);
    expect(rest.nextCursor).toBeUndefined();
    expect((await app.runs.list({ order: 'oldest', tags: { n: 0 } })).runs).toMatchObject([{ id: 'run 0' }]);
    expect((await app.runs.list({ state: ['failed', 'cancelled'] })).runs).toEqual([]);
  });

  test('show only what is queued and has not ended, if that is asked for', async () => {
    const { workflow, registry, launch } = await bench();
    const flow = workflow('flow', () => step.run('wait', forever));
    const [, other] = [queue('mail', { registry }), queue('other', { registry })];
    const app = await launch({ serve: [other] });
    await app.start(flow, [], { id: 'plain' });
    await app.start(flow, [], { id: 'queued', queue: 'mail' });
    await app.start(flow, [], { id: 'ended', queue: 'mail' });
    await app.runs.cancel('ended');
    const ids = async (filter: object) => (await app.runs.list(filter)).runs.map(({ id }) => id);
    expect(await ids({ onlyQueued: true })).toEqual(['queued']);
    expect(await ids({ onlyQueued: true, state: ['running', 'cancelled'] })).toEqual([]);
    expect((await ids({ queue: 'mail' })).sort()).toEqual(['ended', 'queued']);
  });

  test.each([
    [{ workflw: 'flow' }, 'has no "workflw"'],
    [{ state: 'done' }, 'must be one of pending'],
    [{ ids: [7] }, 'must be a text'],
    [{ version: '' }, 'must be a text'],
    [{ ids: Array.from({ length: 1001 }, String) }, 'at most 1000'],
    [{ tags: 'north' }, 'an object of plain JSON'],
    [{ hasParent: 'yes' }, 'true or false'],
    [{ createdAfter: 'yesterday' }, 'must be a date'],
    [{ order: 'random' }, '"newest" or "oldest"'],
    [{ limit: 0 }, 'from 1 to 1000'],
    [{ limit: 1001 }, 'from 1 to 1000'],
    [
      { createdAfter: new Date(Date.UTC(-4713, 10, 23)) },
      'a date, or a text that says one, not before 4713 BC',
    ],
    [{ cursor: Buffer.from('["-999999999999999999","a"]').toString('base64url') }, 'the nextCursor'],
    [{ cursor: 'x' }, 'the nextCursor of an earlier list'],
    [{ cursor: Buffer.from('["1; drop",""]').toString('base64url') }, 'the nextCursor of an earlier list'],
    ['failed', 'must be an object'],
  ])('refuse %j', async (filter, reason) => {
    const { launch } = await bench();
    const app = await launch();
    const error = await errorOf(app.runs.list(filter as never));
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    expect(error.message).toContain(reason);
  });
});

describe('counts', () => {
  test('are by what is asked for, the largest first', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {});
    const other = workflow('other', () => sleep('1 day'));
    const app = await launch();
    for (let n = 0; n < 3; n++) await (await app.start(flow, [])).result();
    await app.start(other, [], { delay: '1h' });
    expect(await app.runs.counts()).toEqual([{ runs: 4 }]);
    expect(await app.runs.counts({ by: ['state'] })).toEqual([
      { state: 'succeeded', runs: 3 },
      { state: 'pending', runs: 1 },
    ]);
    expect(await app.runs.counts({ by: ['queue', 'workflow'] })).toEqual([
      { workflow: 'flow', queue: undefined, runs: 3 },
      { workflow: 'other', queue: undefined, runs: 1 },
    ]);
    expect(await errorOf(app.runs.counts({ by: ['age' as never] }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await errorOf(app.runs.counts({ of: 'flow' } as never))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('journals', () => {
  test('are shown in parts, with or without payloads', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      for (const name of ['a', 'b', 'c']) await step.run(name, () => name);
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await result();
    const names = async (options?: object) => (await app.runs.steps(id, options)).map(({ name }) => name);
    expect(await names({ limit: 2 })).toEqual(['a', 'b']);
    expect(await names({ after: 1 })).toEqual(['c']);
    expect((await app.runs.steps(id, { payloads: false }))[0]).toMatchObject({
      name: 'a',
      output: undefined,
    });
    expect(await app.runs.steps('missing')).toEqual([]);
    expect(await errorOf(app.runs.steps(id, { limit: -1 }))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('looking inside a run', () => {
  test('is a step: a replay sees what the run saw', async () => {
    const { workflow, launch, kill } = await bench();
    const reached = gate();
    let stop: () => Promise<unknown> = () => {
      reached.open();
      return forever();
    };
    const flow = workflow('flow', async () => {
      const { runs } = await app.runs.list({ workflow: 'other' });
      const [count] = await app.runs.counts();
      await step.run('stop', () => stop());
      return [runs.length, count!.runs];
    });
    const other = workflow('other', async () => {});
    let app = await launch();
    await app.start(flow, [], { id: 'a' });
    await reached.opened;
    await app.start(other, []);
    await kill(app);
    stop = async () => undefined;
    app = await launch();
    expect(await app.handle('a').result()).toEqual([0, 1]);
    expect(await journalOf(app, 'a')).toEqual(['runs.list', 'runs.counts', 'stop']);
  });

  test('outlasts a store that cannot be reached', async () => {
    const { store, workflow, launch } = await bench();
    let failures = 2;
    const troubled = intercepted(store.another(), {
      looking: (looking) => ({
        ...looking,
        list: async (request) => {
          if (failures-- > 0) throw unavailable();
          return looking.list(request);
        },
      }),
    });
    const flow = workflow('flow', async () => (await app.runs.list()).runs.length);
    const app = await launch({ store: troubled });
    expect(await (await app.start(flow, [])).result()).toBe(1);
  });
});
