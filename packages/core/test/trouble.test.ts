import { describe, expect, test } from 'vitest';
import { PLAIN_TERMS, type StoreListener } from '../src/adapter.js';
import { type Logger, type MemoryStore, sleep, step } from '../src/index.js';
import { bench, journalOf, reaches, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

/** What a logger was told, by level. */
function memo(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const note =
    (level: string) =>
    (_: object, message: string): void =>
      void lines.push(`${level}: ${message}`);
  return { lines, debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
}

/** A store whose listeners a test may speak to; of itself it says nothing. */
function mute(store: MemoryStore): { readonly store: MemoryStore; readonly listeners: StoreListener[] } {
  const listeners: StoreListener[] = [];
  const muted = intercepted(store.another(), {
    attend: () => async (_, listener) => {
      listeners.push(listener);
      return { hears: true, close: async () => {} };
    },
  });
  return { store: muted, listeners };
}

describe('a store that refuses a commit for good', () => {
  test('fails a start, which is told to whoever asked', async () => {
    const { workflow, launch } = await bench({
      faults: {
        beforeCommit: () => {
          throw new Error('disk full');
        },
      },
    });
    const flow = workflow('flow', async () => {});
    const app = await launch();
    expect(await errorOf(app.start(flow, []))).toMatchObject({ message: 'disk full' });
  });

  test.each(['step', 'finish', 'park'])(
    'at a %s takes the run up again, until it gets on',
    async (op) => {
      const clock = new ManualClock();
      let failures = 2;
      const { workflow, launch } = await bench({
        clock,
        faults: {
          beforeCommit: (entries) => {
            if (entries.some((entry) => entry.op === op) && failures-- > 0) throw new Error('disk full');
          },
        },
      });
      const logger = memo();
      let bodies = 0;
      const flow = workflow('flow', async () => {
        await step.run('work', () => ++bodies);
        await sleep('5s');
        return bodies;
      });
      const app = await launch({ logger });
      const handle = await app.start(flow, []);
      expect(await clock.passUntil(handle.result().then((result) => result > 0))).toBe(true);
      expect(failures).toBeLessThan(0);
      expect(logger.lines).toContain('error: a run cannot go on here; it is taken up again');
      expect(await journalOf(app, handle.id)).toEqual(['work', 'sleep']);
    },
    60_000,
  );
});

describe('signals that were missed', () => {
  test('are made up for when the store says so: outcomes are looked at, work is claimed', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const open = gate<string>();
    const flow = workflow('flow', () => step.run('work', () => open.opened));
    const other = workflow('other', async () => 'other');
    const there = await launch({ store: store.another(), workflows: [flow] });
    const { store: muted, listeners } = mute(store);
    const here = await launch({ store: muted });
    const { id } = await there.start(flow, []);
    const result = here.handle(id).result();
    await settled();
    open.open('done');
    await reaches(there, id, 'succeeded');
    await store.commit([
      {
        op: 'start',
        run: {
          ...PLAIN_TERMS,
          id: 'unheard of',
          key: crypto.randomUUID(),
          workflow: 'other',
          version: '1',
          input: { json: '[]', extra: null },
          tags: null,
          executorId: null,
          delayMs: 0,
          startedAtMs: null,
          parentId: null,
          traceContext: null,
        },
      },
    ]);
    for (const listener of listeners) listener.missedSignals();
    expect(await result).toBe('done');
    expect(await here.handle('unheard of').result()).toBe('other');
    expect(other.name).toBe('other');
  });

  test('do not hold up a waiter for ever: it looks by itself', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const open = gate<string>();
    const flow = workflow('flow', () => step.run('work', () => open.opened));
    const there = await launch({ store: store.another() });
    const here = await launch({ store: mute(store).store, workflows: [] });
    const { id } = await there.start(flow, []);
    const result = here.handle(id).result();
    await settled();
    open.open('done');
    expect(await clock.passUntil(result)).toBe('done');
    expect(clock.now() - Date.UTC(2030, 0, 1)).toBeLessThan(6000);
  });
});

describe('a neighbour that is gone', () => {
  test('and cannot be buried at first is buried later', async () => {
    const { workflow, launch, store } = await bench();
    let executions = 0;
    const entered = gate();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open();
        return ++executions === 1 ? forever() : 'taken over';
      }),
    );
    let failures = 2;
    const { store: muted, listeners } = mute(store);
    const flaky = intercepted(muted, {
      bury: (original) => (id) => (failures-- > 0 ? Promise.reject(unavailable()) : original(id)),
    });
    const dead = await launch({ store: store.another(), lease: '1h' });
    const { id } = await dead.start(flow, []);
    await entered.opened;
    const logger = memo();
    const heir = await launch({ store: flaky, lease: '1h', logger });
    dead.halt();
    for (const listener of listeners) listener.peerLost(dead.executorId);
    expect(await heir.handle(id).result()).toBe('taken over');
    expect(logger.lines.filter((line) => line.includes('could not be buried')).length).toBe(2);
    expect(logger.lines).toContain('info: an executor is gone; its runs are taken up');
  });
});

