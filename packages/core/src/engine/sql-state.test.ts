import { describe, expect, test } from 'vitest';
import { sqlTrouble } from './sql-state.js';

describe('an error of a transaction', () => {
  test.each(['40001', '40P01'])('%s is a conflict: the database rolled back because of others', (state) => {
    expect(sqlTrouble(state)).toBe('conflict');
  });

  test.each([
    '08000',
    '08001',
    '08003',
    '08004',
    '08006',
    '08007',
    '08P01',
    '57P01',
    '57P02',
    '57P03',
    '53300',
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'EAI_AGAIN',
  ])('%s is a lost connection: whether a commit took effect is not known', (state) => {
    expect(sqlTrouble(state)).toBe('connection-lost');
  });

  test.each(['23505', '22012', '40002', '40003', '25006', '57014', 'P0001', '0800', '080060', '', 'ENOENT'])(
    '%j is the step’s own',
    (state) => {
      expect(sqlTrouble(state)).toBe('none');
    },
  );

  test("without a code is the step's own", () => {
    expect(sqlTrouble(undefined)).toBe('none');
  });
});
