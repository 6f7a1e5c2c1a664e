import { describe, expect, test } from 'vitest';
import { currentRun, NonRetryableError, type RetryOptions, step } from '../src/index.js';
import { type CrashPoint, executeWithCrashes } from './crashing.js';
import { bench, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually } from './support/signals.js';

/** A workflow whose one step fails as often as it is told. Each attempt writes down its number. */
async function failing(times: number, retry: RetryOptions, error: () => unknown = () => new Error('busy')) {
  const { workflow, launch } = await bench();
  const attempts: number[] = [];
  const flow = workflow('flow', () =>
    step.run(
      'try',
      () => {
        attempts.push(currentRun()!.step!.attempt);
        if (attempts.length <= times) throw error();
        return `after ${attempts.length}`;
      },
      { retry: { initial: 1, ...retry } },
    ),
  );
  const app = await launch();
  const handle = await app.start(flow, []);
  return { app, handle, attempts };
}

describe('a step with retries', () => {
  test('succeeds before its last attempt', async () => {
    const { app, handle, attempts } = await failing(2, { attempts: 5 });
    expect(await handle.result()).toBe('after 3');
    expect(attempts).toEqual([1, 2, 3]);
    expect(await app.runs.steps(handle.id)).toMatchObject([{ name: 'try', attempt: 3, error: undefined }]);
  });

  test('succeeds in its last attempt', async () => {
    const { handle, attempts } = await failing(2, { attempts: 3 });
    expect(await handle.result()).toBe('after 3');
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('that never succeeds fails with the last error as its cause, and tells of all', async () => {
    let n = 0;
    const { app, handle, attempts } = await failing(9, { attempts: 3 }, () =>
      Object.assign(new Error(`busy ${++n}`), { code: 'EBUSY' }),
    );
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      message: 'Step "try" failed 3 times; the last time: busy 3',
      details: {
        step: 'try',
        attempts: 3,
        failures: [1, 2, 3].map((attempt) => ({ attempt, message: `busy ${attempt}`, code: 'EBUSY' })),
      },
      cause: { message: 'busy 3', code: 'EBUSY' },
    });
    expect(attempts).toEqual([1, 2, 3]);
    expect(await app.runs.steps(handle.id)).toMatchObject([
      { attempt: 3, error: { code: 'RETRIES_EXHAUSTED', cause: { message: 'busy 3' } } },
    ]);
  });

  test('without retries fails with its own error at once', async () => {
    const { handle, attempts } = await failing(9, {});
    expect(await errorOf(handle.result())).toMatchObject({ message: 'busy' });
    expect(attempts).toEqual([1]);
  });

  test('waits between its attempts, as long as the policy says', async () => {
    const { handle } = await failing(2, { attempts: 3, initial: 20, factor: 1.5, jitter: false });
    const started = Date.now();
    await handle.result();
    expect(Date.now() - started).toBeGreaterThanOrEqual(50 - 1);
  });

  test('shows, while it waits, which attempt failed, why, and when the next is due', async () => {
    const { app, handle } = await failing(9, { attempts: 3, initial: '1h', jitter: false });
    await eventually(async () => (await app.runs.steps(handle.id)).length === 1);
    const [waiting] = await app.runs.steps(handle.id);
    expect(waiting).toMatchObject({ attempt: 1, ordinal: undefined, error: { message: 'busy' } });
    const inMs = waiting!.retryAt!.getTime() - Date.now();
    expect(inMs).toBeGreaterThan(3_500_000);
    expect(inMs).toBeLessThanOrEqual(3_600_000);
  });

  test('retries errors of any kind, also thrown values that are none', async () => {
    const { handle } = await failing(1, { attempts: 2 }, () => 'just text');
    expect(await handle.result()).toBe('after 2');
    const exhausted = await failing(9, { attempts: 2 }, () => 'just text');
    expect(await errorOf(exhausted.handle.result())).toMatchObject({
      message: 'Step "try" failed 2 times; the last time: just text',
      cause: 'just text',
    });
  });
});

