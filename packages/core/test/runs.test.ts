import { describe, expect, test } from 'vitest';
import { sleep, step } from '../src/index.js';
import { bench, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate } from './support/signals.js';

const MINUTE_MS = 60_000;

describe('looking at a run', () => {
  test('that succeeded shows all of it, with values as they were', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const flow = workflow('flow', async (_: Date, given: Map<string, number>) => {
      await step.run('pass', () => clock.advance(MINUTE_MS));
      return given;
    });
    const at = new Date(clock.now());
    const app = await launch({ version: '7' });
    const input: [Date, Map<string, number>] = [new Date(3), new Map([['a', 1]])];
    await (await app.start(flow, input, { id: 'a', tags: { by: 'test' } })).result();
    expect(await app.runs.get('a')).toEqual({
      id: 'a',
      workflow: 'flow',
      version: '7',
      state: 'succeeded',
      input,
      output: input[1],
      error: undefined,
      tags: { by: 'test' },
      executorId: app.executorId,
      epoch: 1,
      queue: undefined,
      priority: 0,
      partitionKey: undefined,
      deduplicationKey: undefined,
      timeoutMs: undefined,
      deadline: undefined,
      isDetached: false,
      schedule: undefined,
      parentId: undefined,
      forkedFrom: undefined,
      takeovers: 0,
      isUnwinding: false,
      wakeAt: undefined,
      createdAt: at,
      startedAt: at,
      completedAt: new Date(at.getTime() + MINUTE_MS),
    });
  });

  test('that runs shows whose it is', async () => {
    const { workflow, launch } = await bench();
    const entered = gate();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open();
        return forever();
      }),
    );
    const app = await launch();
    const { id } = await app.start(flow, []);
    await entered.opened;
    expect(await app.runs.get(id)).toMatchObject({
      state: 'running',
      executorId: app.executorId,
      output: undefined,
      completedAt: undefined,
    });
  });
});

describe("looking at a run's steps", () => {
  test('shows its journal in the order of its calls, with the order of results beside', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const slow = gate();
    const child = workflow('child', async () => 'child');
    const flow = workflow('flow', async () => {
      const first = step.run('slow', async () => {
        await slow.opened;
        return new Date(5);
      });
      const second = step.run('fails', () => Promise.reject(new Error('no'))).catch(() => {});
      await second;
      await child();
      slow.open();
      await first;
      await sleep(0);
    });
    const app = await launch();
    const handle = await app.start(flow, [], { id: 'p' });
    await handle.result();
    const at = new Date(clock.now());
    const common = { epoch: 1, attempt: 1, retryAt: undefined, startedAt: at, completedAt: at };
    expect(await app.runs.steps('p')).toEqual([
      {
        ...common,
        seq: 0,
        ordinal: 3,
        kind: 'step',
        name: 'slow',
        output: new Date(5),
        error: undefined,
        childId: undefined,
      },
      {
        ...common,
        seq: 1,
        ordinal: 1,
        kind: 'step',
        name: 'fails',
        output: undefined,
        error: expect.objectContaining({ message: 'no' }),
        childId: undefined,
      },
      {
        ...common,
        seq: 2,
        ordinal: 2,
        kind: 'child',
        name: 'child',
        output: 'child',
        error: undefined,
        childId: 'p.2',
      },
      {
        ...common,
        seq: 3,
        ordinal: 4,
        kind: 'sleep',
        name: 'sleep',
        output: undefined,
        error: undefined,
        childId: undefined,
      },
    ]);
  });

  test('of a run that woke shows in which epoch each was written', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const flow = workflow('flow', async () => {
      await step.run('before', () => {});
      await sleep('1h');
      await step.run('after', () => {});
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await reaches(app, handle.id, 'waiting');
    clock.advance(3_600_001);
    await handle.result();
    const steps = await app.runs.steps(handle.id);
    expect(steps.map(({ name, epoch }) => [name, epoch])).toEqual([
      ['before', 1],
      ['sleep', 2],
      ['after', 2],
    ]);
  });
});

describe('resuming', () => {
  test('a failed run goes on from where its journal ends; what failed in a step stays so', async () => {
    const { workflow, launch } = await bench();
    const calls: string[] = [];
    let isBroken = true;
    const flow = workflow('flow', async () => {
      await step.run('a', () => calls.push('a'));
      if (isBroken) throw new Error('the code is broken');
      return step.run('b', () => calls.push('b'));
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await errorOf(handle.result())).toMatchObject({ message: 'the code is broken' });
    isBroken = false;
    await app.runs.resume(handle.id);
    expect(await handle.result()).toBe(2);
    expect(calls).toEqual(['a', 'b']);
    expect(await app.runs.get(handle.id)).toMatchObject({ state: 'succeeded', error: undefined, epoch: 2 });
  });

  test('a run whose step failed fails again with the recorded error', async () => {
    const { workflow, launch } = await bench();
    let calls = 0;
    const flow = workflow('flow', () =>
      step.run('a', () => {
        calls += 1;
        throw new Error(`no ${calls}`);
      }),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    await errorOf(handle.result());
    await app.runs.resume(handle.id);
    expect(await errorOf(handle.result())).toMatchObject({ message: 'no 1' });
    expect(calls).toBe(1);
  });

  test('is taken up by any process that has the workflow', async () => {
    const { workflow, launch, store } = await bench();
    let isBroken = true;
    const flow = workflow('flow', async () => {
      if (isBroken) throw new Error('broken');
      return 'repaired';
    });
    const runner = await launch({ store: store.another() });
    const operator = await launch({ store: store.another(), workflows: [] });
    const handle = await runner.start(flow, []);
    await errorOf(handle.result());
    isBroken = false;
    await operator.runs.resume(handle.id);
    await eventually(async () => (await operator.handle(handle.id).status()) === 'succeeded');
    expect(await operator.handle(handle.id).result()).toBe('repaired');
  });

  test.each([
    ['a run that succeeded', async () => {}, 'succeeded'],
    ['a run under way', () => sleep('1h'), 'running'],
  ])('%s is refused, saying where it stands', async (_, body, state) => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', body);
    const app = await launch({ parkAfter: '2h' });
    const handle = await app.start(flow, []);
    await reaches(app, handle.id, state);
    expect(await errorOf(app.runs.resume(handle.id))).toMatchObject({
      code: 'RUN_NOT_FINISHED',
      message: `Run "${handle.id}" is ${state}; only a failed, cancelled or paused run can be resumed.`,
      details: { runId: handle.id, state },
    });
  });

  test('twice at once goes on once', async () => {
    const { workflow, launch } = await bench();
    let bodies = 0;
    const flow = workflow('flow', async () => {
      if (++bodies === 1) throw new Error('broken');
      return bodies;
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await errorOf(handle.result());
    const [first, second] = await Promise.allSettled([
      app.runs.resume(handle.id),
      app.runs.resume(handle.id),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'RUN_NOT_FINISHED' } });
    expect(await handle.result()).toBe(2);
  });
});
