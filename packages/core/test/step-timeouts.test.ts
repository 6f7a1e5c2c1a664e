import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { currentRun, step } from '../src/index.js';
import { bench, journalOf } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, forever, gate, settled } from './support/signals.js';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

describe('an attempt that takes longer than its timeout', () => {
  test('fails with STEP_TIMEOUT, naming step, timeout and attempt', async () => {
    const { workflow, launch } = await bench();
    const slow = workflow('slow', () => step.run('wait', forever, { timeout: 10 }));
    await launch();
    expect(await errorOf(slow())).toMatchObject({
      code: 'STEP_TIMEOUT',
      message: 'Attempt 1 of step "wait" took longer than its timeout of 10 ms.',
      details: { step: 'wait', timeoutMs: 10, attempt: 1 },
    });
  });

  test('is told so by its signal, with the error as the reason', async () => {
    const { workflow, launch } = await bench();
    const reasons: unknown[] = [];
    const slow = workflow('slow', () =>
      step.run(
        'wait',
        () => {
          const { signal } = currentRun()!.step!;
          return new Promise<never>(() =>
            signal.addEventListener('abort', () => reasons.push(signal.reason)),
          );
        },
        { timeout: 10 },
      ),
    );
    await launch();
    await errorOf(slow());
    expect(reasons).toEqual([expect.objectContaining({ code: 'STEP_TIMEOUT' })]);
  });

  test('may give up by its signal: the timeout is what counts', async () => {
    const { workflow, launch } = await bench();
    const slow = workflow('slow', () =>
      step.run(
        'wait',
        () =>
          new Promise<never>((_, reject) => {
            const { signal } = currentRun()!.step!;
            signal.addEventListener('abort', () => reject(new Error('gave up')));
          }),
        { timeout: 10 },
      ),
    );
    await launch();
    expect(await errorOf(slow())).toMatchObject({ code: 'STEP_TIMEOUT' });
  });

  test('may come late with a value, which is dropped', async () => {
    const { workflow, launch } = await bench();
    const late = gate<string>();
    const slow = workflow('slow', async () => {
      const first = await step.run('wait', () => late.opened, { timeout: 10 }).catch(() => 'timed out');
      late.open('too late');
      await step.run('pass time', () => settled());
      return first;
    });
    const app = await launch();
    const handle = await app.start(slow, []);
    expect(await handle.result()).toBe('timed out');
    expect(await journalOf(app, handle.id)).toEqual([
      'wait: Attempt 1 of step "wait" took longer than its timeout of 10 ms.',
      'pass time',
    ]);
  });

  test('may come late with an error, which is dropped, and is no unhandled rejection', async () => {
    const { workflow, launch } = await bench();
    const late = gate();
    const slow = workflow('slow', () => step.run('wait', () => late.opened, { timeout: 10 }));
    await launch();
    expect(await errorOf(slow())).toMatchObject({ code: 'STEP_TIMEOUT' });
    late.fail(new Error('too late'));
    await settled();
  });

  test('is retried by the policy, and each attempt has the whole time and a signal of its own', async () => {
    const { workflow, launch } = await bench();
    const signals: AbortSignal[] = [];
    const third = workflow('third', () =>
      step.run(
        'wait',
        () => {
          signals.push(currentRun()!.step!.signal);
          return signals.length < 3 ? forever() : 'third time lucky';
        },
        { timeout: 10, retry: { attempts: 3, initial: 0 } },
      ),
    );
    await launch();
    expect(await third()).toBe('third time lucky');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(new Set(signals).size).toBe(3);
  });

  test('that is retried in vain leaves the last timeout as the cause', async () => {
    const { workflow, launch } = await bench();
    const slow = workflow('slow', () =>
      step.run('wait', forever, { timeout: 10, retry: { attempts: 2, initial: 0 } }),
    );
    await launch();
    expect(await errorOf(slow())).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      cause: { code: 'STEP_TIMEOUT', details: { attempt: 2 } },
    });
  });

  test('may be refused a retry by `when`', async () => {
    const { workflow, launch } = await bench();
    const when = (error: unknown): boolean => (error as { code?: string }).code !== 'STEP_TIMEOUT';
    const slow = workflow('slow', () =>
      step.run('wait', forever, { timeout: 10, retry: { attempts: 5, initial: 0, when } }),
    );
    await launch();
    expect(await errorOf(slow())).toMatchObject({ code: 'STEP_TIMEOUT', details: { attempt: 1 } });
  });

  test('runs by the clock of the app', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const entered = gate();
    const slow = workflow('slow', () =>
      step.run(
        'wait',
        () => {
          entered.open();
          return forever();
        },
        { timeout: '5 minutes' },
      ),
    );
    const app = await launch();
    const result = errorOf((await app.start(slow, [])).result());
    await entered.opened;
    clock.advance(299_999);
    await settled();
    clock.advance(1);
    expect(await result).toMatchObject({ code: 'STEP_TIMEOUT' });
  });
});

describe('an attempt within its timeout', () => {
  test('gives its value, and its signal is quiet', async () => {
    const { workflow, launch } = await bench();
    const seen: AbortSignal[] = [];
    const fast = workflow('fast', () =>
      step.run(
        'work',
        () => {
          seen.push(currentRun()!.step!.signal);
          expect(seen[0]!.aborted).toBe(false);
          return 'done';
        },
        { timeout: '10s' },
      ),
    );
    await launch();
    expect(await fast()).toBe('done');
  });

  test('fails with its own error', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', () =>
      step.run('work', () => Promise.reject(new Error('own')), { timeout: '10s' }),
    );
    await launch();
    expect(await errorOf(fails())).toMatchObject({ message: 'own' });
  });

  test('leaves no timer behind', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const [entered, open] = [gate(), gate()];
    const fast = workflow('fast', () =>
      step.run(
        'work',
        () => {
          entered.open();
          return open.opened;
        },
        { timeout: '1h' },
      ),
    );
    const app = await launch();
    const handle = await app.start(fast, []);
    await entered.opened;
    const timeoutAt = clock.now() + 3_600_000;
    expect(clock.dueTimes).toContain(timeoutAt);
    open.open();
    await handle.result();
    expect(clock.dueTimes).not.toContain(timeoutAt);
  });
});

describe('a step without a timeout', () => {
  test('may take as long as it likes; its signal aborts only when the run leaves', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const [entered, open] = [gate<AbortSignal>(), gate<string>()];
    const slow = workflow('slow', () =>
      step.run('wait', () => {
        entered.open(currentRun()!.step!.signal);
        return open.opened;
      }),
    );
    const app = await launch();
    const handle = await app.start(slow, []);
    const signal = await entered.opened;
    clock.advance(100 * 86_400_000);
    await settled();
    expect(signal.aborted).toBe(false);
    open.open('at last');
    expect(await handle.result()).toBe('at last');
    expect(signal.aborted).toBe(true);
  });
});
