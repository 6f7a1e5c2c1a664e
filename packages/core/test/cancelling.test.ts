import { describe, expect, test } from 'vitest';
import { currentRun, sleep, step } from '../src/index.js';
import type { StoreListener } from '../src/internal.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

describe('cancelling a run', () => {
  test('that is pending: it never begins', async () => {
    const { workflow, launch } = await bench();
    let bodies = 0;
    const flow = workflow('flow', async () => void ++bodies);
    const app = await launch();
    const handle = await app.start(flow, [], { delay: 20 });
    expect(await handle.cancel()).toBe(true);
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'RUN_CANCELLED',
      details: { runId: handle.id },
    });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(bodies).toBe(0);
  });

  test('that sleeps in memory ends it at once', async () => {
    const { workflow, launch } = await bench();
    const after: string[] = [];
    const nap = workflow('nap', async () => {
      await sleep('1h');
      after.push('woke');
    });
    const app = await launch({ parkAfter: '2h' });
    const handle = await app.start(nap, []);
    await settled();
    const result = errorOf(handle.result());
    expect(await handle.cancel()).toBe(true);
    expect(await result).toMatchObject({ code: 'RUN_CANCELLED' });
    expect(after).toEqual([]);
  });

  test('that is parked ends it at once', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const nap = workflow('nap', () => sleep('3 days'));
    const app = await launch();
    const handle = await app.start(nap, []);
    await reaches(app, handle.id, 'waiting');
    const result = errorOf(handle.result());
    expect(await handle.cancel()).toBe(true);
    expect(await result).toMatchObject({ code: 'RUN_CANCELLED' });
    clock.advance(10 * 86_400_000);
    await settled();
    expect(await app.runs.get(handle.id)).toMatchObject({ state: 'cancelled', wakeAt: undefined });
  });

  test('that executes a step aborts its signal; what the step still gives is dropped', async () => {
    const { workflow, launch } = await bench();
    const entered = gate<AbortSignal>();
    const open = gate<string>();
    const after: string[] = [];
    const flow = workflow('flow', async () => {
      after.push(
        await step.run('work', () => {
          entered.open(currentRun()!.step!.signal);
          return open.opened;
        }),
      );
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    const signal = await entered.opened;
    const result = errorOf(handle.result());
    expect(await handle.cancel()).toBe(true);
    expect(await result).toMatchObject({ code: 'RUN_CANCELLED' });
    await eventually(() => signal.aborted);
    open.open('too late');
    await settled();
    expect(after).toEqual([]);
    expect(await journalOf(app, handle.id)).toEqual([]);
  });

  test('that executes a step which gives up by its signal: the error goes nowhere', async () => {
    const { workflow, launch } = await bench();
    const entered = gate();
    const caught: unknown[] = [];
    const flow = workflow('flow', () =>
      step
        .run(
          'work',
          () =>
            new Promise<never>((_, reject) => {
              const { signal } = currentRun()!.step!;
              signal.addEventListener('abort', () => reject(signal.reason));
              entered.open();
            }),
          { retry: { attempts: 5, initial: 0 } },
        )
        .catch((error: unknown) => caught.push(error)),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    await entered.opened;
    await handle.cancel();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
    await settled();
    expect(caught).toEqual([]);
  });

  test("runs none of the workflow's own code any more, finally blocks included", async () => {
    const { workflow, launch } = await bench();
    const entered = gate();
    const seen: string[] = [];
    const flow = workflow('flow', async () => {
      try {
        await step.run('work', () => {
          entered.open();
          return forever();
        });
      } catch {
        seen.push('catch');
      } finally {
        seen.push('finally');
      }
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await entered.opened;
    await handle.cancel();
    await errorOf(handle.result());
    await settled();
    expect(seen).toEqual([]);
  });

  test('that waits between two attempts ends it', async () => {
    const { workflow, launch } = await bench();
    let attempts = 0;
    const flow = workflow('flow', () =>
      step.run(
        'work',
        () => {
          attempts += 1;
          throw new Error('busy');
        },
        { retry: { attempts: 9, initial: '1h' } },
      ),
    );
    const app = await launch({ parkAfter: '2h' });
    const handle = await app.start(flow, []);
    await eventually(async () => (await app.runs.steps(handle.id)).length === 1);
    await handle.cancel();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
    expect(attempts).toBe(1);
  });

  test('that runs in another process reaches it there', async () => {
    const { workflow, launch, store } = await bench();
    const entered = gate<AbortSignal>();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open(currentRun()!.step!.signal);
        return forever();
      }),
    );
    const here = await launch({ store: store.another() });
    const there = await launch({ store: store.another() });
    const handle = await there.start(flow, []);
    const [signal, result] = [await entered.opened, errorOf(handle.result())];
    expect(await here.runs.cancel(handle.id)).toBe(true);
    expect(await result).toMatchObject({ code: 'RUN_CANCELLED' });
    await eventually(() => signal.aborted);
  });

  test('that runs where no word of it arrives: its next write is refused', async () => {
    const { workflow, launch, store } = await bench();
    const [entered, open] = [gate(), gate()];
    const seen: string[] = [];
    const flow = workflow('flow', async () => {
      await step.run('first', () => {
        entered.open();
        return open.opened;
      });
      seen.push('after');
      await step.run('second', () => void seen.push('second'));
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await entered.opened;
    expect(await store.cancel([handle.id])).toEqual([handle.id]);
    open.open();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
    expect(seen).toEqual([]);
    expect(await journalOf(app, handle.id)).toEqual([]);
  });

  test('twice does it once', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () => sleep('1h'));
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await handle.cancel()).toBe(true);
    const { completedAt } = await app.runs.get(handle.id);
    expect(await handle.cancel()).toBe(false);
    expect(await app.runs.cancel(handle.id)).toBe(false);
    expect((await app.runs.get(handle.id)).completedAt).toEqual(completedAt);
  });

  test.each([
    ['succeeded', async () => 'fine'],
    ['failed', () => Promise.reject(new Error('no'))],
  ])('that %s does nothing', async (state, body) => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', body as () => Promise<string>);
    const app = await launch();
    const handle = await app.start(flow, []);
    await handle.result().catch(() => {});
    expect(await handle.cancel()).toBe(false);
    expect(await handle.status()).toBe(state);
  });

  test('leaves its children alone', async () => {
    const { workflow, launch } = await bench();
    const [entered, open] = [gate(), gate<string>()];
    const child = workflow('child', () =>
      step.run('work', () => {
        entered.open();
        return open.opened;
      }),
    );
    const parent = workflow('parent', () => child());
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    await entered.opened;
    await handle.cancel();
    open.open('child is done');
    expect(await app.handle('p.0').result()).toBe('child is done');
    expect(await handle.status()).toBe('cancelled');
  });

  test('from within a step of another run works as from outside', async () => {
    const { workflow, launch } = await bench();
    const nap = workflow('nap', () => sleep('1h'));
    const killer = workflow('killer', (id: string) => step.run('cancel', () => app.runs.cancel(id)));
    const app = await launch();
    const handle = await app.start(nap, []);
    expect(await killer(handle.id)).toBe(true);
    expect(await handle.status()).toBe('cancelled');
  });
});

