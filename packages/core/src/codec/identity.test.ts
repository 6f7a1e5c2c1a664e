import { describe, expect, it } from 'vitest';
import { createCodec } from './index.js';

const codec = createCodec();

function encode(value: unknown): { json: unknown; extra: unknown } {
  const { json, extra } = codec.encode(value, 'the value');
  return { json: JSON.parse(json), extra: extra === null ? null : JSON.parse(extra) };
}

function roundTrip<T>(value: T): T {
  return codec.decode(codec.encode(value, 'the value')) as T;
}

describe('an object met twice', () => {
  it('is written out in full, and comes back as one', () => {
    const shared = { at: new Date(0) };
    const value = { a: shared, b: [shared] };
    expect(encode(value)).toEqual({
      json: { a: { at: '1970-01-01T00:00:00.000Z' }, b: [{ at: '1970-01-01T00:00:00.000Z' }] },
      extra: [
        [['a', 'at'], 'date'],
        [['b', 0], 'ref', ['a']],
      ],
    });
    const back = roundTrip(value);
    expect(back).toStrictEqual(value);
    expect(back.b[0]).toBe(back.a);
  });

  it('may be a date, a map key, a member of a set, or the cause of an error', () => {
    const key = new Date(7);
    const value = {
      key,
      map: new Map([[key, key]]),
      set: new Set([key]),
      error: new Error('x', { cause: key }),
    };
    const back = roundTrip(value);
    expect(back.map.get(back.key)).toBe(back.key);
    expect(back.set.has(back.key)).toBe(true);
    expect(back.error.cause).toBe(back.key);
  });

  it('is found among many objects', () => {
    const many = Array.from({ length: 100 }, (_, id) => ({ id }));
    const back = roundTrip([many, many[99]] as const);
    expect(back[1]).toBe(back[0][99]);
    expect(encode(many).extra).toBeNull();
  });

  it('is written as null once the copies have grown large', () => {
    let value: unknown = 'x';
    for (let level = 0; level < 60; level++) value = [value, value];
    const encoded = codec.encode(value, 'the value');
    expect(encoded.json.length).toBeLessThan(20_000_000);
    let back = codec.decode(encoded) as unknown[];
    for (let level = 0; level < 59; level++) {
      expect(back[1]).toBe(back[0]);
      back = back[0] as unknown[];
    }
    expect(back).toEqual(['x', 'x']);
  });

  it('is written as null where its copy would be too deep', () => {
    const chain: { next: unknown }[] = [];
    for (let index = 0; index < 20_000; index++) chain.push({ next: chain[index - 1] ?? null });
    const back = roundTrip(chain);
    expect(back).toHaveLength(20_000);
    expect(back.every((link, index) => link.next === (back[index - 1] ?? null))).toBe(true);
  });

  it('counts its bytes and strings as copies', () => {
    const block = new Uint8Array(400_000);
    const text = ['y'.repeat(400_000)];
    const { json } = codec.encode(
      [...Array<unknown>(50).fill(block), ...Array<unknown>(50).fill(text)],
      'the value',
    );
    expect(json.length).toBeLessThan(5_000_000);
  });
});

describe('a cycle', () => {
  it('is written as null, and comes back', () => {
    const value: { self?: unknown; list: unknown[] } = { list: [] };
    value.self = value;
    value.list.push(value.list, value);
    expect(encode(value)).toEqual({
      json: { list: [null, null], self: null },
      extra: [
        [['list', 0], 'ref', ['list']],
        [['list', 1], 'ref', []],
        [['self'], 'ref', []],
      ],
    });
    const back = roundTrip(value);
    expect(back.self).toBe(back);
    expect(back.list[0]).toBe(back.list);
    expect(back.list[1]).toBe(back);
  });

  it('may lead through maps, sets, arrays of every form, and errors', () => {
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>([map]);
    const error = new Error('x', { cause: set });
    const sparse: unknown[] = Object.assign(new Array<unknown>(2), { named: error });
    map.set(map, sparse);
    sparse[1] = [undefined, sparse];
    const back = roundTrip(map);
    const backSparse = back.get(back) as unknown[] & { named: Error };
    expect((backSparse.named.cause as Set<unknown>).has(back)).toBe(true);
    expect((backSparse[1] as unknown[])[1]).toBe(backSparse);
  });

  it('survives a store that orders keys in its own way', () => {
    const shared = { n: 1n };
    const { json, extra } = codec.encode({ b: shared, a: { shared } }, 'the value');
    expect(json).toBe('{"b":{"n":"1"},"a":{"shared":{"n":"1"}}}');
    const back = codec.decode({ json: '{"a": {"shared": {"n": "1"}}, "b": {"n": "1"}}', extra }) as {
      a: { shared: unknown };
      b: unknown;
    };
    expect(back).toStrictEqual({ a: { shared: { n: 1n } }, b: { n: 1n } });
    expect(back.a.shared).toBe(back.b);
  });
});