describe('a retry policy with `when`', () => {
  test('goes on while it answers true', async () => {
    const asked: unknown[] = [];
    const when = (error: unknown, attempt: number): boolean => {
      asked.push([(error as Error).message, attempt]);
      return true;
    };
    const { handle } = await failing(2, { attempts: 5, when });
    expect(await handle.result()).toBe('after 3');
    expect(asked).toEqual([
      ['busy', 1],
      ['busy', 2],
    ]);
  });

  test.each([
    ['false', () => false],
    ['a promise of false', async () => false],
  ])('stops at once with the error itself when it answers %s', async (_, when) => {
    const { handle, attempts } = await failing(9, { attempts: 5, when });
    const error = await errorOf(handle.result());
    expect(error).toMatchObject({ message: 'busy' });
    expect(error['code']).toBeUndefined();
    expect(attempts).toEqual([1]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('when broke');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('when broke'))],
  ])('fails the step with its own error when it %s', async (_, when) => {
    const { app, handle, attempts } = await failing(9, { attempts: 5, when });
    expect(await errorOf(handle.result())).toMatchObject({ name: 'TypeError', message: 'when broke' });
    expect(attempts).toEqual([1]);
    expect(await app.runs.steps(handle.id)).toMatchObject([{ error: { message: 'when broke' } }]);
  });

  test('is given the error itself, not a recorded copy', async () => {
    class Busy extends Error {}
    const { handle } = await failing(
      1,
      { attempts: 2, when: (error) => error instanceof Busy },
      () => new Busy('busy'),
    );
    expect(await handle.result()).toBe('after 2');
  });
});

describe('a NonRetryableError', () => {
  test('stops at once, whatever the policy', async () => {
    const cause = new Error('stolen');
    const { handle, attempts } = await failing(
      9,
      { attempts: 5, when: () => true },
      () => new NonRetryableError('declined', { cause }),
    );
    const error = await errorOf(handle.result());
    expect(error).toMatchObject({ message: 'declined', code: 'NON_RETRYABLE', cause: { message: 'stolen' } });
    expect(error).toBeInstanceOf(NonRetryableError);
    expect(attempts).toEqual([1]);
  });
});

describe('attempts are counted durably', () => {
  const bodyOf = (attempts: number[], retry: RetryOptions) => () =>
    step.run(
      'try',
      () => {
        attempts.push(currentRun()!.step!.attempt);
        throw new Error('busy');
      },
      { retry: { initial: 1, ...retry } },
    );

  test.each<[string, CrashPoint, number[]]>([
    ['after a failed attempt was recorded: the next one is made', { commit: 1, when: 'after' }, [1, 2, 3]],
    ['before it was recorded: it is made again', { commit: 1, when: 'before' }, [1, 1, 2, 3]],
    ['after the last but one', { commit: 2, when: 'after' }, [1, 2, 3]],
    ['before the outcome was recorded', { commit: 3, when: 'before' }, [1, 2, 3, 3]],
  ])('a crash %s', async (_, crash, expected) => {
    const attempts: number[] = [];
    const { outcome } = await executeWithCrashes(bodyOf(attempts, { attempts: 3 }), [crash]);
    expect(attempts).toEqual(expected);
    expect(outcome).toMatchObject({ reason: { code: 'RETRIES_EXHAUSTED', details: { attempts: 3 } } });
  });

  test('a crash while a retry waits does not start the wait over', async () => {
    const clock = new ManualClock();
    const { workflow, launch, kill } = await bench({ clock });
    const attempts: number[] = [];
    const flow = workflow('flow', bodyOf(attempts, { attempts: 2, initial: '60s', jitter: false }));
    const app = await launch({ parkAfter: '1h' });
    const { id } = await app.start(flow, []);
    await eventually(async () => (await app.runs.steps(id)).length === 1);
    clock.advance(50_000);
    await kill(app);
    const next = await launch({ parkAfter: '1h' });
    await reaches(next, id, 'running');
    expect(attempts).toEqual([1]);
    clock.advance(10_000);
    expect(await errorOf(next.handle(id).result())).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    expect(attempts).toEqual([1, 2]);
  });

  test('a long wait for the next attempt parks the run, and wakes it', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const attempts: number[] = [];
    const flow = workflow('flow', bodyOf(attempts, { attempts: 2, initial: '10 minutes', jitter: false }));
    const app = await launch();
    const handle = await app.start(flow, []);
    await reaches(app, handle.id, 'waiting');
    expect((await app.runs.get(handle.id)).wakeAt).toEqual(new Date(clock.now() + 600_000));
    clock.advance(600_001);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    expect(attempts).toEqual([1, 2]);
  });
});

describe('steps that are retried side by side', () => {
  test('do not wait for each other', async () => {
    const { workflow, launch } = await bench();
    const order: string[] = [];
    const unlucky = (name: string, times: number) =>
      step.run(
        name,
        () => {
          order.push(name);
          if (times-- > 0) throw new Error('busy');
        },
        { retry: { attempts: 5, initial: 5, jitter: false } },
      );
    const flow = workflow('flow', async () => {
      await Promise.all([unlucky('a', 3), unlucky('b', 0)]);
    });
    await launch();
    await flow();
    expect(order).toEqual(['a', 'b', 'a', 'a', 'a']);
  });
});
