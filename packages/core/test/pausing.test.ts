import { describe, expect, test } from 'vitest';
import {
  type Logger,
  NonRetryableError,
  queue,
  type RetryOptions,
  sleep,
  step,
  workflow,
} from '../src/index.js';
import { type Bench, bench, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, outcomeOf, settled } from './support/signals.js';

const THRICE: RetryOptions = { attempts: 3, initial: 1, max: 1 };

/** A workflow that pauses, whose step fails until it is told otherwise. */
async function flaky(options: { timeout?: string } = {}): Promise<
  Bench & {
    readonly flow: ReturnType<Bench['workflow']>;
    readonly attempts: number[];
    heal: () => void;
  }
> {
  const made = await bench();
  const attempts: number[] = [];
  let isBroken = true;
  const flow = workflow('flow', { registry: made.registry, onExhausted: 'pause', ...options }, async () => {
    await step.run('before', () => 'done');
    const body = (): string => {
      attempts.push(attempts.length + 1);
      if (isBroken) throw new Error('out of order');
      return 'healed';
    };
    return step.run('pay', body, { retry: THRICE });
  });
  return { ...made, flow: flow as never, attempts, heal: () => (isBroken = false) };
}

describe('a workflow that pauses when retries are exhausted', () => {
  test('is paused by the step, shows why, and its result is still to come', async () => {
    const { flow, attempts, launch } = await flaky();
    const warnings: unknown[] = [];
    const silent = (): void => {};
    const logger: Logger = {
      debug: silent,
      info: silent,
      error: silent,
      warn: (facts, text) => warnings.push([facts, text]),
    };
    const app = await launch({ logger });
    const handle = await app.start(flow, []);
    let isSettled = false;
    void outcomeOf(handle.result()).then(() => (isSettled = true));
    await reaches(app, handle.id, 'paused');
    expect(await handle.status()).toBe('paused');
    expect(attempts).toEqual([1, 2, 3]);
    expect(await app.runs.get(handle.id)).toMatchObject({
      error: {
        code: 'RETRIES_EXHAUSTED',
        details: { step: 'pay', attempts: 3 },
        cause: { message: 'out of order' },
      },
      executorId: undefined,
      completedAt: undefined,
    });
    expect(await app.runs.steps(handle.id)).toMatchObject([
      { name: 'before' },
      { name: 'pay', attempt: 3, ordinal: undefined, error: { message: 'out of order' } },
    ]);
    await settled();
    expect(isSettled).toBe(false);
    expect(warnings).toContainEqual([
      expect.objectContaining({
        runId: handle.id,
        step: 'pay',
        error: expect.objectContaining({ message: 'out of order' }),
      }),
      expect.stringContaining('paused'),
    ]);
  });

  test('resumed, tries the step anew, as often as at first, and goes on', async () => {
    const { flow, attempts, heal, launch } = await flaky();
    const app = await launch();
    const handle = await app.start(flow, []);
    const result = handle.result();
    await reaches(app, handle.id, 'paused');
    await app.runs.resume(handle.id);
    await eventually(() => attempts.length === 6);
    await reaches(app, handle.id, 'paused');
    heal();
    await app.runs.resume(handle.id);
    expect(await result).toBe('healed');
    expect(await app.runs.get(handle.id)).toMatchObject({ state: 'succeeded', error: undefined });
    expect(await app.runs.steps(handle.id)).toMatchObject([{ epoch: 1 }, { attempt: 1, error: undefined }]);
  });

  test('is paused over the death of its executor, and resumed by another', async () => {
    const { flow, heal, launch, kill } = await flaky();
    const first = await launch();
    const { id } = await first.start(flow, []);
    await reaches(first, id, 'paused');
    await kill(first);
    const second = await launch();
    await settled();
    expect(await second.handle(id).status()).toBe('paused');
    heal();
    await second.runs.resume(id);
    expect(await second.handle(id).result()).toBe('healed');
  });

  test('leaves its slot at once to whoever waits for it', async () => {
    const clock = new ManualClock();
    const { registry, launch, workflow: define } = await bench({ clock });
    queue('mail', { registry, concurrency: 1 });
    const flow = workflow('flow', { registry, onExhausted: 'pause' }, () =>
      step.run('pay', () => Promise.reject(new Error('no')), { retry: { attempts: 2, initial: 1 } }),
    );
    const next = define('next', async () => 'done');
    const app = await launch();
    await app.start(flow, [], { id: 'first', queue: 'mail' });
    await eventually(async () => (await app.runs.steps('first'))[0]?.attempt === 1);
    const second = await app.start(next, [], { queue: 'mail' });
    await settled();
    expect(await second.status()).toBe('pending');
    clock.advance(2);
    // No look for work falls due before this: the clock stands.
    expect(await second.result()).toBe('done');
    expect(await app.runs.get('first')).toMatchObject({ state: 'paused' });
  });

  test('can be cancelled', async () => {
    const { flow, launch } = await flaky();
    const app = await launch();
    const handle = await app.start(flow, []);
    await reaches(app, handle.id, 'paused');
    const result = errorOf(handle.result());
    expect(await handle.cancel()).toBe(true);
    expect(await result).toMatchObject({ code: 'RUN_CANCELLED' });
  });

  test('runs out of time while it is paused', async () => {
    const { flow, launch } = await flaky({ timeout: '300ms' });
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
  });

  test('does so for the steps of its own only: a child that fails is an error like any other', async () => {
    const { registry, workflow: define, launch } = await bench();
    const child = define('child', () =>
      step.run('work', () => Promise.reject(new Error('no')), { retry: THRICE }),
    );
    const parent = workflow('parent', { registry, onExhausted: 'pause' }, () =>
      child().catch((error: unknown) => (error as { code: string }).code),
    );
    await launch();
    expect(await parent()).toBe('RETRIES_EXHAUSTED');
  });

  test('and a step whose error is not retried, throw that error', async () => {
    const { registry, launch } = await bench();
    const code = (error: unknown): string => (error as Error).message;
    const flow = workflow('flow', { registry, onExhausted: 'pause' }, async () => [
      await step.run('once', () => Promise.reject(new Error('no retries'))).catch(code),
      await step
        .run('fatal', () => Promise.reject(new NonRetryableError('fatal')), { retry: THRICE })
        .catch(code),
    ]);
    await launch();
    expect(await flow()).toEqual(['no retries', 'fatal']);
  });

  test('abandons what else it has open, and takes that up again when it is resumed', async () => {
    const { registry, launch } = await bench();
    const aborted: string[] = [];
    const executions = { slow: 0, pay: 0 };
    const isOpen = gate();
    const flow = workflow('flow', { registry, onExhausted: 'pause' }, () =>
      Promise.all([
        step.run('slow', async () => {
          executions.slow += 1;
          if (executions.slow === 1) return forever();
          await isOpen.opened;
          return 'slow';
        }),
        step.run(
          'pay',
          () => {
            executions.pay += 1;
            if (executions.pay <= 3) throw new Error('out of order');
            return 'paid';
          },
          { retry: THRICE },
        ),
        sleep(1).then(() => aborted.push('slept')),
      ]),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    await reaches(app, handle.id, 'paused');
    isOpen.open();
    await app.runs.resume(handle.id);
    expect((await handle.result()).slice(0, 2)).toEqual(['slow', 'paid']);
    expect(executions).toEqual({ slow: 2, pay: 4 });
  });

  test('pauses an at-most-once step too, which is not taken for one that was interrupted', async () => {
    const { registry, launch } = await bench();
    let tries = 0;
    const flow = workflow('flow', { registry, onExhausted: 'pause' }, () =>
      step.run(
        'pay',
        () => {
          tries += 1;
          if (tries <= 3) throw new Error('out of order');
          return tries;
        },
        { retry: THRICE, effect: 'at-most-once' },
      ),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    await reaches(app, handle.id, 'paused');
    await app.runs.resume(handle.id);
    expect(await handle.result()).toBe(4);
  });

  test('is not what one does that says nothing: its step’s error is thrown into it', async () => {
    const { workflow: define, launch } = await bench();
    const flow = define('flow', () =>
      step.run('pay', () => Promise.reject(new Error('no')), { retry: THRICE }),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    expect(await handle.status()).toBe('failed');
  });

  test.each([
    [{ onExhausted: 'stop' as never }],
    [{ maxTakeovers: -1 }],
    [{ maxTakeovers: 1.5 }],
    [{ maxTakeovers: Number.NaN }],
    [{ maxTakeovers: '3' as never }],
  ])('with %j is refused when it is defined', async (options) => {
    const { registry } = await bench();
    expect(() => workflow('odd', { registry, ...options }, async () => {})).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
    expect(registry.workflows()).toEqual([]);
  });
});
