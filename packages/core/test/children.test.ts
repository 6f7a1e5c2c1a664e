import { describe, expect, test } from 'vitest';
import { sleep, step } from '../src/index.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

describe('a workflow called inside a run', () => {
  test('is a child run also where the id of the parent is as long as an id can be, and of its children', async () => {
    const { workflow, launch } = await bench();
    const leaf = workflow('leaf', async () => step.run('one', () => 1));
    const child = workflow('child', async () => (await leaf()) + 1);
    const parent = workflow('parent', async () => (await child()) + 1);
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'x'.repeat(255) });
    expect(await handle.result()).toBe(3);
    const { runs } = await app.runs.list();
    for (const { id } of runs) expect((await app.runs.get(id)).state).toBe('succeeded');
    expect(runs).toHaveLength(3);
  });

  test('is a child run, whose result the parent gets', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async (n: number) => step.run('double', () => n * 2));
    const parent = workflow('parent', async () => (await child(20)) + 2);
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    expect(await handle.result()).toBe(42);
    expect(await app.runs.get('p.0')).toMatchObject({ workflow: 'child', parentId: 'p', state: 'succeeded' });
    expect(await app.runs.steps('p')).toMatchObject([
      { kind: 'child', name: 'child', childId: 'p.0', output: 40 },
    ]);
    expect(await journalOf(app, 'p.0')).toEqual(['double']);
  });

  test('that fails gives its error to the parent, and keeps it', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async () => {
      throw Object.assign(new Error('no'), { code: 'NOPE' });
    });
    const parent = workflow('parent', () => child().catch((error: Error & { code: string }) => error.code));
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    expect(await handle.result()).toBe('NOPE');
    expect(await app.runs.get('p.0')).toMatchObject({ state: 'failed', error: { code: 'NOPE' } });
  });

  test('that fails fails a parent that does not catch it', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async () => {
      throw Object.assign(new Error('no'), { code: 'NOPE' });
    });
    const parent = workflow('parent', () => child());
    await launch();
    expect(await errorOf(parent())).toMatchObject({ message: 'no', code: 'NOPE' });
  });

  test('many times at once gives each its own result, in whatever order they end', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async (n: number) => {
      await sleep((7 * n) % 5);
      return n;
    });
    const parent = workflow('parent', () => Promise.all(Array.from({ length: 30 }, (_, n) => child(n))));
    await launch();
    expect(await parent()).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  test('is told from a child that another version of the code started at this place', async () => {
    const { workflow, launch, kill } = await bench();
    const entered = gate();
    const old = workflow('old', () =>
      step.run('work', () => {
        entered.open();
        return forever();
      }),
    );
    const replacement = workflow('new', async () => 'new');
    let isRepaired = false;
    const parent = workflow('parent', () => (isRepaired ? replacement() : old()));
    const app = await launch();
    await app.start(parent, [], { id: 'p' });
    await entered.opened;
    isRepaired = true;
    await kill(app);
    const next = await launch();
    await next.runs.cancel('p.0');
    expect(await errorOf(next.handle('p').result())).toMatchObject({
      code: 'RUN_ID_CONFLICT',
      details: { runId: 'p.0', workflow: 'old' },
    });
  });

  test('may have children of its own', async () => {
    const { workflow, launch } = await bench();
    const countDown: (n: number) => Promise<number> = workflow('count', async (n: number) =>
      n === 0 ? 0 : 1 + (await countDown(n - 1)),
    );
    const app = await launch();
    expect(await countDown(10)).toBe(10);
    expect(app.executorId).not.toBe('');
  });

  test('is checked like any start: bad arguments are the outcome of the call, and no child exists', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async (_: unknown) => {});
    const parent = workflow('parent', () =>
      child(() => {}).catch((error: Error & { code: string }) => error.code),
    );
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    expect(await handle.result()).toBe('UNRECORDABLE_VALUE');
    expect(await errorOf(app.runs.get('p.0'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('a parent that waits for its child', () => {
  test('is parked after a while, and woken when the child ends', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const open = gate<string>();
    let parents = 0;
    const child = workflow('child', () => step.run('work', () => open.opened));
    const parent = workflow('parent', () => {
      parents += 1;
      return child();
    });
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    await eventually(async () => (await app.runs.get('p.0')).state === 'running');
    await settled();
    expect(await handle.status()).toBe('running');
    clock.advance(1000);
    await reaches(app, 'p', 'waiting');
    expect((await app.runs.get('p')).wakeAt).toBeUndefined();
    open.open('done');
    expect(await handle.result()).toBe('done');
    expect(parents).toBe(2);
  });

  test('is woken also when parking and the end of the child coincide', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async (ms: number) => {
      await sleep(ms);
      return ms;
    });
    const parent = workflow('parent', (ms: number) => child(ms));
    const app = await launch({ parkAfter: 5 });
    const delays = Array.from({ length: 40 }, (_, n) => n / 4);
    const handles = await Promise.all(delays.map((ms) => app.start(parent, [ms])));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(delays);
  });

  test('gets the result of a child that runs in another process', async () => {
    const { workflow, launch, store } = await bench();
    const child = workflow('child', async () => 'from elsewhere');
    const parent = workflow('parent', () => child());
    // One has room for the parent only, so the child goes to the other.
    const small = await launch({ store: store.another(), concurrency: 1, workflows: [parent, child] });
    const handle = await small.start(parent, []);
    await launch({ store: store.another() });
    expect(await handle.result()).toBe('from elsewhere');
  });
});

