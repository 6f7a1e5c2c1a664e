import { describe, expect, test } from 'vitest';
import { plainResult } from './driver-result.js';

class Field {
  readonly name = 'id';
}

class Result {
  readonly command = 'SELECT';
  readonly rowCount = 1;
  readonly rows = [{ id: 1 }];
  readonly fields = [new Field()];
  readonly parse = (): void => undefined;
}

describe('the plain form of what a library gives', () => {
  test("pg's answer is its command, its rows and what describes them", () => {
    const plain = plainResult(new Result());
    expect(plain).toStrictEqual({
      command: 'SELECT',
      rowCount: 1,
      rows: [{ id: 1 }],
      fields: [{ name: 'id' }],
    });
  });

  test("postgres.js's answer is its rows", () => {
    const answer = Object.assign([{ id: 1 }], { command: 'SELECT', count: 1 });
    expect(plainResult(answer)).toStrictEqual([{ id: 1 }]);
  });

  test('anything else is what it was', () => {
    for (const value of [undefined, null, 1, 'x', [1], { rows: [] }, { command: 'x', rows: [] }, new Map()])
      expect(plainResult(value)).toBe(value);
  });
});
