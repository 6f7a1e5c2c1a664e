import { describe, expect, test } from 'vitest';
import { createCodec } from '../codec/index.js';
import type { StandardResult, StandardSchema, WorkflowDefinition } from '../define/index.js';
import { recordedInput, UNCHECKED_INPUT, validInput } from './input.js';

function definition(input?: StandardSchema): WorkflowDefinition {
  const control = { timeoutMs: null, pausesWhenExhausted: false, maxTakeovers: 10 };
  return { name: 'checkout', version: undefined, isSingleton: false, input, control, body: () => undefined };
}

function schema(validate: (value: unknown) => StandardResult<unknown> | Promise<StandardResult<unknown>>) {
  return definition({ '~standard': { version: 1, vendor: 'test', validate } });
}

describe('the arguments of a workflow', () => {
  test('are taken as they are when it has no schema', async () => {
    const args = [1, 'two', undefined];
    expect(await validInput(definition(), args)).toBe(args);
  });

  test.each([undefined, null, 'text', { 0: 'a' }, 7])('must be an array: %j is refused', async (args) => {
    await expect(validInput(definition(), args as never)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'The arguments of workflow "checkout" must be an array: app.start(checkout, [first, second]).',
    });
  });
});

describe('a schema', () => {
  test('is given the first argument, and what it yields is the input', async () => {
    const doubling = schema((value) => ({ value: Number(value) * 2 }));
    expect(await validInput(doubling, ['21', 'left out'])).toEqual([42]);
  });

  test('is given undefined when there is no argument', async () => {
    expect(
      await validInput(
        schema((value) => ({ value: [value] })),
        [],
      ),
    ).toEqual([[undefined]]);
  });

  test('may be asynchronous', async () => {
    expect(
      await validInput(
        schema(async () => ({ value: 'later' })),
        ['now'],
      ),
    ).toEqual(['later']);
  });

  test('that finds issues refuses the input with all of them', async () => {
    const refusing = schema(() => ({
      issues: [
        { message: 'too small', path: ['items', { key: 2 }, 'price'] },
        { message: 'required', path: [Symbol('id')] },
        { message: 'wrong altogether' },
        { message: 'empty path', path: [] },
      ],
    }));
    await expect(validInput(refusing, [{}])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message:
        'The input of workflow "checkout" is not valid. items.2.price: too small; Symbol(id): required; ' +
        'input: wrong altogether; input: empty path',
      details: {
        workflow: 'checkout',
        issues: [
          { path: 'items.2.price', message: 'too small' },
          { path: 'Symbol(id)', message: 'required' },
          { path: '', message: 'wrong altogether' },
          { path: '', message: 'empty path' },
        ],
      },
    });
  });

  test('that throws is an error of its own', async () => {
    const throwing = schema(() => {
      throw new TypeError('schema broke');
    });
    await expect(validInput(throwing, [1])).rejects.toThrow(new TypeError('schema broke'));
  });
});

describe('recorded arguments', () => {
  const codec = createCodec();
  const doubling = schema((value) =>
    typeof value === 'string' ? { value: Number(value) * 2 } : { issues: [{ message: 'not a string' }] },
  );

  test('that an app has checked are not checked again: what the schema made of them is no input to it', async () => {
    expect(await recordedInput(doubling, { json: '[42]', extra: null }, codec)).toEqual([42]);
  });

  test('that nobody has checked are checked now', async () => {
    expect(await recordedInput(doubling, { json: '["21"]', extra: UNCHECKED_INPUT }, codec)).toEqual([42]);
    await expect(
      recordedInput(doubling, { json: '[21]', extra: UNCHECKED_INPUT }, codec),
    ).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test.each(['{"0":1}', '"text"', 'null', '7'])('that are no array are refused: %s', async (json) => {
    for (const extra of [null, UNCHECKED_INPUT]) {
      await expect(recordedInput(definition(), { json, extra }, codec)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });
});
