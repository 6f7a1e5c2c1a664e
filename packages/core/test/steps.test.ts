import { describe, expect, test } from 'vitest';
import { currentRun, step } from '../src/index.js';
import { executeWithCrashes } from './crashing.js';
import { bench, journalOf } from './support/bench.js';
import { errorOf } from './support/signals.js';

describe('a step', () => {
  test('gives its value, and is called once in a run', async () => {
    const { workflow, launch } = await bench();
    const calls: unknown[][] = [];
    const charge = step('charge', (order: string, cents: number) => {
      calls.push([order, cents]);
      return { paid: cents };
    });
    const checkout = workflow('checkout', (order: string) => charge(order, 100));
    const app = await launch();
    const handle = await app.start(checkout, ['a']);
    expect(await handle.result()).toEqual({ paid: 100 });
    expect(calls).toEqual([['a', 100]]);
    expect(await journalOf(app, handle.id)).toEqual(['charge']);
  });

  test('gives the workflow the recorded copy of its value', async () => {
    const { workflow, launch } = await bench();
    const made = { at: new Date(7), list: [1] };
    const seen: unknown[] = [];
    const copy = workflow('copy', async () => void seen.push(await step.run('make', () => made)));
    await launch();
    await copy();
    expect(seen).toEqual([made]);
    expect(seen[0]).not.toBe(made);
  });

  test('without a value gives undefined', async () => {
    const { workflow, launch } = await bench();
    const nothing = workflow('nothing', async () => (await step.run('nothing', () => {})) === undefined);
    await launch();
    expect(await nothing()).toBe(true);
  });

  test('may be synchronous or asynchronous, and throw either way', async () => {
    const { workflow, launch } = await bench();
    const all = workflow('all', async () => [
      await step.run('a', () => 'sync'),
      await step.run('b', async () => 'async'),
      await step
        .run('c', () => {
          throw new Error('sync');
        })
        .catch((error: Error) => error.message),
      await step.run('d', () => Promise.reject(new Error('async'))).catch((error: Error) => error.message),
    ]);
    await launch();
    expect(await all()).toEqual(['sync', 'async', 'sync', 'async']);
  });

  test('keeps its `this`', async () => {
    const { workflow, launch } = await bench();
    const till = {
      currency: 'EUR',
      price: step('price', function (this: { currency: string }, cents: number) {
        return `${cents} ${this.currency}`;
      }) as unknown as (cents: number) => Promise<string>,
    };
    const ask = workflow('ask', () => till.price(5));
    await launch();
    expect(await ask()).toBe('5 EUR');
    expect(await till.price(6)).toBe('6 EUR');
  });

  test('is not called again when the run is replayed', async () => {
    const calls: string[] = [];
    const { outcome, executors } = await executeWithCrashes(async () => {
      const a = await step.run('a', () => calls.push('a'));
      const b = await step.run('b', () => calls.push('b'));
      return [a, b];
    }, [
      { commit: 2, when: 'after' },
      { commit: 'finish', when: 'before' },
    ]);
    expect(outcome).toEqual({ status: 'fulfilled', value: [1, 2] });
    expect(calls).toEqual(['a', 'b']);
    expect(executors).toBe(3);
  });

  test('whose result was not recorded is called again: at least once', async () => {
    const calls: string[] = [];
    const { outcome } = await executeWithCrashes(
      () => step.run('a', () => calls.push('a')),
      [{ commit: 1, when: 'before' }],
    );
    expect(outcome).toEqual({ status: 'fulfilled', value: 2 });
  });

  test('that failed is not called again when the run is replayed: its error is its outcome', async () => {
    let calls = 0;
    const { outcome, executors } = await executeWithCrashes(
      () =>
        step.run('a', () => {
          calls += 1;
          throw new Error('no');
        }),
      [{ commit: 'finish', when: 'before' }],
    );
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no' } });
    expect([calls, executors]).toEqual([1, 2]);
  });

  test('has a number that stays: an idempotency key for other systems', async () => {
    const keys: string[] = [];
    await executeWithCrashes(async () => {
      await step.run('a', () => {});
      await step.run('b', () => void keys.push(`${currentRun()?.id}:${currentRun()?.step?.seq}`));
    }, [{ commit: 2, when: 'before' }]);
    expect(keys).toEqual(['the-run:1', 'the-run:1']);
  });
});

