import { describe, expect, test, vi } from 'vitest';
import { NonRetryableError } from '../errors/index.js';
import { type RetryOptions, type RetryPolicy, retryDelayMs, retryPolicy, retryVerdict } from './retry.js';

const policy = (options: RetryOptions = {}): RetryPolicy => retryPolicy(options, 'step "x"');
const failure = new Error('failed');

describe('retry options', () => {
  test('default to one attempt', () => {
    expect(policy()).toEqual({
      attempts: 1,
      initialMs: 200,
      factor: 2,
      maxMs: 3_600_000,
      jitter: true,
      when: undefined,
    });
  });

  test('are taken over, durations as milliseconds', () => {
    const when = (): boolean => true;
    expect(policy({ attempts: 5, initial: '1s', factor: 1.5, max: '30s', jitter: false, when })).toEqual({
      attempts: 5,
      initialMs: 1000,
      factor: 1.5,
      maxMs: 30_000,
      jitter: false,
      when,
    });
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3' as never])(
    '%j attempts are refused',
    (attempts) => {
      expect(() => policy({ attempts })).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          message: `retry.attempts of step "x" is ${attempts}; it must be a whole number from 1.`,
        }),
      );
    },
  );

  test.each([0, 0.99, -2, Number.NaN, Number.POSITIVE_INFINITY])('a factor of %d is refused', (factor) => {
    expect(() => policy({ factor })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: `retry.factor of step "x" is ${factor}; it must be a number from 1.`,
      }),
    );
  });

  test('a `when` that is no function is refused', () => {
    expect(() => policy({ when: true as never })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: 'retry.when of step "x" must be a function of the error and the attempt.',
      }),
    );
  });

  test.each(['initial', 'max'] as const)('a bad %s names the option and the step', (option) => {
    expect(() => policy({ [option]: 'soon' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_DURATION',
        message: expect.stringContaining(`(retry.${option} of step "x")`),
      }),
    );
  });
});

describe('the wait between attempts', () => {
  test('grows by the factor up to the longest wait', () => {
    const exact = policy({ initial: 100, factor: 3, max: 1000, jitter: false });
    expect([1, 2, 3, 4, 50].map((attempt) => retryDelayMs(exact, attempt, 0.5))).toEqual([
      100, 300, 900, 1000, 1000,
    ]);
  });

  test('stays at the longest wait however many attempts there were', () => {
    const exact = policy({ jitter: false });
    expect(retryDelayMs(exact, 5000, 0)).toBe(3_600_000);
  });

  test('is always the same with a factor of 1', () => {
    const exact = policy({ initial: 250, factor: 1, jitter: false });
    expect([1, 2, 10].map((attempt) => retryDelayMs(exact, attempt, 0))).toEqual([250, 250, 250]);
  });

  test('never exceeds the longest wait, though the initial one would', () => {
    expect(retryDelayMs(policy({ initial: '1h', max: '1s', jitter: false }), 1, 0)).toBe(1000);
  });

  test('may be none at all', () => {
    expect(retryDelayMs(policy({ initial: 0 }), 7, 0.9)).toBe(0);
  });

  test('is drawn evenly from its upper half by jitter', () => {
    const jittered = policy({ initial: 1000, factor: 1 });
    expect(retryDelayMs(jittered, 1, 0)).toBe(500);
    expect(retryDelayMs(jittered, 1, 0.5)).toBe(750);
    expect(retryDelayMs(jittered, 1, 1 - Number.EPSILON)).toBeCloseTo(1000);
    for (let draw = 0; draw < 1; draw += 0.01) {
      const ms = retryDelayMs(jittered, 1, draw);
      expect(ms).toBeGreaterThanOrEqual(500);
      expect(ms).toBeLessThan(1000);
    }
  });
});

describe('what follows a failed attempt', () => {
  test('another one while there are attempts left, then none', async () => {
    const three = policy({ attempts: 3 });
    expect(await retryVerdict(three, failure, 1)).toBe('retry');
    expect(await retryVerdict(three, failure, 2)).toBe('retry');
    expect(await retryVerdict(three, failure, 3)).toBe('exhausted');
    expect(await retryVerdict(three, failure, 4)).toBe('exhausted');
  });

  test('the error itself when there is one attempt only', async () => {
    expect(await retryVerdict(policy(), failure, 1)).toBe('refused');
  });

  test('`when` is not asked when there is one attempt only', async () => {
    const when = vi.fn(() => true);
    expect(await retryVerdict(policy({ when }), failure, 1)).toBe('refused');
    expect(when).not.toHaveBeenCalled();
  });

  test('`when` is given the error and the attempt, and decides', async () => {
    const when = vi.fn((_error: unknown, attempt: number) => attempt < 2);
    const five = policy({ attempts: 5, when });
    expect(await retryVerdict(five, failure, 1)).toBe('retry');
    expect(await retryVerdict(five, failure, 2)).toBe('refused');
    expect(when.mock.calls).toEqual([
      [failure, 1],
      [failure, 2],
    ]);
  });

  test('`when` may be asynchronous', async () => {
    expect(await retryVerdict(policy({ attempts: 2, when: async () => true }), failure, 1)).toBe('retry');
    expect(await retryVerdict(policy({ attempts: 2, when: async () => false }), failure, 1)).toBe('refused');
  });

  test('`when` cannot have more attempts than there are', async () => {
    expect(await retryVerdict(policy({ attempts: 2, when: () => true }), failure, 2)).toBe('exhausted');
  });

  test('an error of `when` is given on', async () => {
    const broken = new Error('when broke');
    const sync = policy({
      attempts: 2,
      when: () => {
        throw broken;
      },
    });
    await expect(retryVerdict(sync, failure, 1)).rejects.toBe(broken);
    const late = policy({ attempts: 2, when: () => Promise.reject(broken) });
    await expect(retryVerdict(late, failure, 1)).rejects.toBe(broken);
  });

  test('nothing, after an error that asks not to be retried, and `when` is not asked', async () => {
    const when = vi.fn(() => true);
    const five = policy({ attempts: 5, when });
    expect(await retryVerdict(five, new NonRetryableError('declined'), 1)).toBe('refused');
    expect(await retryVerdict(five, Object.assign(new Error('x'), { code: 'NON_RETRYABLE' }), 1)).toBe(
      'refused',
    );
    expect(when).not.toHaveBeenCalled();
  });

  test('another attempt, after a thrown value that is no error', async () => {
    expect(await retryVerdict(policy({ attempts: 2 }), 'a string', 1)).toBe('retry');
    expect(await retryVerdict(policy({ attempts: 2 }), { code: 'NON_RETRYABLE' }, 1)).toBe('retry');
    expect(await retryVerdict(policy({ attempts: 2 }), undefined, 1)).toBe('retry');
  });
});
