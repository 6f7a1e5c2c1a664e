import { describe, expect, test } from 'vitest';
import { event, step } from '../src/index.js';
import { bench, journalOf, reaches, recordingCommits, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

const progress = event<number>('progress');
const stage = event<string>('stage');

describe('an event', () => {
  test('shows the value that was set last, while its run executes and when it has ended', async () => {
    const { workflow, launch } = await bench();
    const [half, done] = [gate(), gate()];
    const flow = workflow('flow', async () => {
      await progress.set(1);
      await stage.set('packing');
      await progress.set(50);
      half.open();
      await step.run('wait', () => done.opened);
      await progress.set(100);
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await half.opened;
    expect(await app.event(progress).get(id)).toBe(50);
    expect(await app.event(stage).get(id)).toBe('packing');
    done.open();
    await result();
    expect(await app.event(progress).get(id)).toBe(100);
    expect(await app.event(stage).get(id)).toBe('packing');
  });

  test('that was not set yet is waited for', async () => {
    const { workflow, launch, store } = await bench();
    const go = gate();
    const flow = workflow('flow', async () => {
      await step.run('wait', () => go.opened);
      await progress.set(7);
    });
    const app = await launch({ store: store.another() });
    const other = await launch({ store: store.another(), workflows: [] });
    const { id } = await app.start(flow, []);
    const waiting = [app.event(progress).get(id), other.event(progress).get(id)];
    await settled();
    go.open();
    expect(await Promise.all(waiting)).toEqual([7, 7]);
  });

  test('may be set by a step and by whoever is outside; each counts when it comes', async () => {
    const { workflow, launch } = await bench();
    const [one, two] = [gate(), gate()];
    const flow = workflow('flow', async () => {
      await step.run('count', () => progress.set(1));
      one.open();
      await step.run('wait', () => two.opened);
      return progress.get('f');
    });
    const app = await launch();
    const { id, result } = await app.start(flow, [], { id: 'f' });
    await one.opened;
    expect(await app.event(progress).get(id)).toBe(1);
    await app.event(progress).set(id, 2);
    two.open();
    expect(await result()).toBe(2);
  });

  test('has one value for a hundred who wait for it', async () => {
    const { workflow, launch, store } = await bench();
    let queries = 0;
    const counting = store.another();
    const mail = { ...counting.mail };
    mail.events = async (questions) => {
      queries += 1;
      return store.mail.events(questions);
    };
    const counted = new Proxy(counting, {
      get(target, name) {
        if (name === 'mail') return mail;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const go = gate();
    const flow = workflow('flow', async () => {
      await step.run('wait', () => go.opened);
      await progress.set(1);
    });
    const app = await launch({ store: counted });
    const { id } = await app.start(flow, []);
    const waiting = Array.from({ length: 100 }, () => app.event(progress).get(id));
    await settled();
    go.open();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([1]));
    expect(queries).toBeLessThan(10);
  });
});

describe('waiting for an event', () => {
  test('ends with TIMED_OUT, by the clock, and at once without any time', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const flow = workflow('flow', forever);
    const app = await launch();
    const { id } = await app.start(flow, []);
    const waiting = errorOf(app.event(progress).get(id, { timeout: '10s' }));
    const startMs = clock.now();
    await settled();
    expect(await clock.passUntil(waiting)).toMatchObject({
      code: 'TIMED_OUT',
      details: { event: 'progress', runId: id, timeoutMs: 10_000 },
    });
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(10_000);
    expect(clock.now() - startMs).toBeLessThan(10_100);
    expect(await errorOf(app.event(progress).get(id, { timeout: 0 }))).toMatchObject({ code: 'TIMED_OUT' });
  });

  test('ends in time although the store cannot be reached', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    let isDown = false;
    const shaky = new Proxy(store.another(), {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name === 'mail' && isDown) return { events: () => Promise.reject(unavailable()) };
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const flow = workflow('flow', forever);
    const app = await launch({ store: shaky });
    const { id } = await app.start(flow, []);
    isDown = true;
    expect(await clock.passUntil(errorOf(app.event(progress).get(id, { timeout: '1s' })))).toMatchObject({
      code: 'TIMED_OUT',
    });
  });

  test('of a run that has ended without it ends at once, also when that ends, or is cancelled, meanwhile', async () => {
    const { workflow, launch, store } = await bench();
    const go = gate();
    const flow = workflow('flow', () => step.run('wait', () => go.opened));
    const app = await launch({ store: store.another() });
    const other = await launch({ store: store.another(), workflows: [] });
    const [ends, cancelled] = [await app.start(flow, []), await app.start(flow, [])];
    const waiting = [ends, cancelled].map(({ id }) => errorOf(other.event(progress).get(id)));
    await settled();
    await cancelled.cancel();
    go.open();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'RUN_FINISHED' });
    expect(await errorOf(app.event(progress).get(ends.id))).toMatchObject({
      code: 'RUN_FINISHED',
      message: `Run "${ends.id}" has ended and never set its event "progress".`,
    });
  });

  test('of a run that is not there is an error', async () => {
    const { launch } = await bench();
    const app = await launch();
    expect(await errorOf(app.event(progress).get('nobody'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await errorOf(app.event(progress).set('nobody', 1))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('ends when the app is shut down', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', forever);
    const app = await launch();
    const { id } = await app.start(flow, []);
    const waiting = errorOf(app.event(progress).get(id));
    await settled();
    await app.shutdown({ drain: 0 });
    expect(await waiting).toMatchObject({ code: 'SHUT_DOWN' });
  });
});

describe('in a run', () => {
  test('setting is recorded in one write, and not done again on replay', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch, kill, store } = await bench();
    let isStuck = true;
    const flow = workflow('flow', async () => {
      await progress.set(1);
      await step.run('wait', () => (isStuck ? forever() : undefined));
    });
    const app = await launch({ store: store.another({ faults }) });
    const { id } = await app.start(flow, []);
    await app.event(progress).get(id);
    await app.event(progress).set(id, 2);
    isStuck = false;
    await kill(app);
    const other = await launch({ store: store.another({ faults }) });
    await other.handle(id).result();
    expect(await other.event(progress).get(id)).toBe(2);
    expect(batches.flat().filter(({ op }) => op === 'set')).toHaveLength(2);
    expect(await journalOf(other, id)).toEqual(['set progress', 'wait']);
  });

  test('what was got is recorded: a value, a timeout and an error, and a replay does not look again', async () => {
    const { workflow, launch, kill, store } = await bench();
    const target = workflow('target', async () => {
      await progress.set(1);
    });
    const asked: unknown[][] = [];
    let isStuck = true;
    const flow = workflow('flow', async (id: string) => {
      const code = (error: unknown): unknown => (error as { code?: unknown }).code;
      const got = [
        await progress.get(id),
        await stage.get(id).catch(code),
        await stage.get('nobody').catch(code),
        await stage.get('f', { timeout: 1 }).catch(code),
      ];
      asked.push(got);
      await step.run('wait', () => (isStuck ? forever() : undefined));
      return got;
    });
    const app = await launch({ store: store.another() });
    const { id } = await app.start(target, []);
    await app.handle(id).result();
    await app.start(flow, [id], { id: 'f' });
    await eventually(() => asked.length === 1);
    isStuck = false;
    await kill(app);
    const blind = new Proxy(store.another(), {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name === 'mail') return { events: () => Promise.reject(new Error('it looked again')) };
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const other = await launch({ store: blind });
    const got = [1, 'RUN_FINISHED', 'RUN_NOT_FOUND', 'TIMED_OUT'];
    expect(await other.handle('f').result()).toEqual(got);
    expect(asked).toEqual([got, got]);
  });

  test('that waits for an event leaves memory, and is woken by the event from another process', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const go = gate();
    const target = workflow('target', async () => {
      await step.run('wait', () => go.opened);
      await progress.set(3);
    });
    const flow = workflow('flow', (id: string) => progress.get(id, { timeout: '1 day' }));
    const here = await launch({ store: store.another(), workflows: [flow] });
    const there = await launch({ store: store.another(), workflows: [target] });
    const { id } = await there.start(target, []);
    const handle = await here.start(flow, [id]);
    await settled();
    clock.advance(1000);
    await reaches(here, handle.id, 'waiting');
    go.open();
    expect(await clock.passUntil(handle.result())).toBe(3);
    expect((await here.runs.get(handle.id)).epoch).toBe(2);
  });

  test('that waits for an event is parked at once when its app is shut down', async () => {
    const { workflow, launch, store } = await bench();
    const target = workflow('target', forever);
    const flow = workflow('flow', (id: string) => progress.get(id));
    const there = await launch({ store: store.another(), workflows: [target] });
    const here = await launch({ store: store.another(), workflows: [flow] });
    const { id } = await there.start(target, []);
    const { id: waiting } = await here.start(flow, [id]);
    await settled();
    await here.shutdown({ drain: '1h' });
    expect(await store.run(waiting)).toMatchObject({ state: 'waiting', executorId: null, wakeAtMs: null });
    await launch({ store: store.another(), workflows: [flow] });
    await there.event(progress).set(id, 8);
    expect(await there.handle(waiting).result()).toBe(8);
  });

  test('a wait ends when the run is cancelled', async () => {
    const { workflow, launch } = await bench();
    const target = workflow('target', forever);
    const flow = workflow('flow', (id: string) => progress.get(id));
    const app = await launch();
    const { id } = await app.start(target, []);
    const handle = await app.start(flow, [id]);
    await settled();
    await handle.cancel();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
  });
});

describe('a step whose run was lost', () => {
  test('sets nothing any more, and is told so', async () => {
    const { workflow, launch, store } = await bench();
    const [entered, go] = [gate(), gate()];
    const codes: unknown[] = [];
    let isFirst = true;
    const flow = workflow('flow', () =>
      step.run('count', async () => {
        if (!isFirst) return progress.set(2);
        isFirst = false;
        entered.open();
        await go.opened;
        codes.push((await errorOf(progress.set(1)))['code']);
      }),
    );
    // It does not hear that it was buried.
    const deaf = intercepted(store.another(), { renew: () => forever });
    const app = await launch({ store: deaf });
    const { id } = await app.start(flow, []);
    await entered.opened;
    await store.bury(app.executorId);
    const other = await launch({ store: store.another() });
    await other.handle(id).result();
    go.open();
    await eventually(() => codes.length === 1);
    expect(codes).toEqual(['RUN_LOST']);
    expect(await other.event(progress).get(id)).toBe(2);
  });
});

describe('bad use', () => {
  test('setting outside any run without a run is refused, and says what to do', async () => {
    expect(await errorOf(progress.set(1))).toMatchObject({
      code: 'WRONG_CONTEXT',
      message:
        'set() of event "progress" was called outside any run, so it is not known which run\'s event is meant. ' +
        'Name the run: app.event(…).set(runId, …).',
    });
  });

  test('getting outside any run without a launched app is refused', async () => {
    const { registry } = await bench();
    expect(await errorOf(event('own', { registry }).get('x'))).toMatchObject({ code: 'NOT_LAUNCHED' });
  });

  test.each([
    ['an event without a name', () => event(''), 'INVALID_NAME'],
    ['a name of another type', () => event(7 as never), 'INVALID_NAME'],
  ])('%s is refused', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  test('a run id or a timeout that is none is refused', async () => {
    const { launch } = await bench();
    const app = await launch();
    expect(await errorOf(app.event(progress).get(''))).toMatchObject({ code: 'INVALID_ID' });
    expect(await errorOf(app.event(progress).get('x', { timeout: -1 }))).toMatchObject({
      code: 'INVALID_DURATION',
    });
  });

  test('a value that cannot be recorded is an error of that call', async () => {
    const { workflow, launch } = await bench();
    const anything = event<unknown>('anything');
    const flow = workflow('flow', async () => (await errorOf(anything.set(() => {})))['code']);
    await launch();
    expect(await flow()).toBe('UNRECORDABLE_VALUE');
  });
});
