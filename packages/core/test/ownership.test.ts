import { describe, expect, test } from 'vitest';
import type { StoreEntry } from '../src/adapter.js';
import { currentRun, step } from '../src/index.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

describe('an executor that falls silent', () => {
  test('loses its runs to another when its lease lapses, and not before', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    let executions = 0;
    const flow = workflow('flow', () =>
      step.run('work', () => (++executions === 1 ? forever() : 'taken over')),
    );
    const first = await launch({ store: store.another() });
    const { id } = await first.start(flow, []);
    await eventually(() => executions === 1);
    const second = await launch({ store: store.another() });
    first.halt();
    for (let second = 0; second < 9; second++) {
      clock.advance(1000);
      await settled();
    }
    expect((await second.runs.get(id)).epoch).toBe(1);
    expect(await clock.passUntil(second.handle(id).result())).toBe('taken over');
    expect(clock.now() - Date.UTC(2030, 0, 1)).toBeLessThan(15_000);
  });

  test('loses them at once when its death is noticed', async () => {
    const { workflow, launch, store } = await bench();
    let executions = 0;
    const entered = gate();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open();
        return ++executions === 1 ? forever() : 'taken over';
      }),
    );
    const closers: (() => Promise<void>)[] = [];
    const dying = intercepted(store.another(), {
      attend:
        (original) =>
        async (...args) => {
          const attendance = await original(...args);
          closers.push(() => attendance.close());
          return attendance;
        },
    });
    const first = await launch({ store: dying, lease: '1h' });
    const second = await launch({ store: store.another(), lease: '1h' });
    const { id } = await first.start(flow, []);
    await entered.opened;
    first.halt();
    for (const close of closers) await close();
    expect(await second.handle(id).result()).toBe('taken over');
  });

  test('leaves them to whoever is launched next', async () => {
    const { workflow, launch, kill } = await bench();
    let executions = 0;
    const entered = gate();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        if (++executions > 10) return 'taken over';
        if (executions === 10) entered.open();
        return forever();
      }),
    );
    const app = await launch();
    const handles = await Promise.all(Array.from({ length: 10 }, () => app.start(flow, [])));
    await entered.opened;
    await kill(app);
    const next = await launch();
    for (const { id } of handles) expect(await next.handle(id).result()).toBe('taken over');
    expect(executions).toBe(20);
  });
});

describe('an executor that lives', () => {
  test('keeps its runs when another is launched, also after many leases', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    let executions = 0;
    const [entered, open] = [gate(), gate<string>()];
    const flow = workflow('flow', () =>
      step.run('work', () => {
        executions += 1;
        entered.open();
        return open.opened;
      }),
    );
    const first = await launch({ store: store.another() });
    const { id } = await first.start(flow, []);
    await entered.opened;
    const second = await launch({ store: store.another() });
    for (let second = 0; second < 60; second++) {
      clock.advance(1000);
      await settled();
    }
    expect(await second.runs.get(id)).toMatchObject({
      state: 'running',
      epoch: 1,
      executorId: first.executorId,
    });
    open.open('done');
    expect(await first.handle(id).result()).toBe('done');
    expect(executions).toBe(1);
  });

  test('and was cut off together with another does not bury it on its return', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    let executions = 0;
    const open = gate<string>();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        executions += 1;
        return open.opened;
      }),
    );
    const first = await launch({ store: store.another() });
    const second = await launch({ store: store.another() });
    const handles = [await first.start(flow, []), await second.start(flow, [])];
    await eventually(() => executions === 2);
    clock.advance(3_600_000);
    await settled();
    open.open('done');
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(['done', 'done']);
    expect(executions).toBe(2);
  });
});