describe('an executor that was declared dead while it lives', () => {
  test('tries until it has a new lease', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const flow = workflow('flow', async () => 'ran');
    let registrations = 0;
    const flaky = intercepted(store.another(), {
      register:
        (original) =>
        (...args) =>
          [2, 3].includes(++registrations) ? Promise.reject(unavailable()) : original(...args),
    });
    const app = await launch({ store: flaky });
    const former = app.executorId;
    await store.bury(former);
    await clock.passUntil(eventually(() => registrations >= 4));
    const handle = await app.start(flow, []);
    expect(await clock.passUntil(handle.result())).toBe('ran');
    expect((await app.runs.get(handle.id)).executorId).not.toBe(former);
  });

  test('and hears of it twice at once begins anew once', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const flow = workflow('flow', async () => 'ran');
    const registered: string[] = [];
    const { store: muted, listeners } = mute(store);
    const counting = intercepted(muted, {
      register: (original) => (executor, leaseMs) => {
        registered.push(executor.id);
        return original(executor, leaseMs);
      },
    });
    const app = await launch({ store: counting });
    await store.bury(app.executorId);
    // A machine that slept: its timer fires, and its connection comes back, at the same moment.
    clock.advance(3_600_000);
    for (const listener of listeners) {
      listener.missedSignals();
      listener.missedSignals();
    }
    await eventually(() => registered.length > 1);
    await settled();
    expect(registered).toEqual([registered[0], app.executorId]);
    expect(await (await app.start(flow, [])).result()).toBe('ran');
  });
});

describe('a run looked up while the store cannot be reached', () => {
  test('is looked up until it is found', async () => {
    const { workflow, launch, store } = await bench();
    const other = workflow('other', async () => 'other');
    let failures = 2;
    const flaky = intercepted(store.another(), {
      run: (original) => (id) => (failures-- > 0 ? Promise.reject(unavailable()) : original(id)),
    });
    const waiter = workflow('waiter', () => app.handle('other').result());
    const app = await launch({ store: flaky });
    await (await app.start(other, [], { id: 'other' })).result();
    expect(await waiter()).toBe('other');
    expect(failures).toBeLessThan(0);
  });
});

describe('values that an executor cannot read', () => {
  class Money {
    constructor(readonly cents: number) {}
  }

  test('as a recorded result: the workflow is told', async () => {
    const { workflow, launch, kill } = await bench();
    const entered = gate();
    const flow = workflow('flow', async () => {
      const money = await step
        .run('price', () => new Money(5))
        .catch((error: Error & { code: string }) => error.code);
      await step.run('wait', () => {
        entered.open();
        return money instanceof Money ? forever() : undefined;
      });
      return money;
    });
    const app = await launch({ classes: [Money] });
    const { id } = await app.start(flow, []);
    await entered.opened;
    await kill(app);
    const next = await launch();
    expect(await next.handle(id).result()).toBe('UNSUPPORTED');
  });

  test('as arguments: the run fails, and may be resumed where they can be read', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async (money: Money) => money.cents);
    const knowing = await launch({ classes: [Money] });
    const { id } = await knowing.start(flow, [new Money(5)], { delay: 1 });
    await knowing.shutdown();
    const ignorant = await launch();
    expect(await errorOf(ignorant.handle(id).result())).toMatchObject({ code: 'UNSUPPORTED' });
    await ignorant.shutdown();
    const again = await launch({ classes: [Money] });
    await again.runs.resume(id);
    expect(await again.handle(id).result()).toBe(5);
  });

  test('are shown as their plain JSON: looking needs no code', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async (money: Money) => money);
    const knowing = await launch({ classes: [Money] });
    const { id } = await knowing.start(flow, [new Money(5)]);
    await knowing.handle(id).result();
    const ignorant = await launch({ workflows: [] });
    expect(await ignorant.runs.get(id)).toMatchObject({ input: [{ cents: 5 }], output: { cents: 5 } });
  });
});

describe('something thrown that cannot be recorded', () => {
  test.each([
    ['a function', () => {}],
    ['a symbol', Symbol('thrown')],
  ])('%s is recorded as an error with its text', async (_, thrown) => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () => step.run('work', () => Promise.reject(thrown)));
    const app = await launch();
    const handle = await app.start(flow, []);
    const error = await errorOf(handle.result());
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(String(thrown));
    expect(await handle.status()).toBe('failed');
  });
});