describe('a child and crashes', () => {
  test("survives its parent's crash: it is started once, and goes on", async () => {
    const { workflow, launch, kill } = await bench();
    const entered = gate();
    const seen: string[] = [];
    const open = gate<string>();
    const child = workflow('child', async () => {
      await step.run('first', () => void seen.push('first'));
      return step.run('second', () => {
        seen.push('second');
        entered.open();
        return seen.length > 2 ? open.opened : forever();
      });
    });
    const parent = workflow('parent', async () => `child: ${await child()}`);
    const app = await launch();
    const { id } = await app.start(parent, [], { id: 'p' });
    await entered.opened;
    await kill(app);
    const next = await launch();
    await eventually(() => seen.length === 3);
    open.open('done');
    expect(await next.handle(id).result()).toBe('child: done');
    expect(seen).toEqual(['first', 'second', 'second']);
    expect((await next.runs.get('p.0')).epoch).toBe(2);
  });

  test('that ended while its parent was dead is not run again', async () => {
    const { workflow, launch, kill, store } = await bench();
    let children = 0;
    const open = gate<string>();
    const entered = gate();
    const child = workflow('child', async () => {
      children += 1;
      return step.run('work', () => {
        entered.open();
        return open.opened;
      });
    });
    const parent = workflow('parent', () => child());
    const small = await launch({ store: store.another(), concurrency: 1 });
    const { id } = await small.start(parent, [], { id: 'p' });
    const other = await launch({ store: store.another(), workflows: [child] });
    await entered.opened;
    await kill(small);
    open.open('done');
    expect(await other.handle('p.0').result()).toBe('done');
    const next = await launch();
    expect(await next.handle(id).result()).toBe('done');
    expect(children).toBe(1);
  });
});

describe('a cancelled child', () => {
  test('is RUN_CANCELLED to its parent, which may catch it', async () => {
    const { workflow, launch } = await bench();
    const entered = gate();
    const child = workflow('child', () =>
      step.run('work', () => {
        entered.open();
        return forever();
      }),
    );
    const parent = workflow('parent', () => child().catch((error: Error & { code: string }) => error.code));
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    await entered.opened;
    expect(await app.runs.cancel('p.0')).toBe(true);
    expect(await handle.result()).toBe('RUN_CANCELLED');
    expect(await app.runs.steps('p')).toMatchObject([
      { kind: 'child', childId: 'p.0', error: { code: 'RUN_CANCELLED', details: { runId: 'p.0' } } },
    ]);
  });

  test('wakes a parent that is parked', async () => {
    const { workflow, launch } = await bench();
    const entered = gate();
    const child = workflow('child', () =>
      step.run('work', () => {
        entered.open();
        return forever();
      }),
    );
    const parent = workflow('parent', () => child());
    const app = await launch({ parkAfter: 1 });
    const handle = await app.start(parent, [], { id: 'p' });
    await entered.opened;
    await reaches(app, 'p', 'waiting');
    await app.runs.cancel('p.0');
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'RUN_CANCELLED',
      details: { runId: 'p.0' },
    });
    expect(await handle.status()).toBe('failed');
  });
});
