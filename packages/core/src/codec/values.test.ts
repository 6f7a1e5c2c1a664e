import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createCodec, UNDEFINED } from './index.js';

const codec = createCodec();

function encode(value: unknown): { json: unknown; extra: unknown } {
  const { json, extra } = codec.encode(value, 'the value');
  return { json: JSON.parse(json), extra: extra === null ? null : JSON.parse(extra) };
}

function roundTrip<T>(value: T): T {
  return codec.decode(codec.encode(value, 'the value')) as T;
}

/** Checks the way there and back. */
function expectStored(value: unknown, json: unknown, extra: unknown): void {
  expect(encode(value)).toEqual({ json, extra });
  expect(roundTrip(value)).toStrictEqual(value);
}

describe('values that JSON has', () => {
  it.each([
    [null],
    [true],
    [false],
    [0],
    [12.5],
    [-1e300],
    [''],
    ['a "quoted" \n text'],
    ['emoji 🎉'],
    [[]],
    [{}],
  ])('are stored as they are, with nothing beside: %j', (value) => {
    expect(codec.encode(value, 'the value')).toEqual({ json: JSON.stringify(value), extra: null });
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('keep their nesting and the order of their keys', () => {
    const value = { z: [1, { b: 'x', a: null }], a: { deep: [[[]]] } };
    expect(codec.encode(value, 'the value')).toEqual({ json: JSON.stringify(value), extra: null });
    expect(JSON.stringify(roundTrip(value))).toBe(JSON.stringify(value));
  });

  it('keep the order of their keys beside values that JSON lacks', () => {
    expect(Object.keys(roundTrip({ z: 1n, b: 1, a: undefined }))).toEqual(['z', 'b', 'a']);
  });

  it('are recorded frozen or not', () => {
    expect(roundTrip(Object.freeze({ a: Object.freeze([1]) }))).toEqual({ a: [1] });
  });

  it('may have no prototype, and come back with one', () => {
    const value = Object.assign(Object.create(null), { a: 1 }) as { a: number };
    expect(codec.encode(value, 'the value')).toEqual({ json: '{"a":1}', extra: null });
    expect(roundTrip(value)).toStrictEqual({ a: 1 });
  });

  it('have their accessors read', () => {
    const value = {
      get total() {
        return 3;
      },
    };
    expect(roundTrip(value)).toStrictEqual({ total: 3 });
  });

  it('lose their fields that are not enumerable', () => {
    const value = Object.defineProperty({ a: 1 }, 'hidden', { value: () => 1 });
    const toJson = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'other' });
    expect(encode(value)).toEqual({ json: { a: 1 }, extra: null });
    expect(encode(toJson)).toEqual({ json: { a: 1 }, extra: null });
  });

  it('may use the key __proto__ without touching a prototype', () => {
    for (const text of [
      '{"__proto__":{"polluted":1}}',
      '{"a":{"__proto__":[1]},"constructor":{"prototype":2}}',
    ]) {
      const value: unknown = JSON.parse(text);
      expect(codec.encode(value, 'the value').json).toBe(text);
      expect(JSON.stringify(roundTrip(value))).toBe(text);
      const beside = roundTrip({ value, when: new Date(0), void: undefined });
      expect(JSON.stringify(beside.value)).toBe(text);
      expect(Object.getPrototypeOf(beside.value)).toBe(Object.prototype);
      expect('polluted' in {}).toBe(false);
    }
    const dated = JSON.parse('{"__proto__":null}') as Record<string, unknown>;
    Object.defineProperty(dated, '__proto__', { value: new Date(5), enumerable: true });
    expect(Object.getOwnPropertyDescriptor(roundTrip(dated), '__proto__')?.value).toEqual(new Date(5));
  });

  it('may come from another realm', () => {
    const value: unknown = runInNewContext(
      '({ list: [1, { a: 2 }], at: new Date(0), map: new Map([[1, 2]]), bytes: new Uint8Array([7]), re: /x/g })',
    );
    expect(roundTrip(value)).toStrictEqual({
      list: [1, { a: 2 }],
      at: new Date(0),
      map: new Map([[1, 2]]),
      bytes: new Uint8Array([7]),
      re: /x/g,
    });
  });
});

