import { HoldfastError } from '@holdfast/core/internal';
import { describe, expect, test } from 'vitest';
import { isConnectionLost, isSerializationFailure, isTransientPostgres } from './transient.js';

const withCode = (code: string) => Object.assign(new Error(code), { code });

describe('an error means "try again"', () => {
  test.each([
    '08006',
    '08P01',
    '53300',
    '53100',
    '57P01',
    '57P02',
    '57P03',
    '57P05',
    '25P03',
    '40001',
    '40P01',
  ])('with SQLSTATE %s', (code) => expect(isTransientPostgres(withCode(code))).toBe(true));

  test.each([
    '55P03',
    '57014',
    '25006',
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'EAI_AGAIN',
    'ENOTFOUND',
  ])('with code %s', (code) => expect(isTransientPostgres(withCode(code))).toBe(true));

  test.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
  ])('with the words %j', (message) => expect(isTransientPostgres(new Error(message))).toBe(true));

  test('when every address of the host failed', () => {
    const error = new AggregateError([withCode('ECONNREFUSED'), withCode('EHOSTUNREACH')]);
    expect(isTransientPostgres(error)).toBe(true);
  });

  test('when a library wraps it', () => {
    const error = new Error('query failed', { cause: withCode('57P01') });
    expect(isTransientPostgres(error)).toBe(true);
  });

  test('when it is ours and says so', () => {
    expect(isTransientPostgres(new HoldfastError('STORE_UNAVAILABLE', 'gone'))).toBe(true);
    expect(isTransientPostgres(new HoldfastError('STORE_REFUSED', 'no'))).toBe(false);
  });
});

describe('an error does not mean "try again"', () => {
  test.each(['22P02', '23505', '28P01', '3D000', '42501', '42P01', '57P04'])('with SQLSTATE %s', (code) =>
    expect(isTransientPostgres(withCode(code))).toBe(false),
  );

  test.each([
    new Error('connection lost'),
    new Error('Cannot use a pool after calling end on the pool'),
    'a text',
    null,
    undefined,
    { code: 5 },
  ])('when it is none of Postgres: %s', (error) => expect(isTransientPostgres(error)).toBe(false));
});

describe('a code is classed as', () => {
  test('a lost connection', () => {
    expect(['57P01', '08003', 'ECONNRESET'].every(isConnectionLost)).toBe(true);
    expect(['40001', '23505'].some(isConnectionLost)).toBe(false);
  });

  test('a serialization failure', () => {
    expect(['40001', '40P01'].every(isSerializationFailure)).toBe(true);
    expect(['57P01', '23505'].some(isSerializationFailure)).toBe(false);
  });
});
