import { describe, expect, test } from 'vitest';
import { step } from '../src/index.js';
import { bench } from './support/bench.js';
import { errorOf, gate } from './support/signals.js';

describe('the id of a run', () => {
  test('may be given', async () => {
    const { workflow, launch } = await bench();
    const echo = workflow('echo', async (text: string) => text);
    const app = await launch();
    const handle = await app.start(echo, ['a'], { id: 'order-42' });
    expect(handle.id).toBe('order-42');
    expect(await handle.result()).toBe('a');
  });

  test('is a UUID that begins with the moment otherwise', async () => {
    const { workflow, launch } = await bench();
    const echo = workflow('echo', async () => {});
    const app = await launch();
    const [one, two] = [await app.start(echo, []), await app.start(echo, [])];
    expect(one.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one.id).not.toBe(two.id);
  });
});

describe('the same id twice', () => {
  test('is the same run: its body and its steps run once, with the first arguments', async () => {
    const { workflow, launch } = await bench();
    const calls: string[] = [];
    const echo = workflow('echo', async (text: string) => {
      calls.push(`body ${text}`);
      return step.run('echo', () => {
        calls.push(`step ${text}`);
        return text;
      });
    });
    const app = await launch();
    expect(await (await app.start(echo, ['first'], { id: 'a' })).result()).toBe('first');
    expect(await (await app.start(echo, ['second'], { id: 'a' })).result()).toBe('first');
    expect(calls).toEqual(['body first', 'step first']);
  });

  test('ten times more leaves the run in its first epoch', async () => {
    const { workflow, launch } = await bench();
    const echo = workflow('echo', async () => {});
    const app = await launch();
    for (let n = 0; n < 11; n++) await (await app.start(echo, [], { id: 'a' })).result();
    expect((await app.runs.get('a')).epoch).toBe(1);
  });

  test('while the run executes joins it', async () => {
    const { workflow, launch } = await bench();
    const [entered, open] = [gate(), gate()];
    let bodies = 0;
    const wait = workflow('wait', async () => {
      bodies += 1;
      await step.run('wait', async () => {
        entered.open();
        await open.opened;
      });
      return bodies;
    });
    const app = await launch();
    const first = await app.start(wait, [], { id: 'a' });
    await entered.opened;
    const second = await app.start(wait, [], { id: 'a' });
    open.open();
    expect(await Promise.all([first.result(), second.result()])).toEqual([1, 1]);
  });

  test('at once runs the body once, in one process', async () => {
    const { workflow, launch } = await bench();
    let bodies = 0;
    const count = workflow('count', async () => step.run('count', () => ++bodies));
    const app = await launch();
    const handles = await Promise.all(Array.from({ length: 50 }, () => app.start(count, [], { id: 'a' })));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(new Array(50).fill(1));
    expect(bodies).toBe(1);
  });

  test('at once runs the body once, in several processes', async () => {
    const { workflow, launch, store } = await bench();
    let bodies = 0;
    const count = workflow('count', async () => step.run('count', () => ++bodies));
    const apps = await Promise.all(Array.from({ length: 5 }, () => launch({ store: store.another() })));
    for (let round = 1; round <= 20; round++) {
      const handles = await Promise.all(apps.map((app) => app.start(count, [], { id: `run ${round}` })));
      const results = await Promise.all(handles.map((handle) => handle.result()));
      expect(results).toEqual(new Array(5).fill(round));
    }
    expect(bodies).toBe(20);
  });

  test('after the run failed gives its error, and does not try again', async () => {
    const { workflow, launch } = await bench();
    let bodies = 0;
    const fails = workflow('fails', async () => {
      bodies += 1;
      throw new Error('no');
    });
    const app = await launch();
    for (let n = 0; n < 3; n++) {
      expect(await errorOf((await app.start(fails, [], { id: 'a' })).result())).toMatchObject({
        message: 'no',
      });
    }
    expect(bodies).toBe(1);
  });

  test('after the run was cancelled says that it was', async () => {
    const { workflow, launch } = await bench();
    const open = gate();
    const wait = workflow('wait', () => step.run('wait', () => open.opened));
    const app = await launch();
    await (await app.start(wait, [], { id: 'a' })).cancel();
    const again = await app.start(wait, [], { id: 'a' });
    expect(await errorOf(again.result())).toMatchObject({ code: 'RUN_CANCELLED' });
  });

  test('a delay of the second start does not put off the first', async () => {
    const { workflow, launch } = await bench();
    const echo = workflow('echo', async (text: string) => text);
    const app = await launch();
    await app.start(echo, ['first'], { id: 'a' });
    const again = await app.start(echo, ['second'], { id: 'a', delay: '1h' });
    expect(await again.result()).toBe('first');
  });
});

describe('an id of another workflow', () => {
  test('is refused, naming that one', async () => {
    const { workflow, launch } = await bench();
    const one = workflow('one', async () => 1);
    const two = workflow('two', async () => 2);
    const app = await launch();
    await (await app.start(one, [], { id: 'a' })).result();
    expect(await errorOf(app.start(two, [], { id: 'a' }))).toMatchObject({
      code: 'RUN_ID_CONFLICT',
      message: expect.stringContaining('"a" belongs to a run of workflow "one"'),
      details: { runId: 'a', workflow: 'one' },
    });
    expect((await app.runs.get('a')).output).toBe(1);
  });

  test('is refused when both start at once', async () => {
    const { workflow, launch } = await bench();
    const one = workflow('one', async () => 1);
    const two = workflow('two', async () => 2);
    const app = await launch();
    const [first, second] = await Promise.allSettled([
      app.start(one, [], { id: 'a' }),
      app.start(two, [], { id: 'a' }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'RUN_ID_CONFLICT' } });
  });
});

describe('a delayed start', () => {
  test('is pending until it is due, then runs', async () => {
    const { workflow, launch } = await bench();
    let startedAt = 0;
    const mark = workflow('mark', async () => step.run('mark', () => (startedAt = Date.now())));
    const app = await launch();
    const before = Date.now();
    const handle = await app.start(mark, [], { delay: 30 });
    expect(await handle.status()).toBe('pending');
    await handle.result();
    expect(startedAt - before).toBeGreaterThanOrEqual(30);
    expect((await app.runs.get(handle.id)).startedAt!.getTime() - before).toBeGreaterThanOrEqual(30);
  });

  test('may be cancelled before it is due', async () => {
    const { workflow, launch } = await bench();
    const echo = workflow('echo', async () => {});
    const app = await launch();
    const handle = await app.start(echo, [], { delay: '1h' });
    expect((await app.runs.get(handle.id)).wakeAt!.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    expect(await handle.cancel()).toBe(true);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
  });
});

describe('tags', () => {
  test('are kept with the run as plain JSON', async () => {
    const { workflow, launch } = await bench();
    const echo = workflow('echo', async () => {});
    const app = await launch();
    const tags = { customer: 'c-1', list: [1, null], nested: { at: 'now' } };
    const handle = await app.start(echo, [], { tags });
    await handle.result();
    expect((await app.runs.get(handle.id)).tags).toEqual(tags);
    expect((await app.runs.get((await app.start(echo, [])).id)).tags).toEqual({});
  });
});
