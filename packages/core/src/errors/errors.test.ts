import { describe, expect, test } from 'vitest';
import {
  HoldfastError,
  isHoldfastError,
  isNonRetryable,
  NonDeterminismError,
  NonRetryableError,
} from './index.js';

describe("Holdfast's errors", () => {
  test('carry a code, a message, details and a cause', () => {
    const cause = new Error('why');
    const error = new HoldfastError('RUN_NOT_FOUND', 'There is no run.', { cause, details: { runId: 'a' } });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'HoldfastError',
      code: 'RUN_NOT_FOUND',
      message: 'There is no run.',
      details: { runId: 'a' },
      cause,
    });
  });

  test('have empty details and no cause when there are none', () => {
    const error = new HoldfastError('SHUT_DOWN', 'Gone.');
    expect(error.details).toEqual({});
    expect('cause' in error).toBe(false);
  });

  test('are known by their name and code, also from another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { name: 'HoldfastError', code: 'SHUT_DOWN' });
    expect(isHoldfastError(foreign)).toBe(true);
    expect(isHoldfastError(foreign, 'SHUT_DOWN')).toBe(true);
    expect(isHoldfastError(foreign, 'RUN_NOT_FOUND')).toBe(false);
    expect(isHoldfastError(new NonDeterminismError('r', 0, { kind: 'step', name: 'a' }, undefined))).toBe(
      true,
    );
  });

  test.each([
    undefined,
    null,
    'HoldfastError',
    { name: 'HoldfastError', code: 'SHUT_DOWN' },
    new Error('x'),
    Object.assign(new Error('x'), { code: 'SHUT_DOWN' }),
    Object.assign(new Error('x'), { name: 'HoldfastError' }),
    Object.assign(new Error('x'), { name: 'HoldfastError', code: 7 }),
  ])('are not: %o', (value) => {
    expect(isHoldfastError(value)).toBe(false);
  });
});

describe('an error that asks not to be retried', () => {
  test('is an error with a message and a cause', () => {
    const cause = new Error('why');
    const error = new NonRetryableError('declined', { cause });
    expect(error).toMatchObject({
      name: 'NonRetryableError',
      code: 'NON_RETRYABLE',
      message: 'declined',
      cause,
    });
  });

  test('is known by its code, as a subclass too', () => {
    class Declined extends NonRetryableError {}
    expect(isNonRetryable(new Declined())).toBe(true);
    expect(isNonRetryable(Object.assign(new Error(), { code: 'NON_RETRYABLE' }))).toBe(true);
    expect(isNonRetryable({ code: 'NON_RETRYABLE' })).toBe(false);
    expect(isNonRetryable(new Error('x'))).toBe(false);
  });
});

describe('a non-determinism error', () => {
  const recorded = { kind: 'step', name: 'charge' };

  test('shows both sides', () => {
    const error = new NonDeterminismError('order-42', 3, recorded, { kind: 'sleep', name: 'sleep' });
    expect(error.code).toBe('NON_DETERMINISM');
    expect(error.message).toContain('recorded step "charge" as call 3, but the code now calls sleep "sleep"');
    expect(error.details).toEqual({
      runId: 'order-42',
      seq: 3,
      recorded,
      called: { kind: 'sleep', name: 'sleep' },
    });
  });

  test('says when the code ends without the call', () => {
    const error = new NonDeterminismError('order-42', 3, recorded, undefined);
    expect(error.message).toContain('but the code now ends without that call');
    expect(error.details['called']).toBeNull();
  });
});
