import { describe, expect, test } from 'vitest';
import { currentRun, step } from '../src/index.js';
import { type CrashPoint, executeWithCrashes } from './crashing.js';
import { bench, recordingCommits } from './support/bench.js';
import { errorOf, forever, gate } from './support/signals.js';

const AT_MOST_ONCE = { effect: 'at-most-once' } as const;

describe('an at-most-once step', () => {
  test('records that it begins before its body is called', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    const before: number[] = [];
    const pay = workflow('pay', () =>
      step.run(
        'pay',
        () => {
          before.push(batches.length);
          return 'paid';
        },
        AT_MOST_ONCE,
      ),
    );
    const app = await launch();
    const handle = await app.start(pay, []);
    expect(await handle.result()).toBe('paid');
    expect(before).toEqual([2]);
    expect(batches.flat()).toMatchObject([
      { op: 'start' },
      { op: 'step', ordinal: null, attempt: 1, retryAtMs: null },
      { op: 'step', ordinal: 1, attempt: 1 },
      { op: 'finish' },
    ]);
  });

  test.each<[string, CrashPoint, number]>([
    ['before its beginning was recorded: it is called, once', { commit: 1, when: 'before' }, 1],
    ['after its outcome was recorded: it was called, once', { commit: 2, when: 'after' }, 1],
  ])('whose process dies %s', async (_, crash, expected) => {
    let calls = 0;
    const { outcome } = await executeWithCrashes(() => step.run('pay', () => ++calls, AT_MOST_ONCE), [crash]);
    expect(outcome).toEqual({ status: 'fulfilled', value: 1 });
    expect(calls).toBe(expected);
  });

  test.each<[string, CrashPoint, number]>([
    ['between its beginning and its body', { commit: 1, when: 'after' }, 0],
    ['between its body and its outcome', { commit: 2, when: 'before' }, 1],
  ])(
    'whose process dies %s ends as STEP_INTERRUPTED, and is not called again',
    async (_, crash, expected) => {
      let calls = 0;
      const { outcome } = await executeWithCrashes(
        () => step.run('pay', () => ++calls, AT_MOST_ONCE),
        [crash],
      );
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'STEP_INTERRUPTED', details: { step: 'pay', attempt: 1 } },
      });
      expect(calls).toBe(expected);
    },
  );

  test('whose process is killed in its middle ends as STEP_INTERRUPTED, for the workflow to deal with', async () => {
    const { workflow, launch, kill } = await bench();
    const entered = gate();
    let calls = 0;
    const pay = workflow('pay', async () => {
      const charge = step.run(
        'pay',
        () => {
          calls += 1;
          entered.open();
          return forever();
        },
        AT_MOST_ONCE,
      );
      const how = await charge.catch((error: Error & { code: string }) => error.code);
      return step.run('ask the bank', () => `${how}, so we asked`);
    });
    const app = await launch();
    const { id } = await app.start(pay, []);
    await entered.opened;
    await kill(app);
    const next = await launch();
    expect(await next.handle(id).result()).toBe('STEP_INTERRUPTED, so we asked');
    expect(calls).toBe(1);
  });

  test('that was interrupted stays so, however often the run is replayed', async () => {
    let calls = 0;
    const { outcome, executors } = await executeWithCrashes(
      () => step.run('pay', () => ++calls, AT_MOST_ONCE),
      [
        { commit: 2, when: 'before' },
        { commit: 'finish', when: 'before' },
        { commit: 'finish', when: 'before' },
      ],
    );
    expect(outcome).toMatchObject({ reason: { code: 'STEP_INTERRUPTED' } });
    expect([calls, executors]).toEqual([1, 4]);
  });

  test('given back by a shutdown in its middle is not called again', async () => {
    const { workflow, launch } = await bench();
    const entered = gate();
    let calls = 0;
    const pay = workflow('pay', () =>
      step.run(
        'pay',
        () => {
          calls += 1;
          entered.open();
          return forever();
        },
        AT_MOST_ONCE,
      ),
    );
    const app = await launch();
    const { id } = await app.start(pay, []);
    await entered.opened;
    await app.shutdown({ drain: 0 });
    const next = await launch();
    expect(await errorOf(next.handle(id).result())).toMatchObject({ code: 'STEP_INTERRUPTED' });
    expect(calls).toBe(1);
  });
});

describe('an at-most-once step with retries', () => {
  const bodyOf = (attempts: number[], lucky: number) => () =>
    step.run(
      'pay',
      () => {
        const { attempt } = currentRun()!.step!;
        attempts.push(attempt);
        if (attempt < lucky) throw new Error('refused');
        return `paid by attempt ${attempt}`;
      },
      { ...AT_MOST_ONCE, retry: { attempts: 3, initial: 1 } },
    );

  test('is retried after an attempt that is known to have failed', async () => {
    const attempts: number[] = [];
    const { outcome } = await executeWithCrashes(bodyOf(attempts, 3), []);
    expect(outcome).toMatchObject({ value: 'paid by attempt 3' });
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('goes on after a crash between two attempts', async () => {
    const attempts: number[] = [];
    // Commits: 0 start, 1 attempt 1 begins, 2 it failed, 3 attempt 2 begins.
    const { outcome } = await executeWithCrashes(bodyOf(attempts, 2), [{ commit: 2, when: 'after' }]);
    expect(outcome).toMatchObject({ value: 'paid by attempt 2' });
    expect(attempts).toEqual([1, 2]);
  });

  test('is interrupted by a crash in its second attempt, and says which', async () => {
    const attempts: number[] = [];
    const { outcome } = await executeWithCrashes(bodyOf(attempts, 3), [{ commit: 3, when: 'after' }]);
    expect(outcome).toMatchObject({ reason: { code: 'STEP_INTERRUPTED', details: { attempt: 2 } } });
    expect(attempts).toEqual([1]);
  });

  test('is never called twice for one attempt, wherever it crashes', async () => {
    for (let commit = 1; commit < 8; commit++) {
      for (const when of ['before', 'after'] as const) {
        const attempts: number[] = [];
        await executeWithCrashes(bodyOf(attempts, 3), [{ commit, when }]);
        expect(attempts).toEqual([...new Set(attempts)].sort());
      }
    }
  });
});
