import { describe, expect, test } from 'vitest';
import { checkName, checkRunId } from './names.js';

const GOOD = [
  'a',
  'charge card',
  'Größe 大 🦊',
  'x'.repeat(255),
  '🦊'.repeat(255),
  ' ',
  'order/42:7.1',
  'constructor',
];
const BAD: [string, unknown][] = [
  ['an empty one', ''],
  ['one of 256 characters', 'x'.repeat(256)],
  ['one of 256 characters of two units', '🦊'.repeat(256)],
  ['one with NUL', 'a\0b'],
  ['one with a line break', 'a\nb'],
  ['one with a tab', 'a\tb'],
  ['one with DEL', 'a\u007fb'],
  ['one with half a surrogate pair', 'a\ud83db'],
  ['a number', 42],
  ['null', null],
  ['undefined', undefined],
  ['an object', {}],
  ['a String object', Object('name')],
];

describe.each([
  { what: 'names', check: (name: unknown) => checkName(name, 'name of the step'), code: 'INVALID_NAME' },
  { what: 'run ids', check: checkRunId, code: 'INVALID_ID' },
])('$what', ({ check, code }) => {
  test.each(GOOD)('%j is given back as it is', (text) => {
    expect(check(text)).toBe(text);
  });

  test.each(BAD)('%s is refused', (_, value) => {
    expect(() => check(value)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the error', () => {
  test('of a name says what it is the name of, and shows it printable', () => {
    expect(() => checkName('a\nb', 'name of the step')).toThrow(
      'The name of the step "a\\nb" must be a string of 1 to 255 printable characters.',
    );
  });

  test('of a run id shows it, shortened', () => {
    expect(() => checkRunId('y'.repeat(1000))).toThrow(
      `The run id "${'y'.repeat(60)}…" must be a string of 1 to 255 printable characters.`,
    );
  });

  test('of something that is no text names its type', () => {
    expect(() => checkName(null, 'version')).toThrow('The version of type null must be');
    expect(() => checkRunId(42)).toThrow('The run id of type number must be');
  });
});
