import { describe, expect, test } from 'vitest';
import { Client, currentRun, type Holdfast, sleep, step } from '../src/index.js';
import { bench, reaches } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, outcomeOf, settled } from './support/signals.js';

describe('shutting an app down', () => {
  test('lets runs end that are under way', async () => {
    const { workflow, launch } = await bench();
    const [entered, open] = [gate(), gate<string>()];
    const flow = workflow('flow', async () => {
      const first = await step.run('work', () => {
        entered.open();
        return open.opened;
      });
      return step.run('more', () => `${first}, and more`);
    });
    const app = await launch();
    const result = (await app.start(flow, [])).result();
    await entered.opened;
    const gone = app.shutdown();
    open.open('done');
    expect(await result).toBe('done, and more');
    await gone;
  });

  test('parks runs at once that only wait', async () => {
    const { workflow, launch } = await bench();
    const nap = workflow('nap', () => sleep('1h'));
    const app = await launch({ parkAfter: '2h' });
    const { id } = await app.start(nap, []);
    await settled();
    expect(await app.handle(id).status()).toBe('running');
    await app.shutdown({ drain: '1h' });
    const next = await launch();
    expect(await next.runs.get(id)).toMatchObject({ state: 'waiting', executorId: undefined });
  });

  test('parks a run that waits for its child, and another process goes on with both', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async () => {
      await sleep(30);
      return 'child';
    });
    const parent = workflow('parent', () => child());
    const app = await launch({ parkAfter: '1h' });
    const { id } = await app.start(parent, []);
    await eventually(async () => (await app.runs.get(`${id}.0`)).state === 'running');
    await app.shutdown({ drain: '1h' });
    const next = await launch();
    expect(await next.handle(id).result()).toBe('child');
  });

  test('gives back what does not end in time, for another process to go on with', async () => {
    const { workflow, launch } = await bench();
    const seen: string[] = [];
    const entered = gate<AbortSignal>();
    const flow = workflow('flow', async () => {
      await step.run('first', () => void seen.push('first'));
      return step.run('second', () => {
        seen.push('second');
        entered.open(currentRun()!.step!.signal);
        return seen.length > 2 ? 'done' : forever();
      });
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    const signal = await entered.opened;
    await app.shutdown({ drain: 20 });
    expect(signal.aborted).toBe(true);
    const next = await launch();
    expect(await next.handle(id).result()).toBe('done');
    expect(seen).toEqual(['first', 'second', 'second']);
    expect((await next.runs.get(id)).epoch).toBe(2);
  });

  test('hands over to a process that runs already, without waiting for a poll', async () => {
    const { workflow, launch, store } = await bench();
    let executions = 0;
    const entered = gate();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open();
        return ++executions === 1 ? forever() : 'elsewhere';
      }),
    );
    const leaving = await launch({ store: store.another() });
    const staying = await launch({ store: store.another() });
    const { id } = await leaving.start(flow, []);
    await entered.opened;
    const started = Date.now();
    await leaving.shutdown({ drain: 0 });
    expect(await staying.handle(id).result()).toBe('elsewhere');
    expect(Date.now() - started).toBeLessThan(2000);
  });

  test('drops what an abandoned step still gives', async () => {
    const { workflow, launch } = await bench();
    const [entered, open] = [gate(), gate<string>()];
    let executions = 0;
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open();
        return ++executions === 1 ? open.opened : 'second';
      }),
    );
    const app = await launch();
    const { id } = await app.start(flow, []);
    await entered.opened;
    await app.shutdown({ drain: 0 });
    open.open('first');
    const next = await launch();
    expect(await next.handle(id).result()).toBe('second');
  });

  test('twice does it once', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {});
    const app = await launch();
    await flow();
    const [first, second] = [app.shutdown(), app.shutdown()];
    expect(second).toBe(first);
    await first;
    await app.shutdown();
  });

  test('that was never launched is done at once', async () => {
    const { app } = await bench();
    const never = app();
    await never.shutdown();
    expect(await errorOf(never.launch())).toMatchObject({ code: 'SHUT_DOWN' });
  });

  test('while it launches waits for that, and then shuts it down', async () => {
    const { workflow, app: make, store } = await bench();
    const flow = workflow('flow', async () => {});
    const registering = gate();
    const slow = intercepted(store.another(), {
      register:
        (original) =>
        async (...args) => {
          await registering.opened;
          return original(...args);
        },
    });
    const app = make({ store: slow });
    const [launched, gone] = [outcomeOf(app.launch()), app.shutdown()];
    registering.open();
    await gone;
    expect(await launched).toMatchObject({ status: 'rejected', reason: { code: 'SHUT_DOWN' } });
    expect(await errorOf(app.start(flow, []))).toMatchObject({ code: 'SHUT_DOWN' });
    expect(await errorOf(flow())).toMatchObject({ code: 'NOT_LAUNCHED' });
    await expect(slow.statuses([])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  test('lets a run start others meanwhile, and look at them', async () => {
    const { workflow, launch } = await bench();
    const [entered, open] = [gate(), gate()];
    const other = workflow('other', async () => {});
    const made: { app?: Holdfast } = {};
    const flow = workflow('flow', async () => {
      await step.run('wait', () => {
        entered.open();
        return open.opened;
      });
      const { id } = await made.app!.start(other, [], { id: 'late' });
      return step.run('look', () => made.app!.handle(id).status());
    });
    made.app = await launch();
    const result = (await made.app.start(flow, [])).result();
    await entered.opened;
    const gone = made.app.shutdown();
    open.open();
    expect(await result).toBe('pending');
    await gone;
  });

  test('closes the store it opened, and no other', async () => {
    const { launch, store } = await bench();
    const mine = store.another();
    const app = await launch({ store: mine });
    await app.shutdown();
    await expect(mine.statuses([])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(await store.statuses([])).toEqual([]);
  });
});

describe('an app that is being shut down, or was', () => {
  test('refuses starts, and writes nothing', async () => {
    const { workflow, launch } = await bench();
    const [entered, open] = [gate(), gate()];
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open();
        return open.opened;
      }),
    );
    const app = await launch();
    await app.start(flow, []);
    await entered.opened;
    const gone = app.shutdown();
    expect(await errorOf(app.start(flow, [], { id: 'late' }))).toMatchObject({ code: 'SHUT_DOWN' });
    expect(await errorOf(flow())).toMatchObject({ code: 'NOT_LAUNCHED' });
    open.open();
    await gone;
    expect(await errorOf(app.start(flow, []))).toMatchObject({ code: 'SHUT_DOWN' });
    expect(() => app.handle('late')).toThrow(expect.objectContaining({ code: 'SHUT_DOWN' }));
    expect(await errorOf(app.runs.get('late'))).toMatchObject({ code: 'SHUT_DOWN' });
    const next = await launch();
    expect(await errorOf(next.runs.get('late'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('tells those who wait for a result that it is gone', async () => {
    const { workflow, launch } = await bench();
    const nap = workflow('nap', () => sleep('1h'));
    const app = await launch();
    const handle = await app.start(nap, []);
    const waiting = errorOf(handle.result());
    await app.shutdown();
    expect(await waiting).toMatchObject({ code: 'SHUT_DOWN' });
  });

  test('loses no start that was on its way: it is recorded, and runs elsewhere, once', async () => {
    const { workflow, launch, store } = await bench();
    const [committing, go] = [gate(), gate()];
    let bodies = 0;
    const flow = workflow('flow', () => step.run('work', () => ++bodies));
    const slow = store.another({
      faults: {
        beforeCommit: async () => {
          committing.open();
          await go.opened;
        },
      },
    });
    const app = await launch({ store: slow });
    const started = app.start(flow, [], { id: 'on its way' });
    await committing.opened;
    const gone = app.shutdown();
    go.open();
    expect((await started).id).toBe('on its way');
    await gone;
    await settled();
    expect(bodies).toBe(0);
    const next = await launch();
    expect(await next.handle('on its way').result()).toBe(1);
  });

  test('cannot be launched again, but another can, with the same workflows', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => 'ran');
    const app = await launch();
    await app.shutdown();
    expect(await errorOf(app.launch())).toMatchObject({ code: 'SHUT_DOWN' });
    await launch();
    expect(await flow()).toBe('ran');
  });

  test('lets its children be started while it drains: others take them', async () => {
    const { workflow, launch } = await bench();
    const [entered, open] = [gate(), gate()];
    const child = workflow('child', async () => 'child');
    const parent = workflow('parent', async () => {
      await step.run('work', () => {
        entered.open();
        return open.opened;
      });
      return child();
    });
    const app = await launch();
    const { id } = await app.start(parent, []);
    await entered.opened;
    const gone = app.shutdown();
    open.open();
    await gone;
    const next = await launch();
    await reaches(next, id, 'succeeded');
    expect(await next.handle(id).result()).toBe('child');
  });
});

describe('a launch that fails', () => {
  test('leaves the app as it was: it may be tried again', async () => {
    const { workflow, app: make, store } = await bench();
    const flow = workflow('flow', async () => 'ran');
    let failures = 1;
    const flaky = intercepted(store.another(), {
      register:
        (original) =>
        (...args) =>
          failures-- > 0 ? Promise.reject(new Error('no connection')) : original(...args),
    });
    const app = make({ store: flaky });
    expect(await errorOf(app.launch())).toMatchObject({ message: 'no connection' });
    expect(await errorOf(app.start(flow, []))).toMatchObject({ code: 'NOT_LAUNCHED' });
    await app.launch();
    expect(await flow()).toBe('ran');
  });

  test('closes the store again', async () => {
    const { app: make, store } = await bench();
    const handle = store.another();
    const flaky = intercepted(handle, { register: () => () => Promise.reject(new Error('no connection')) });
    await errorOf(make({ store: flaky }).launch());
    await expect(handle.statuses([])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  test('leaves no timer behind', async () => {
    const clock = new ManualClock();
    const { app: make, store } = await bench({ clock });
    const flaky = intercepted(store.another(), {
      attend: () => () => Promise.reject(new Error('no connection')),
    });
    await errorOf(make({ store: flaky }).launch());
    expect(clock.dueTimes).toEqual([]);
  });
});

test('An app that is shut down while it signs on anew listens no more', async () => {
  const clock = new ManualClock();
  const { store, launch } = await bench({ clock });
  const [attends, open] = [gate(), gate()];
  let listening = 0;
  const slow = intercepted(store.another(), {
    attend: (original) => async (executorId, listener) => {
      const attendance = await original(executorId, listener);
      listening += 1;
      if (executorId !== first) {
        attends.open();
        await open.opened;
      }
      return {
        hears: attendance.hears,
        async close() {
          listening -= 1;
          await attendance.close();
        },
      };
    },
  });
  let first: string | undefined;
  const launching = intercepted(slow, {
    register: (original) => (executor, leaseMs) => {
      first ??= executor.id;
      return original(executor, leaseMs);
    },
  });
  const app = await launch({ store: launching });
  await store.bury(app.executorId);
  await clock.passUntil(attends.opened);
  await clock.passUntil(app.shutdown());
  expect(listening).toBe(1);
  open.open();
  await eventually(() => listening === 0);
});

describe('an app that is being launched', () => {
  test('is there for the runs that it takes up already: they start others, and look at them', async () => {
    const { workflow, app: make, store } = await bench();
    const [told, go] = [gate(), gate()];
    const other = workflow('other', async () => 'done');
    const made: { app?: Holdfast } = {};
    const flow = workflow('flow', async () => {
      const { id } = await made.app!.start(other, []);
      return step.run('wait', () => made.app!.handle(id).result());
    });
    const client = new Client({ store: store.another() });
    await client.open();
    const { id } = await client.start('flow', []);
    const slow = intercepted(store.another(), {
      announce:
        (original) =>
        async (...args) => {
          told.open();
          await go.opened;
          return original(...args);
        },
    });
    made.app = make({ store: slow });
    const launched = made.app.launch();
    await told.opened;
    await store.announce([{ kind: 'work' }]);
    expect(await client.handle(id).result()).toBe('done');
    expect(await errorOf(made.app.start(flow, []))).toMatchObject({ code: 'NOT_LAUNCHED' });
    go.open();
    await launched;
    await client.close();
  });

  test('is not there for the runs of another app, also if both have one store', async () => {
    const { workflow, app: make, launch } = await bench();
    const other = workflow('other', async () => {});
    const unlaunched = make();
    const flow = workflow('flow', () => step.run('start', async () => errorOf(unlaunched.start(other, []))));
    const app = await launch();
    const error = await (await app.start(flow, [])).result();
    expect(error).toMatchObject({ code: 'NOT_LAUNCHED' });
  });
});
