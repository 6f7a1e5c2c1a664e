import { describe, expect, test } from 'vitest';
import { type DebounceOptions, workflow as defineWorkflow, step } from '../src/index.js';
import { bench, journalOf, reaches, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

const START_MS = Date.UTC(2030, 0, 1);

/** A workflow that writes down its inputs, on a clock that the test moves. */
async function reindexing() {
  const clock = new ManualClock(START_MS);
  const made = await bench({ clock });
  const indexed: string[] = [];
  const reindex = made.workflow('reindex', async (shop: string) => {
    indexed.push(shop);
    return `indexed ${shop}`;
  });
  return { ...made, clock, indexed, reindex };
}

describe('a debounce', () => {
  test('runs once, with the last input, when no call has come for as long as it waits', async () => {
    const { clock, launch, reindex, indexed } = await reindexing();
    const app = await launch();
    const first = await app.debounce(reindex, 'shop 7', ['a'], { wait: '5s', tags: { n: 1 } });
    clock.advance(4000);
    const second = await app.debounce(reindex, 'shop 7', ['b'], { wait: '5s', tags: { n: 2 } });
    expect(second.id).toBe(first.id);
    clock.advance(4000);
    await settled();
    expect(indexed).toEqual([]);
    expect(await app.runs.get(first.id)).toMatchObject({
      state: 'pending',
      input: ['b'],
      tags: { n: 2 },
      wakeAt: new Date(START_MS + 9000),
    });
    clock.advance(1001);
    expect(await second.result()).toBe('indexed b');
    expect(indexed).toEqual(['b']);
  });

  test('is not put off for longer than its limit, however many calls come', async () => {
    const { clock, launch, reindex, indexed } = await reindexing();
    const app = await launch();
    const options = { wait: '5s', max: '12s' };
    const { id } = await app.debounce(reindex, 'shop 7', ['0'], options);
    for (const n of [1, 2, 3]) {
      clock.advance(3000);
      await app.debounce(reindex, 'shop 7', [`${n}`], options);
    }
    expect((await app.runs.get(id)).wakeAt).toEqual(new Date(START_MS + 12_000));
    clock.advance(3001);
    await app.handle(id).result();
    expect(indexed).toEqual(['3']);
  });

  test('makes another run once the first has begun, and once it was cancelled', async () => {
    const { clock, launch, reindex, indexed } = await reindexing();
    const app = await launch();
    const first = await app.debounce(reindex, 'shop 7', ['a'], { wait: '5s' });
    clock.advance(5001);
    await first.result();
    const second = await app.debounce(reindex, 'shop 7', ['b'], { wait: '5s' });
    await second.cancel();
    const third = await app.debounce(reindex, 'shop 7', ['c'], { wait: '5s' });
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    clock.advance(5001);
    await third.result();
    expect(indexed).toEqual(['a', 'c']);
  });

  test('has keys of its own: neither another workflow’s nor those that starts have', async () => {
    const { clock, launch, reindex, workflow } = await reindexing();
    const other = workflow('other', async () => 'other');
    const app = await launch();
    const started = await app.start(reindex, ['started'], { deduplicationKey: 'shop 7', delay: '1h' });
    const [a, b, c] = await Promise.all([
      app.debounce(reindex, 'shop 7', ['a'], { wait: '5s' }),
      app.debounce(reindex, 'shop 8', ['b'], { wait: '5s' }),
      app.debounce(other, 'shop 7', [], { wait: '5s' }),
    ]);
    expect(new Set([started.id, a.id, b.id, c.id]).size).toBe(4);
    expect((await app.runs.get(started.id)).input).toEqual(['started']);
    clock.advance(5001);
    expect(await Promise.all([a.result(), b.result(), c.result()])).toEqual([
      'indexed a',
      'indexed b',
      'other',
    ]);
  });

  test('of an assigned id has it if it makes the run; the next one does not', async () => {
    const { clock, launch, reindex } = await reindexing();
    const app = await launch();
    const wait = '5s';
    const first = await app.debounce(reindex, 'shop 7', ['a'], { wait, id: 'mine' });
    expect((await app.debounce(reindex, 'shop 7', ['b'], { wait, id: 'not mine' })).id).toBe('mine');
    clock.advance(5001);
    await first.result();
    expect((await app.debounce(reindex, 'shop 7', ['c'], { wait })).id).not.toBe('mine');
  });

  test('with the id of a run that has ended is that run, or a conflict if it is of another workflow', async () => {
    const { launch, reindex, workflow } = await reindexing();
    const other = workflow('other', async () => {});
    const app = await launch();
    await (await app.start(reindex, ['a'], { id: 'mine' })).result();
    const again = await app.debounce(reindex, 'shop 7', ['b'], { wait: '5s', id: 'mine' });
    expect(await again.result()).toBe('indexed a');
    expect(await errorOf(app.debounce(other, 'k', [], { wait: '5s', id: 'mine' }))).toMatchObject({
      code: 'RUN_ID_CONFLICT',
    });
  });

  test('whose answer is lost is repeated, and makes no second run', async () => {
    const { launch, reindex, store, clock } = await reindexing();
    const { pending } = store;
    let lost = 0;
    const flaky = intercepted(store, {
      pending: () => ({
        ...pending,
        debounce: async (request) => {
          if (lost++ === 0) throw unavailable();
          const outcome = await pending.debounce(request);
          if (lost++ === 1) throw unavailable();
          return outcome;
        },
      }),
    });
    const app = await launch({ store: flaky });
    const asked = app.debounce(reindex, 'shop 7', ['a'], { wait: '5s', id: 'mine' });
    const { id } = await clock.passUntil(asked);
    expect([id, lost]).toEqual(['mine', 3]);
    expect(await app.handle('mine').status()).toBe('pending');
  });

  test.each<[string, object, string]>([
    ['without a wait', {}, 'INVALID_OPTION'],
    ['with a wait that is none', { wait: 'soon' }, 'INVALID_DURATION'],
    ['with a limit shorter than its wait', { wait: '5s', max: '4s' }, 'INVALID_OPTION'],
    ['with a delay', { wait: '5s', delay: '1s' }, 'INVALID_OPTION'],
    ['with a deduplication key', { wait: '5s', deduplicationKey: 'x' }, 'INVALID_OPTION'],
    ['that joins or rejects', { wait: '5s', onDuplicate: 'join' }, 'INVALID_OPTION'],
    ['that is detached', { wait: '5s', detached: true }, 'INVALID_OPTION'],
    ['with a priority but no queue', { wait: '5s', priority: 1 }, 'INVALID_OPTION'],
  ])('is refused %s', async (_, options, code) => {
    const { launch, reindex } = await reindexing();
    const app = await launch();
    const asked = app.debounce(reindex, 'k', ['a'], { id: 'never', ...options } as DebounceOptions);
    expect(await errorOf(asked)).toMatchObject({ code });
    expect(await errorOf(app.runs.get('never'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('is refused for a key that is none, an input that cannot be recorded, and a singleton', async () => {
    const { launch, reindex, registry } = await reindexing();
    const only = defineWorkflow('only', { singleton: true, registry }, async () => {});
    const app = await launch();
    const wait = '5s';
    expect(await errorOf(app.debounce(reindex, '', ['a'], { wait }))).toMatchObject({ code: 'INVALID_NAME' });
    const odd = (() => {}) as unknown as string;
    expect(await errorOf(app.debounce(reindex, 'k', [odd], { wait }))).toMatchObject({
      code: 'UNRECORDABLE_VALUE',
    });
    expect(await errorOf(app.debounce(only, 'k', [], { wait }))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('a debounce inside a run', () => {
  test('is recorded: a replay gets the same run, and puts nothing off again', async () => {
    const { clock, launch, kill, reindex, workflow } = await reindexing();
    const entered = gate();
    let isFirst = true;
    const parent = workflow('parent', async () => {
      const handle = await app.debounce(reindex, 'shop 7', ['a'], { wait: '5s' });
      await step.run('pause', () => {
        entered.open();
        return isFirst ? forever() : undefined;
      });
      return handle.id;
    });
    let app = await launch();
    await app.start(parent, [], { id: 'p' });
    await entered.opened;
    clock.advance(2000);
    isFirst = false;
    await kill(app);
    app = await launch();
    const id = await app.handle<string>('p').result();
    expect(id).toBe('p.0.debounced');
    expect((await app.runs.get(id)).wakeAt).toEqual(new Date(START_MS + 5000));
    expect(await journalOf(app, 'p')).toEqual(['debounce reindex', 'pause']);
  });

  test('that waits already is put off, and its id recorded', async () => {
    const { launch, reindex, workflow } = await reindexing();
    const parent = workflow('parent', async (): Promise<string> => {
      const handle = await app.debounce(reindex, 'shop 7', ['b'], { wait: '5s' });
      return handle.id;
    });
    const app = await launch();
    await app.debounce(reindex, 'shop 7', ['a'], { wait: '5s', id: 'first' });
    expect(await parent()).toBe('first');
    expect((await app.runs.get('first')).input).toEqual(['b']);
  });

  test('is nobody’s child, has none of its caller’s time limit, and can be waited for', async () => {
    const { clock, launch, workflow, reindex, store } = await reindexing();
    const parent = workflow('parent', async () =>
      (await app.debounce(reindex, 'shop 7', ['a'], { wait: '5s' })).result(),
    );
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p', timeout: '1h' });
    await eventually(async () => (await app.handle('p.0.debounced').status()) === 'pending');
    expect(await app.runs.get('p.0.debounced')).toMatchObject({ parentId: undefined });
    expect((await store.run('p.0.debounced'))!.deadlineMs).toBeNull();
    expect(await clock.passUntil(handle.result())).toBe('indexed a');
  });

  test('is made by a child as by anybody', async () => {
    const { launch, workflow, reindex } = await reindexing();
    const child = workflow('child', async () => (await app.debounce(reindex, 'k', ['a'], { wait: '5s' })).id);
    const parent = workflow('parent', () => child());
    const app = await launch();
    await app.start(parent, [], { id: 'p', timeout: '1h' });
    expect(await app.handle('p').result()).toBe('p.0.0.debounced');
    expect((await app.runs.get('p.0.0.debounced')).parentId).toBeUndefined();
  });

  /** Kills the parent's process before or after its debounce has landed, and answers what came of it. */
  async function killedAround(when: 'before' | 'after') {
    const { launch, kill, reindex, workflow, store } = await reindexing();
    const { pending } = store;
    const stuck = gate();
    const dying = intercepted(store, {
      pending: () => ({
        ...pending,
        debounce: async (request) => {
          if (when === 'after') await pending.debounce(request);
          stuck.open();
          return forever();
        },
      }),
    });
    const parent = workflow('parent', async (): Promise<string> => {
      const handle = await app.debounce(reindex, 'shop 7', ['a'], { wait: '5s' });
      return handle.id;
    });
    let app = await launch({ store: dying });
    await app.start(parent, [], { id: 'p' });
    await stuck.opened;
    await kill(app);
    app = await launch();
    const id = await app.handle<string>('p').result();
    return { id, run: await app.runs.get(id), journal: await journalOf(app, 'p') };
  }

  test.each(['before', 'after'] as const)(
    'happens once when the process dies %s it has landed',
    async (when) => {
      const { id, run, journal } = await killedAround(when);
      expect(id).toBe('p.0.debounced');
      expect(run).toMatchObject({ state: 'pending', input: ['a'], epoch: 0 });
      expect(journal).toEqual(['debounce reindex']);
    },
  );

  test('whose answer is lost is found in the journal', async () => {
    const { clock, launch, reindex, workflow, store } = await reindexing();
    const { pending } = store;
    let calls = 0;
    const flaky = intercepted(store, {
      pending: () => ({
        ...pending,
        debounce: async (request) => {
          const outcome = await pending.debounce(request);
          if (calls++ === 0) throw unavailable();
          return outcome;
        },
      }),
    });
    const parent = workflow('parent', async (): Promise<string> => {
      const handle = await app.debounce(reindex, 'shop 7', ['a'], { wait: '5s' });
      return `${handle.id} ${await step.run('next', () => 'on')}`;
    });
    const app = await launch({ store: flaky });
    expect(await clock.passUntil((await app.start(parent, [], { id: 'p' })).result())).toBe(
      'p.0.debounced on',
    );
    expect(calls).toBe(2);
    expect((await app.runs.get('p')).epoch).toBe(1);
  });

  test('of a run that this executor has lost meanwhile does nothing', async () => {
    const { launch, reindex, workflow, store } = await reindexing();
    const { pending } = store;
    const [asked, go] = [gate(), gate()];
    const slow = intercepted(store, {
      pending: () => ({
        ...pending,
        debounce: async (request) => {
          asked.open();
          await go.opened;
          return pending.debounce(request);
        },
      }),
    });
    const parent = workflow('parent', () => app.debounce(reindex, 'shop 7', ['a'], { wait: '5s' }));
    const app = await launch({ store: slow });
    await app.start(parent, [], { id: 'p' });
    await asked.opened;
    await app.runs.cancel('p');
    go.open();
    await settled();
    expect(await errorOf(app.runs.get('p.0.debounced'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await app.runs.steps('p')).toEqual([]);
  });

  test('that is refused is an error that the workflow may catch, the same on replay', async () => {
    const { launch, reindex, workflow } = await reindexing();
    const other = workflow('other', async () => {});
    const parent = workflow('parent', () =>
      app.debounce(other, 'k', [], { wait: '5s', id: 'taken' }).then(
        () => 'debounced',
        (error: Error & { code: string }) => error.code,
      ),
    );
    const app = await launch();
    await (await app.start(reindex, ['a'], { id: 'taken' })).result();
    expect(await parent()).toBe('RUN_ID_CONFLICT');
  });

  test('may be one of several at once', async () => {
    const { launch, reindex, workflow } = await reindexing();
    const parent = workflow('parent', async () => {
      const wait = '5s';
      const handles = await Promise.all([
        app.debounce(reindex, 'a', ['a'], { wait }),
        step.run('beside', () => 1),
        app.debounce(reindex, 'b', ['b'], { wait }),
        app.debounce(reindex, 'a', ['c'], { wait }),
      ]);
      return handles.map((one) => (typeof one === 'number' ? one : one.id));
    });
    const app = await launch();
    const { id } = await app.start(parent, [], { id: 'p' });
    expect(await app.handle(id).result()).toEqual(['p.0.debounced', 1, 'p.2.debounced', 'p.0.debounced']);
  });
});

describe('a run that nobody has begun', () => {
  test('can be put off, and made due earlier', async () => {
    const { clock, launch, reindex, indexed } = await reindexing();
    const app = await launch();
    const { id } = await app.start(reindex, ['a'], { delay: '1h' });
    expect(await app.runs.setDelay(id, '2h')).toBe(true);
    expect((await app.runs.get(id)).wakeAt).toEqual(new Date(START_MS + 7_200_000));
    expect(await app.runs.setDelay(id, new Date(START_MS + 60_000))).toBe(true);
    clock.advance(60_001);
    await app.handle(id).result();
    expect(indexed).toEqual(['a']);
  });

  test('is not put off to a moment that no store can hold', async () => {
    const { launch, reindex } = await reindexing();
    const app = await launch();
    const { id } = await app.start(reindex, ['a'], { delay: '1h' });
    for (const moment of [new Date(Number.NaN), new Date(Date.UTC(-4713, 10, 23))])
      expect(await errorOf(app.runs.setDelay(id, moment))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('that is made due at once is taken by whoever has its workflow', async () => {
    const { launch, reindex } = await reindexing();
    const [, worker] = [await launch({ workflows: [] }), await launch()];
    const { id } = await worker.start(reindex, ['a'], { delay: '1h' });
    expect(await worker.runs.setDelay(id, 0)).toBe(true);
    expect(await worker.handle(id).result()).toBe('indexed a');
  });

  test('keeps its priority and its delay once it has begun, or ended', async () => {
    const { launch, workflow } = await reindexing();
    const open = gate();
    const hold = workflow('hold', () => step.run('wait', () => open.opened));
    const app = await launch();
    const { id } = await app.start(hold, []);
    await reaches(app, id, 'running');
    expect([await app.runs.setPriority(id, 1), await app.runs.setDelay(id, '1h')]).toEqual([false, false]);
    open.open();
    await app.handle(id).result();
    expect([await app.runs.setPriority(id, 1), await app.runs.setDelay(id, '1h')]).toEqual([false, false]);
    expect(await app.runs.setPriority('nobody', 1)).toBe(false);
  });

  test('is given nothing that is no priority, no delay and no moment', async () => {
    const { launch } = await reindexing();
    const app = await launch();
    for (const priority of [1.5, Number.NaN, '1', 2 ** 31, -(2 ** 31), null]) {
      expect(await errorOf(app.runs.setPriority('x', priority as number))).toMatchObject({
        code: 'INVALID_OPTION',
      });
    }
    expect(await errorOf(app.runs.setDelay('x', 'soon'))).toMatchObject({ code: 'INVALID_DURATION' });
    expect(await errorOf(app.runs.setDelay('x', new Date(Number.NaN)))).toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});
