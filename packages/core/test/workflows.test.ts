import { describe, expect, test } from 'vitest';
import { currentRun, step } from '../src/index.js';
import { bench, journalOf } from './support/bench.js';
import { errorOf, eventually, gate } from './support/signals.js';

describe('a workflow', () => {
  test('gives its result to whoever calls it', async () => {
    const { workflow, launch } = await bench();
    const add = workflow('add', async (a: number, b: number) => a + b);
    await launch();
    expect(await add(2, 3)).toBe(5);
  });

  test('without a result gives undefined', async () => {
    const { workflow, launch } = await bench();
    const nothing = workflow('nothing', async () => {});
    const app = await launch();
    expect(await nothing()).toBeUndefined();
    const handle = await app.start(nothing, []);
    expect(await handle.result()).toBeUndefined();
    expect(await handle.status()).toBe('succeeded');
  });

  test('carries its name, as a callable and for whoever logs it', async () => {
    const { workflow } = await bench();
    expect(workflow('check out', async () => 1).name).toBe('check out');
  });

  test('gets its arguments as they were recorded: a copy, with dates, maps and gaps', async () => {
    const { workflow, launch } = await bench();
    const given = { at: new Date(5), by: new Map([['a', 1n]]), none: undefined };
    const seen: unknown[] = [];
    const keep = workflow('keep', async (one: typeof given, two: undefined, three: string) => {
      seen.push(one, two, three);
      return one;
    });
    await launch();
    const result = await keep(given, undefined, 'x');
    expect(seen).toEqual([given, undefined, 'x']);
    expect(seen[0]).not.toBe(given);
    expect(result).toEqual(given);
    expect(result).not.toBe(seen[0]);
  });

  test('called while it runs is another run', async () => {
    const { workflow, launch } = await bench();
    const ids: (string | undefined)[] = [];
    const who = workflow('who', async () => {
      ids.push(currentRun()?.id);
      return currentRun()?.id;
    });
    await launch();
    const results = await Promise.all([who(), who(), who()]);
    expect(new Set(results).size).toBe(3);
    expect([...ids].sort()).toEqual([...results].sort());
  });

  test('started from a step is a run of its own, as from outside', async () => {
    const { workflow, launch } = await bench();
    const inner = workflow('inner', async () => 'inner');
    const outer = workflow('outer', () => step.run('call', () => inner()));
    const app = await launch();
    const handle = await app.start(outer, []);
    expect(await handle.result()).toBe('inner');
    expect(await journalOf(app, handle.id)).toEqual(['call']);
  });

  test('of many steps in a tight loop completes', async () => {
    const { workflow, launch } = await bench();
    const loop = workflow('loop', async (count: number) => {
      let sum = 0;
      for (let n = 0; n < count; n++) sum += await step.run('add', () => n);
      return sum;
    });
    await launch();
    expect(await loop(2000)).toBe(1_999_000);
  });

  test('with many steps at once completes, each with its own result', async () => {
    const { workflow, launch } = await bench();
    const fan = workflow('fan', (count: number) =>
      Promise.all(Array.from({ length: count }, (_, n) => step.run('one', () => n * n))),
    );
    await launch();
    expect(await fan(500)).toEqual(Array.from({ length: 500 }, (_, n) => n * n));
  });
});

describe('the current run', () => {
  test('is told to the workflow, and its step too while one is executed', async () => {
    const { workflow, launch } = await bench();
    const seen: unknown[] = [];
    const look = workflow('look', async () => {
      seen.push(currentRun());
      await step.run('first', () => 1);
      await step.run('second', () => void seen.push(currentRun()));
      seen.push(currentRun()?.step);
    });
    const app = await launch();
    await (await app.start(look, [], { id: 'the-run' })).result();
    const info = { id: 'the-run', workflow: 'look', version: '1', epoch: 1 };
    expect(seen).toMatchObject([
      { ...info, step: undefined },
      { ...info, step: { name: 'second', seq: 1, attempt: 1, signal: expect.any(AbortSignal) } },
      undefined,
    ]);
  });

  test('is none outside a run, and in a step outside a run', async () => {
    expect(currentRun()).toBeUndefined();
    expect(await step.run('look', () => currentRun())).toBeUndefined();
  });

  test('is kept apart among runs that are interleaved', async () => {
    const { workflow, launch } = await bench();
    const all = gate();
    let entered = 0;
    const mix = workflow('mix', async () => {
      const before = currentRun()?.id;
      const within = await step.run('wait', async () => {
        if (++entered === 10) all.open();
        await all.opened;
        return currentRun()?.id;
      });
      return [before, within, currentRun()?.id];
    });
    const app = await launch();
    const handles = await Promise.all(Array.from({ length: 10 }, () => app.start(mix, [])));
    for (const handle of handles) expect(await handle.result()).toEqual(new Array(3).fill(handle.id));
  });
});

describe('the handle of a run', () => {
  test('is given as soon as the run is recorded, long before it ends', async () => {
    const { workflow, launch } = await bench();
    const open = gate<string>();
    const wait = workflow('wait', () => step.run('wait', () => open.opened));
    const app = await launch();
    const handle = await app.start(wait, []);
    expect(await handle.status()).toBe('running');
    open.open('done');
    expect(await handle.result()).toBe('done');
    expect(await handle.status()).toBe('succeeded');
  });

  test('gives the result to all who ask, however often and late', async () => {
    const { workflow, launch } = await bench();
    const open = gate<{ n: number }>();
    const wait = workflow('wait', () => step.run('wait', () => open.opened));
    const app = await launch();
    const handle = await app.start(wait, []);
    const early = [handle.result(), app.handle(handle.id).result()];
    open.open({ n: 1 });
    expect(await Promise.all(early)).toEqual([{ n: 1 }, { n: 1 }]);
    expect(await handle.result()).toEqual({ n: 1 });
    expect(await app.handle(handle.id).result()).toEqual({ n: 1 });
  });

  test('of a run in another process tells how it ended', async () => {
    const { workflow, launch } = await bench();
    const open = gate<string>();
    const wait = workflow('wait', () => step.run('wait', () => open.opened));
    const [here, there] = [await launch(), await launch()];
    const handle = await here.start(wait, []);
    const result = there.handle(handle.id).result();
    await eventually(async () => (await there.handle(handle.id).status()) === 'running');
    open.open('from here');
    expect(await result).toBe('from here');
  });

  test('of a run that does not exist says so when it is asked', async () => {
    const { launch } = await bench();
    const handle = (await launch()).handle('nobody');
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'RUN_NOT_FOUND',
      details: { runId: 'nobody' },
    });
    expect(await errorOf(handle.status())).toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await handle.cancel()).toBe(false);
  });
});