describe('a step within a step', () => {
  test('is a part of the outer one, and not recorded by itself', async () => {
    const { workflow, launch } = await bench();
    const inner = step('inner', () => currentRun()?.step?.name);
    const nest = workflow('nest', () =>
      step.run('outer', async () => [
        await inner(),
        await step.run('inline', () => currentRun()?.step?.name),
      ]),
    );
    const app = await launch();
    const handle = await app.start(nest, []);
    expect(await handle.result()).toEqual(['outer', 'outer']);
    expect(await journalOf(app, handle.id)).toEqual(['outer']);
  });
});

describe('a step outside a run', () => {
  test('is a plain call: nothing is recorded, the value is the very one', async () => {
    const value = { fn: () => 1 };
    const make = step('make', (given: object) => given);
    expect(await make(value)).toBe(value);
    expect(await step.run('inline', () => value)).toBe(value);
  });

  test('is tried once, whatever its options', async () => {
    let calls = 0;
    const fail = step(
      'fail',
      () => {
        calls += 1;
        throw new Error('no');
      },
      { retry: { attempts: 5, initial: 0 } },
    );
    expect(await errorOf(fail())).toMatchObject({ message: 'no' });
    expect(calls).toBe(1);
  });

  test('never throws at once, also when its function does', async () => {
    const fail = step('fail', () => {
      throw new Error('no');
    });
    const promise = fail();
    expect(promise).toBeInstanceOf(Promise);
    await errorOf(promise);
  });

  test('needs no launched app, and disturbs none', async () => {
    const { workflow, launch, store } = await bench();
    const noop = workflow('noop', async () => {});
    await launch();
    expect(await step.run('a', () => 1)).toBe(1);
    expect(await store.statuses(['a'])).toEqual([]);
    await noop();
  });
});

describe('a value that cannot be recorded', () => {
  test('is refused on the first run, as the outcome of the step, with the path to it', async () => {
    const { workflow, launch } = await bench();
    const bad = workflow('bad', () => step.run('make', () => ({ items: [{ onDone: () => {} }] })));
    const app = await launch();
    const handle = await app.start(bad, []);
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'UNRECORDABLE_VALUE',
      message: expect.stringContaining('the result of step "make": $.items[0].onDone'),
      details: { path: '$.items[0].onDone' },
    });
  });

  test('may be caught by the workflow, which goes on', async () => {
    const { workflow, launch } = await bench();
    const copes = workflow('copes', () =>
      step.run('make', () => Symbol('s')).catch((error: Error & { code: string }) => error.code),
    );
    await launch();
    expect(await copes()).toBe('UNRECORDABLE_VALUE');
  });

  test('as the result of a workflow fails the run, with the path to it', async () => {
    const { workflow, launch } = await bench();
    const bad = workflow('bad', async () => ({ handler: () => {} }));
    const app = await launch();
    const handle = await app.start(bad, []);
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'UNRECORDABLE_VALUE',
      message: expect.stringContaining('the result of workflow "bad": $.handler'),
      details: { path: '$.handler' },
    });
    expect(await handle.status()).toBe('failed');
  });

  test('is not retried away: the attempt succeeded', async () => {
    const { workflow, launch } = await bench();
    let calls = 0;
    const bad = workflow('bad', () =>
      step.run(
        'make',
        () => {
          calls += 1;
          return () => {};
        },
        { retry: { attempts: 3, initial: 0 } },
      ),
    );
    await launch();
    expect(await errorOf(bad())).toMatchObject({ code: 'UNRECORDABLE_VALUE' });
    expect(calls).toBe(1);
  });
});