describe('a cancelled run that is resumed', () => {
  test('goes on from where its journal ends', async () => {
    const { workflow, launch } = await bench();
    const seen: string[] = [];
    const entered = gate();
    const flow = workflow('flow', async () => {
      await step.run('first', () => void seen.push('first'));
      return step.run('second', () => {
        seen.push('second');
        entered.open();
        return seen.length > 2 ? 'done' : forever();
      });
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await entered.opened;
    await handle.cancel();
    await app.runs.resume(handle.id);
    expect(await handle.result()).toBe('done');
    expect(seen).toEqual(['first', 'second', 'second']);
  });
});

test('A run that was cancelled and resumed goes on, though the word of its cancel comes only then', async () => {
  const { store, workflow, launch } = await bench();
  let tell!: StoreListener;
  const hearing = intercepted(store, {
    attend: (attend) => (executorId, listener) => {
      tell = listener;
      return attend(executorId, listener);
    },
  });
  let executions = 0;
  const open = gate<string>();
  const flow = workflow('flow', () =>
    step.run('work', () => {
      executions += 1;
      return open.opened;
    }),
  );
  const app = await launch({ store: hearing });
  const handle = await app.start(flow, []);
  await eventually(() => executions === 1);
  await handle.cancel();
  await app.runs.resume(handle.id);
  await eventually(() => executions === 2);
  tell.signal({ kind: 'cancelled', runIds: [handle.id] });
  await settled();
  open.open('done');
  expect(await handle.result()).toBe('done');
  expect(executions).toBe(2);
});