describe('an executor that was buried while it lives', () => {
  test('cannot write any more: its next write is refused, and its workflow code stops', async () => {
    const { workflow, launch, store } = await bench();
    const seen: string[] = [];
    const gates = [gate<string>(), gate<string>()];
    let executions = 0;
    const flow = workflow('flow', async () => {
      const { epoch } = currentRun()!;
      const got = await step.run('work', () => gates[executions++]!.opened);
      seen.push(`epoch ${epoch} got ${got}`);
      await step.run('more', () => void seen.push(`more in epoch ${epoch}`));
      return got;
    });
    const first = await launch({ store: store.another(), lease: '1h' });
    const { id } = await first.start(flow, []);
    await eventually(() => executions === 1);
    await store.bury(first.executorId);
    const second = await launch({ store: store.another(), lease: '1h' });
    await eventually(() => executions === 2);
    gates[0]!.open('stale');
    await settled();
    expect(seen).toEqual([]);
    gates[1]!.open('fresh');
    expect(await second.handle(id).result()).toBe('fresh');
    expect(seen).toEqual(['epoch 2 got fresh', 'more in epoch 2']);
    expect(await journalOf(second, id)).toEqual(['work', 'more']);
  });

  test('drops its runs and goes on under a new id', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const entered = gate<AbortSignal>();
    let executions = 0;
    const flow = workflow('flow', () =>
      step.run('work', () => {
        executions += 1;
        entered.open(currentRun()!.step!.signal);
        return executions === 1 ? forever() : 'second time';
      }),
    );
    const app = await launch();
    const former = app.executorId;
    const { id } = await app.start(flow, []);
    const signal = await entered.opened;
    await store.bury(former);
    clock.advance(3400);
    expect(await app.handle(id).result()).toBe('second time');
    expect(signal.aborted).toBe(true);
    expect(app.executorId).not.toBe(former);
    const handle = await app.start(flow, []);
    expect(await handle.result()).toBe('second time');
  });

  test('leaves what it starts to whoever lives', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', () => step.run('work', () => 'done'));
    const buried = await launch({ store: store.another(), lease: '1h' });
    await store.bury(buried.executorId);
    const { id } = await buried.start(flow, []);
    const other = await launch({ store: store.another(), lease: '1h' });
    expect(await other.handle(id).result()).toBe('done');
    expect(await journalOf(other, id)).toEqual(['work']);
  });

  test('goes on with nothing that it started and another took: its first write is refused', async () => {
    const { workflow, launch, store } = await bench();
    const [writing, go, end] = [gate(), gate(), gate()];
    const seen: string[] = [];
    let who = 'buried';
    const flow = workflow('flow', async () => {
      const me = who;
      const got = await step.run('work', () => me);
      seen.push(`${me} got ${got}`);
      await step.run('more', () => end.opened);
      return got;
    });
    const held = store.another({
      faults: {
        beforeCommit: async (entries) => {
          if (!entries.some(({ op }) => op === 'step')) return;
          writing.open();
          await go.opened;
        },
      },
    });
    const buried = await launch({ store: held, lease: '1h' });
    await store.bury(buried.executorId);
    const { id } = await buried.start(flow, []);
    await writing.opened;
    who = 'other';
    const other = await launch({ store: store.another(), lease: '1h' });
    await eventually(() => seen.length === 1);
    go.open();
    await settled();
    end.open();
    expect(await other.handle(id).result()).toBe('other');
    expect(seen).toEqual(['other got other']);
  });

  test('cannot end a run, even with all its steps recorded', async () => {
    const { workflow, launch, store } = await bench();
    const [finishing, go] = [gate(), gate()];
    const isFinish = ({ op }: StoreEntry): boolean => op === 'finish';
    const held = store.another({
      faults: {
        beforeCommit: async (entries) => {
          if (!entries.some(isFinish)) return;
          finishing.open();
          await go.opened;
        },
      },
    });
    let which = 'stale';
    const flow = workflow('flow', async () => {
      const mine = which;
      await step.run('work', () => {});
      return mine;
    });
    const first = await launch({ store: held, lease: '1h' });
    const handle = await first.start(flow, []);
    await finishing.opened;
    which = 'fresh';
    await store.bury(first.executorId);
    const second = await launch({ store: store.another(), lease: '1h' });
    await reaches(second, handle.id, 'succeeded');
    go.open();
    expect(await handle.result()).toBe('fresh');
    expect((await second.runs.get(handle.id)).output).toBe('fresh');
  });

  test('gives whoever asked it the outcome that another recorded', async () => {
    const { workflow, launch, store } = await bench();
    let executions = 0;
    const entered = gate();
    const flow = workflow('flow', async () => {
      await step.run('work', () => {
        entered.open();
        return ++executions === 1 ? forever() : undefined;
      });
      throw new Error('from elsewhere');
    });
    const first = await launch({ store: store.another(), lease: 60 });
    const waiting = errorOf((await first.start(flow, [])).result());
    await entered.opened;
    await store.bury(first.executorId);
    await launch({ store: store.another() });
    expect(await waiting).toMatchObject({ message: 'from elsewhere' });
  });
});
