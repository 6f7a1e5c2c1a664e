import { describe, expect, it } from 'vitest';
import { ClassRegistry, createCodec } from './index.js';

class Order {
  id = 'a1';
}

const codec = createCodec(
  new ClassRegistry().register(Order).registerRecipe({
    name: 'Upper',
    is: () => false,
    encode: String,
    decode: (text) => String(text).toUpperCase(),
  }),
);

const error = (name: string, message: string, code?: string): Error =>
  Object.defineProperties(new Error(message), {
    stack: { value: 'at x' },
    ...(name === 'Error' ? {} : { name: { value: name } }),
    ...(code ? { code: { value: code, enumerable: true } } : {}),
  });

/** Texts that a released version has written. They are never changed, only added to. */
const WRITTEN: readonly [json: string, extra: string | null, value: unknown][] = [
  ['{"id":"a1","total":12.5}', null, { id: 'a1', total: 12.5 }],
  ['null', '[[[],"undefined"]]', undefined],
  ['[null,0]', '[[[0],"number","-Infinity"],[[1],"number","-0"]]', [Number.NEGATIVE_INFINITY, -0]],
  ['"12"', '[[[],"bigint"]]', 12n],
  ['"a\ufffd\ufffd"', '[[[],"string",1,0,2,55296]]', 'a\0\ud800'],
  ['{"at":"2024-02-29T12:30:00.123Z"}', '[[["at"],"date"]]', { at: new Date('2024-02-29T12:30:00.123Z') }],
  ['"/a+/gi"', '[[[],"regexp"]]', /a+/gi],
  ['"https://x.test/"', '[[[],"url"]]', new URL('https://x.test/')],
  ['"AQI="', '[[[],"bytes","Uint8Array"]]', new Uint8Array([1, 2])],
  ['[["k","5"]]', '[[[],"map"],[[0,1],"bigint"]]', new Map([['k', 5n]])],
  ['[1,null]', '[[[],"set"]]', new Set([1, null])],
  ['[1,null]', '[[[],"holes",1]]', Object.assign(new Array<number>(2), [1])],
  ['{"0":1,"name":2}', '[[[],"array",1]]', Object.assign([1], { name: 2 })],
  ['[["\ufffd",1]]', '[[[],"object"],[[0,0],"string",0,0]]', { '\0': 1 }],
  [
    '{"name":"Late","message":"no","code":"E1","stack":"at x"}',
    '[[[],"error","Error"]]',
    error('Late', 'no', 'E1'),
  ],
  ['{"id":"a1"}', '[[[],"class","Order"]]', new Order()],
  ['"ab"', '[[[],"recipe","Upper"]]', 'AB'],
  ['[["x"],["x"]]', '[[[1],"ref",[0]]]', [['x'], ['x']]],
];

describe('the stored format', () => {
  it.each(WRITTEN)('is read: %s %s', (json, extra, value) => {
    expect(codec.decode({ json, extra })).toStrictEqual(value);
  });

  it('is written as it is read, but for what recipes and references say', () => {
    for (const [json, extra, value] of WRITTEN.filter((text) => !/recipe|ref/.test(String(text[1])))) {
      expect(codec.encode(value, 'the value')).toEqual({ json, extra });
    }
  });

  it('may come back from the store with other spaces', () => {
    const value = codec.decode({ json: '[ ["k" , "5"] ]', extra: '[ [[], "map"], [[0, 1], "bigint"] ]' });
    expect(value).toStrictEqual(new Map([['k', 5n]]));
  });
});

describe('a stored value that no version wrote', () => {
  it.each([
    ['an unknown kind', '1', '[[[],"hologram"]]'],
    ['a kind named like a method', '1', '[[[],"constructor"]]'],
    ['JSON cut short', '{"a":', null],
    ['notes cut short', '1', '[[[],"da'],
    ['notes that are no list', '1', '{"v":2}'],
    ['a note without a kind', '1', '[[[]]]'],
    ['a note whose path is no list', '1', '[["a","date"]]'],
    ['a path through a map', '1', '[[[{}],"date"]]'],
    ['a path to nothing', '{"a":1}', '[[["b"],"date"]]'],
    ['a path to what is inherited', '{}', '[[["__proto__"],"date"]]'],
    ['a path to the length of a list', '[1]', '[[["length"],"date"]]'],
    ['a path through text', '"abc"', '[[[0],"date"]]'],
    ['two notes on one place', '"1"', '[[[],"date"],[[],"bigint"]]'],
    ['an unknown number', 'null', '[[[],"number","many"]]'],
    ['a bigint that is none', '"x"', '[[[],"bigint"]]'],
    ['a bigint that is no text', '1', '[[[],"bigint"]]'],
    ['a string that is none', '1', '[[[],"string"]]'],
    ['repairs that do not fit', '"ab"', '[[[],"string",1,0]]'],
    ['half a repair', '"\ufffd"', '[[[],"string",0]]'],
    ['a date that is no text', '5', '[[[],"date"]]'],
    ['a regular expression that is none', '"/(/"', '[[[],"regexp"]]'],
    ['a URL that is none', '"nowhere"', '[[[],"url"]]'],
    ['bytes of an unknown class', '""', '[[[],"bytes","Float128Array"]]'],
    ['bytes that do not fit the class', '"AQ=="', '[[[],"bytes","Int32Array"]]'],
    ['a map that is no list', '{}', '[[[],"map"]]'],
    ['a map of no pairs', '[1]', '[[[],"map"]]'],
    ['a set that is no list', 'null', '[[[],"set"]]'],
    ['holes in no list', '{}', '[[[],"holes",1]]'],
    ['an array without a length', '{}', '[[[],"array"]]'],
    ['an array of impossible length', '{}', '[[[],"array",-1]]'],
    ['an error without fields', '"x"', '[[[],"error","Error"]]'],
    ['an object of no pairs', '{}', '[[[],"object"]]'],
    ['a reference without a path', '1', '[[[],"ref"]]'],
    ['a reference to nothing', '[1]', '[[[0],"ref",["a"]]]'],
    ['a reference to itself', '[1]', '[[[0],"ref",[0]]]'],
    ['references to each other', '[1,1]', '[[[0],"ref",[1]],[[1],"ref",[0]]]'],
  ])('is refused: %s', (_, json, extra) => {
    const found = expect.objectContaining({ name: 'HoldfastError', code: 'STORE_CORRUPT' });
    expect(() => codec.decode({ json, extra })).toThrow(found);
  });
});
