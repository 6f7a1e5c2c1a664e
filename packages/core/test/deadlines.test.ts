import { describe, expect, test } from 'vitest';
import { currentRun, sleep, step, type WorkflowFunction, workflow } from '../src/index.js';
import { type Bench, bench, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

const DAY_MS = 86_400_000;

/** Executors look a moment after the deadline that they read. */
const MOMENT_MS = 5;

/** A bench on a clock that the test moves, with a workflow that never ends by itself and one that sleeps. */
async function timed(): Promise<
  Bench & { clock: ManualClock; stuck: WorkflowFunction<[], never>; nap: WorkflowFunction<[number], string> }
> {
  const clock = new ManualClock();
  const made = await bench({ clock });
  const stuck = made.workflow('stuck', () => step.run('hang', forever));
  const nap = made.workflow('nap', async (ms: number) => {
    await sleep(ms);
    return 'slept';
  });
  return { ...made, clock, stuck, nap };
}

describe('the time limit of a run', () => {
  test('is set by its start; then it is cancelled, and its result is the error RUN_TIMED_OUT', async () => {
    const { clock, stuck, launch } = await timed();
    const app = await launch();
    const handle = await app.start(stuck, [], { timeout: '1m', id: 'late' });
    const result = errorOf(handle.result());
    const deadline = new Date(clock.now() + 60_000).toISOString();
    clock.advance(59_000);
    await settled();
    expect(await handle.status()).toBe('running');
    clock.advance(1000 + MOMENT_MS);
    expect(await result).toMatchObject({
      name: 'HoldfastError',
      code: 'RUN_TIMED_OUT',
      details: { runId: 'late', deadline },
    });
    expect(await app.runs.get('late')).toMatchObject({
      state: 'cancelled',
      completedAt: new Date(clock.now()),
    });
    expect(await errorOf(app.handle('late').result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
  });

  test('is set by its workflow, unless the start says otherwise', async () => {
    const { clock, registry, launch } = await timed();
    const slow = workflow('slow', { registry, timeout: '10s' }, async () => {
      await step.run('hang', forever);
    });
    const app = await launch();
    const handles = [await app.start(slow, []), await app.start(slow, [], { timeout: '20s' })];
    clock.advance(10_000);
    expect(await errorOf(handles[0]!.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
    expect(await handles[1]!.status()).toBe('running');
    clock.advance(10_000);
    expect(await errorOf(handles[1]!.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
  });

  test('is of no concern to a run that ends in time', async () => {
    const { clock, nap, launch } = await timed();
    const app = await launch();
    const handle = await app.start(nap, [5000], { timeout: '10s' });
    await reaches(app, handle.id, 'waiting');
    clock.advance(5000);
    expect(await handle.result()).toBe('slept');
    clock.advance(DAY_MS);
    await settled();
    expect(await handle.status()).toBe('succeeded');
  });

  test('ends a run that sleeps, parked or in memory', async () => {
    const { clock, nap, launch } = await timed();
    const app = await launch({ parkAfter: '30s' });
    const [parked, lingering] = [
      await app.start(nap, [DAY_MS], { timeout: '10s' }),
      await app.start(nap, [15_000], { timeout: '10s' }),
    ];
    await reaches(app, parked.id, 'waiting');
    clock.advance(10_000);
    for (const { id, ...handle } of [parked, lingering]) {
      expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_TIMED_OUT', details: { runId: id } });
    }
  });

  test('aborts the step under way, whose own timeout is longer; what it still gives is dropped', async () => {
    const { clock, workflow, launch } = await timed();
    const entered = gate<AbortSignal>();
    const open = gate<string>();
    const after: string[] = [];
    const flow = workflow('flow', async () => {
      const body = (): Promise<string> => {
        entered.open(currentRun()!.step!.signal);
        return open.opened;
      };
      after.push(await step.run('work', body, { timeout: '1h', retry: { attempts: 5 } }));
    });
    const app = await launch();
    const handle = await app.start(flow, [], { timeout: '1m' });
    const signal = await entered.opened;
    clock.advance(60_000);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
    await eventually(() => signal.aborted);
    open.open('too late');
    await settled();
    expect(after).toEqual([]);
    expect(await app.runs.steps(handle.id)).toEqual([]);
  });

  test('may be longer than any timer of Node’s', async () => {
    const { clock, stuck, launch } = await timed();
    const app = await launch();
    const handle = await app.start(stuck, [], { timeout: '100 days' });
    const result = errorOf(handle.result());
    // In steps that a machine would take: no timer of Node's is that long.
    for (let day = 1; day < 100; day++) clock.advance(DAY_MS);
    await settled();
    expect(await handle.status()).toBe('running');
    clock.advance(DAY_MS);
    expect(await result).toMatchObject({ code: 'RUN_TIMED_OUT' });
  });

  test('begins when the run is taken up, not when it is recorded', async () => {
    const { clock, stuck, launch } = await timed();
    const app = await launch();
    const handle = await app.start(stuck, [], { timeout: '1m', delay: '1h' });
    clock.advance(3_599_000);
    await settled();
    expect(await handle.status()).toBe('pending');
    clock.advance(1000 + MOMENT_MS);
    await reaches(app, handle.id, 'running');
    clock.advance(59_000);
    await settled();
    expect(await handle.status()).toBe('running');
    clock.advance(1000 + MOMENT_MS);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
  });

  test('is the same after a crash: the new executor ends the run at the old deadline', async () => {
    const { clock, stuck, launch, kill } = await timed();
    const first = await launch();
    const { id } = await first.start(stuck, [], { timeout: '1m' });
    await settled();
    clock.advance(30_000);
    await kill(first);
    const second = await launch();
    await eventually(async () => (await second.runs.get(id)).epoch === 2);
    clock.advance(29_000);
    await settled();
    expect(await second.handle(id).status()).toBe('running');
    clock.advance(1000 + MOMENT_MS);
    expect(await errorOf(second.handle(id).result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
  });

  test('is kept by an executor that does not even have the workflow', async () => {
    const { clock, nap, launch, kill, registry } = await timed();
    const other = workflow('other', { registry }, async () => {});
    const first = await launch({ workflows: [nap] });
    const { id } = await first.start(nap, [DAY_MS], { timeout: '1m' });
    await reaches(first, id, 'waiting');
    const second = await launch({ workflows: [other] });
    await kill(first);
    clock.advance(60_000);
    expect(await errorOf(second.handle(id).result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
  });

  test('is shown to the run and its steps', async () => {
    const { clock, workflow, launch } = await timed();
    const flow = workflow('flow', async () => [
      currentRun()!.deadline,
      await step.run('look', () => currentRun()!.deadline),
    ]);
    const app = await launch();
    const startMs = clock.now();
    const limited = await app.start(flow, [], { timeout: '1m' });
    const deadline = new Date(startMs + 60_000);
    expect(await limited.result()).toEqual([deadline, deadline]);
    expect(await (await app.start(flow, [])).result()).toEqual([undefined, undefined]);
  });

  test('is gone when the run is resumed', async () => {
    const { clock, workflow, launch } = await timed();
    let tries = 0;
    const flow = workflow('flow', async () => {
      const which = ++tries;
      if (which === 1) await step.run('hang', forever);
      return step.run('hang', () => currentRun()!.deadline ?? 'no limit');
    });
    const app = await launch();
    const handle = await app.start(flow, [], { timeout: '1m' });
    clock.advance(60_000);
    await errorOf(handle.result());
    await app.runs.resume(handle.id);
    expect(await handle.result()).toBe('no limit');
    expect(await app.runs.get(handle.id)).toMatchObject({ state: 'succeeded', error: undefined });
  });

  test.each([[0], [-1], ['soon'], [Number.NaN]])(
    'of %s is refused, and nothing is recorded',
    async (timeout) => {
      const { stuck, registry, launch, store } = await timed();
      const app = await launch();
      const code = timeout === 0 ? 'INVALID_OPTION' : 'INVALID_DURATION';
      expect(await errorOf(app.start(stuck, [], { id: 'never', timeout }))).toMatchObject({ code });
      expect(await store.run('never')).toBeUndefined();
      expect(() => workflow('odd', { registry, timeout }, async () => {})).toThrow(
        expect.objectContaining({ code }),
      );
    },
  );
});

describe('the time limit of a run that starts others', () => {
  test('is theirs too, whether they are called or started: each ends by its own deadline', async () => {
    const { clock, stuck, workflow, launch } = await timed();
    const flow = workflow('flow', async () => {
      const started = await app.start(stuck, [], { id: 'started' });
      await Promise.all([stuck(), started.result()]);
    });
    const app = await launch();
    await app.start(flow, [], { id: 'parent', timeout: '1m' });
    await eventually(() => app.runs.get('parent.1'));
    clock.advance(60_000);
    for (const id of ['parent', 'started', 'parent.1']) {
      expect(await errorOf(app.handle(id).result())).toMatchObject({
        code: 'RUN_TIMED_OUT',
        details: { runId: id },
      });
    }
  });

  test('a child with less time ends first, and the run that waits for it hears of it', async () => {
    const { clock, stuck, workflow, launch } = await timed();
    const flow = workflow('flow', async () => {
      const child = await app.start(stuck, [], { timeout: '10s' });
      return child.result().catch((error: unknown) => (error as { code: string }).code);
    });
    const app = await launch();
    const handle = await app.start(flow, [], { timeout: '1m' });
    const result = handle.result();
    await eventually(() => app.runs.get(`${handle.id}.0`));
    clock.advance(10_000);
    expect(await result).toBe('RUN_TIMED_OUT');
  });

  test('a child that asks for more time than is left does not get it', async () => {
    const { clock, stuck, workflow, launch } = await timed();
    const flow = workflow('flow', async () => {
      const child = await app.start(stuck, [], { timeout: '1h' });
      await child.result();
    });
    const app = await launch();
    const handle = await app.start(flow, [], { timeout: '1m' });
    await eventually(() => app.runs.get(`${handle.id}.0`));
    clock.advance(60_000);
    const child = app.handle(`${handle.id}.0`);
    expect(await errorOf(child.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
    expect((await app.runs.get(child.id)).completedAt).toEqual((await app.runs.get(handle.id)).completedAt);
  });

  test('a detached child has the time it needs, or a limit of its own', async () => {
    const { clock, nap, stuck, workflow, launch } = await timed();
    const flow = workflow('flow', async () => {
      const free = await app.start(nap, [120_000], { id: 'free', detached: true });
      await app.start(stuck, [], { id: 'limited', detached: true, timeout: '90s' });
      await free.result();
    });
    const app = await launch();
    const handle = await app.start(flow, [], { timeout: '1m' });
    await reaches(app, 'limited', 'running');
    await reaches(app, 'free', 'waiting');
    clock.advance(60_000);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
    expect(await app.handle('limited').status()).toBe('running');
    clock.advance(30_000);
    expect(await errorOf(app.handle('limited').result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
    clock.advance(30_000);
    expect(await app.handle('free').result()).toBe('slept');
  });

  test('detached is for starts inside a run; elsewhere it is refused', async () => {
    const { nap, workflow, launch, store } = await timed();
    const flow = workflow('flow', () =>
      step.run('start', async () => void (await app.start(nap, [1], { id: 'never', detached: true }))),
    );
    const app = await launch();
    const refused = { code: 'WRONG_CONTEXT' };
    expect(await errorOf(app.start(nap, [1], { id: 'never', detached: true }))).toMatchObject(refused);
    expect(await errorOf(flow())).toMatchObject(refused);
    expect(await errorOf(app.start(nap, [1], { detached: 'yes' as never }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await store.run('never')).toBeUndefined();
  });
});