describe('values that JSON lacks', () => {
  it('undefined is stored as null', () => {
    expect(codec.encode(undefined, 'the value')).toBe(UNDEFINED);
    expect(codec.decode({ ...UNDEFINED })).toBeUndefined();
    expect(codec.decode({ json: 'null', extra: '[ [ [], "undefined" ] ]' })).toBeUndefined();
    expectStored({ a: undefined, b: 1 }, { a: null, b: 1 }, [[['a'], 'undefined']]);
    expect(Object.keys(roundTrip([undefined]))).toEqual(['0']);
  });

  it.each([
    [Number.NaN, null, 'NaN'],
    [Number.POSITIVE_INFINITY, null, 'Infinity'],
    [Number.NEGATIVE_INFINITY, null, '-Infinity'],
    [-0, 0, '-0'],
  ])('the number %d is stored as %j', (value, json, name) => {
    expectStored(value, json, [[[], 'number', name]]);
    expectStored([1, value], [1, json], [[[1], 'number', name]]);
  });

  it('a bigint is stored in decimal', () => {
    expectStored({ n: -123456789012345678901234567890n }, { n: '-123456789012345678901234567890' }, [
      [['n'], 'bigint'],
    ]);
  });

  it('a date is stored in ISO 8601', () => {
    const at = new Date('2024-02-29T12:30:00.123Z');
    expectStored({ at }, { at: '2024-02-29T12:30:00.123Z' }, [[['at'], 'date']]);
    expectStored(new Date(-8.64e15), '-271821-04-20T00:00:00.000Z', [[[], 'date']]);
  });

  it('an invalid date is stored as null', () => {
    expect(encode(new Date(Number.NaN))).toEqual({ json: null, extra: [[[], 'date']] });
    expect(roundTrip(new Date(Number.NaN)).getTime()).toBeNaN();
  });

  it('a map is stored as a list of pairs', () => {
    expectStored(
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: new Date(0) }, [undefined]],
      ]),
      [
        ['a', 1],
        [{ k: '1970-01-01T00:00:00.000Z' }, [null]],
      ],
      [
        [[], 'map'],
        [[1, 0, 'k'], 'date'],
        [[1, 1, 0], 'undefined'],
      ],
    );
  });

  it('a set is stored as a list', () => {
    expectStored({ s: new Set([1, 'a', 2n]) }, { s: [1, 'a', '2'] }, [
      [['s'], 'set'],
      [['s', 2], 'bigint'],
    ]);
  });

  it('a URL is stored as its text', () => {
    expectStored(new URL('https://x.test/a?b=ü#c'), 'https://x.test/a?b=%C3%BC#c', [[[], 'url']]);
  });

  it('a regular expression is stored as it is written', () => {
    expectStored(
      [/a\/b[/]/gi, /(?:)/],
      ['/a\\/b[/]/gi', '/(?:)/'],
      [
        [[0], 'regexp'],
        [[1], 'regexp'],
      ],
    );
    expect(roundTrip(/\0\ud800/)).toStrictEqual(/\0\ud800/);
  });

  it('bytes are stored in base64', () => {
    const bytes = new Uint8Array([0, 1, 255]);
    expectStored(bytes, 'AAH/', [[[], 'bytes', 'Uint8Array']]);
    expectStored(bytes.buffer, 'AAH/', [[[], 'bytes', 'ArrayBuffer']]);
    expectStored(new DataView(bytes.buffer, 1), 'Af8=', [[[], 'bytes', 'DataView']]);
    expectStored(Buffer.from('hé'), 'aMOp', [[[], 'bytes', 'Buffer']]);
    expectStored(new Float64Array([1.5, Number.NaN]), 'AAAAAAAA+D8AAAAAAAD4fw==', [
      [[], 'bytes', 'Float64Array'],
    ]);
    expectStored(new BigInt64Array([-1n]), '//////////8=', [[[], 'bytes', 'BigInt64Array']]);
  });

  it('a view on a part of a buffer comes back as that part', () => {
    const part = roundTrip(new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2));
    expect(part).toStrictEqual(new Uint16Array([2, 3]));
    expect(part.buffer.byteLength).toBe(4);
  });

  it.each(['\0', 'a\0b', '\ud800', 'x\udc00\0', '\udc00\ud800', '😀\ud83d'])(
    'a string that Postgres refuses has substitutes: %j',
    (text) => {
      const { json, extra } = encode({ text });
      expect(json).toEqual({ text: text.replace(/\0|\p{Surrogate}/gu, '\ufffd') });
      expect(extra).toEqual([[['text'], 'string', ...repairsOf(text)]]);
      expect(roundTrip({ text })).toStrictEqual({ text });
      expect(roundTrip([text, '\ufffd', '\\u0000', '\\ud800'])).toStrictEqual([
        text,
        '\ufffd',
        '\\u0000',
        '\\ud800',
      ]);
    },
  );

  it('an object with a key that Postgres refuses is stored as a list of pairs', () => {
    expectStored(
      { a: 1, 'b\0': new Date(0) },
      [
        ['a', 1],
        ['b\ufffd', '1970-01-01T00:00:00.000Z'],
      ],
      [
        [[], 'object'],
        [[1, 0], 'string', 1, 0],
        [[1, 1], 'date'],
      ],
    );
  });
});

describe('arrays', () => {
  it('keep their holes', () => {
    const value = [1, , new Date(0), ,];
    expectStored(
      value,
      [1, null, '1970-01-01T00:00:00.000Z', null],
      [
        [[], 'holes', 1, 3],
        [[2], 'date'],
      ],
    );
    expect(1 in roundTrip(value)).toBe(false);
    expect(roundTrip(new Array(3))).toStrictEqual(new Array(3));
  });

  it('keep named fields', () => {
    const match = 'xaby'.match(/a(?<second>b)/)!;
    const back = roundTrip(match);
    expect({ ...back }).toEqual({ ...match });
    expect(back.index).toBe(1);
    expect(encode(match)).toEqual({
      json: { 0: 'ab', 1: 'b', index: 1, input: 'xaby', groups: { second: 'b' } },
      extra: [[[], 'array', 2]],
    });
    expect(roundTrip(Object.assign([1], { 'n\0': 2n }))).toStrictEqual(Object.assign([1], { 'n\0': 2n }));
  });

  it('that are nearly empty are stored by index', () => {
    const value: unknown[] = [];
    value[4_000_000_000] = 1n;
    expect(encode(value)).toEqual({
      json: { 4000000000: '1' },
      extra: [
        [[], 'array', 4_000_000_001],
        [['4000000000'], 'bigint'],
      ],
    });
    const back = roundTrip(value);
    expect(back.length).toBe(4_000_000_001);
    expect(back[4_000_000_000]).toBe(1n);
  });
});

function repairsOf(text: string): number[] {
  return [...text.matchAll(/\0|\p{Surrogate}/gu)].flatMap((found) => [found.index, found[0].charCodeAt(0)]);
}
