import { describe, expect, it, vi } from 'vitest';
import { HoldfastError } from '../errors/index.js';
import { createCodec } from './index.js';

const codec = createCodec();

class Order {
  id = 1;
}

function refusalOf(value: unknown): HoldfastError {
  try {
    codec.encode(value, 'the result of step "charge card"');
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'UNRECORDABLE_VALUE') return error;
    throw error;
  }
  throw new Error('the value was recorded');
}

describe('a value that cannot be recorded', () => {
  it('is refused with its path, what it is, and what to do', () => {
    const error = refusalOf({ items: [1, 2, { callback: function onDone() {} }] });
    expect(error.message).toBe(
      'Cannot record the result of step "charge card": $.items[2].callback is a function onDone. ' +
        'Leave it out, and record the data it works on instead.',
    );
    expect(error.details).toEqual({
      path: '$.items[2].callback',
      what: 'the result of step "charge card"',
      found: 'function onDone',
    });
  });

  it.each<[string, unknown]>([
    [
      'a function without a name',
      (
        () => () =>
          1
      )(),
    ],
    ['a function Order', Order],
    ['a symbol Symbol(x)', Symbol('x')],
    ['a Promise. Await it first.', Promise.resolve(1)],
    ['an instance of class Order', new Order()],
    ['an instance of class WeakMap', new WeakMap()],
    ['an instance of class WeakSet', new WeakSet()],
    ['an instance of class WeakRef', new WeakRef({})],
    ['an instance of class Number', new Number(1)],
    ['an instance of class SharedArrayBuffer', new SharedArrayBuffer(1)],
    ['an instance of class Map', new { Map: class {} }.Map()],
    ['an instance of class Map', Object.create({ constructor: Map })],
    ['an instance of class MyDate', new (class MyDate extends Date {})()],
    ['an instance of class List', new (class List extends Array {})()],
    ['an object with a prototype of its own', Object.create({ inherited: 1 })],
    ['an object with a prototype of its own', Object.create(Object.create(null) as object)],
    ['an object with a prototype of its own', new (class {})()],
    ['an object with the symbol key Symbol(k)', { [Symbol('k')]: 1 }],
    ['an object with the symbol key Symbol(k)', Object.assign([1], { [Symbol('k')]: 1 })],
    ['a Date with the field "zone" of its own', Object.assign(new Date(0), { zone: 'UTC' })],
    ['a Map with the field "x" of its own', Object.assign(new Map(), { x: 1 })],
    ['an object that cannot be looked into', Object.create(Date.prototype)],
    ['an object that cannot be looked into', Object.create(Map.prototype)],
    ['an object that cannot be looked into', Object.create(URL.prototype)],
    ['an object that cannot be looked into', Object.create(RegExp.prototype)],
    ['an object that cannot be looked into', Object.create(Uint8Array.prototype)],
  ])('is %s', (found, value) => {
    expect(refusalOf(value).message).toContain(`"charge card": $ is ${found}`);
    expect(refusalOf([{ a: value }]).details['path']).toBe('$[0].a');
  });

  it('is shown where it is, whatever the keys are', () => {
    const fn = (): number => 1;
    const paths: [unknown, string][] = [
      [{ 'a b': { ünï: [fn] } }, '$["a b"].ünï[0]'],
      [{ '': fn }, '$[""]'],
      [new Map([['k', [fn]]]), '$[0][1][0]'],
      [new Set([1, fn]), '$[1]'],
      [Object.assign([1], { named: fn }), '$.named'],
      [{ '\0': fn }, '$[0][1]'],
    ];
    for (const [value, path] of paths) expect(refusalOf(value).details['path']).toBe(path);
  });

  it('has a long path cut in the message', () => {
    let value: unknown = (): number => 1;
    for (let level = 0; level < 400; level++) value = { level: value };
    const { message, details } = refusalOf(value);
    expect(message.length).toBeLessThan(400);
    expect(details['path']).toBe(`$${'.level'.repeat(400)}`);
  });

  it('may be an accessor or a proxy that throws', () => {
    const cause = new Error('not now');
    const fail = (): never => {
      throw cause;
    };
    const accessor = Object.defineProperty({ ok: 1 }, 'broken', { get: fail, enumerable: true });
    const message = '$.a.broken is an accessor that throws';
    expect(refusalOf({ a: accessor })).toMatchObject({
      message: expect.stringContaining(message) as string,
      cause,
    });
    for (const trap of ['ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'get'] as const) {
      expect(refusalOf([new Proxy({ a: 1 }, { [trap]: fail })]).cause).toBe(cause);
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refusalOf({ proxy }).details['path']).toBe('$.proxy');
  });

  it('may be nested too deeply, also where the stack would overflow first', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1n;
      for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { value };
      return value;
    };
    expect(codec.decode(codec.encode(nested(500), 'the value'))).toStrictEqual(nested(500));
    for (const levels of [501, 10_000, 200_000]) {
      expect(refusalOf(nested(levels)).message).toContain('is an object nested more than 500 levels deep');
    }
    const atTheEdge = (): unknown => {
      try {
        return atTheEdge();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return refusalOf(nested(500)).code;
      }
    };
    expect(() => atTheEdge()).not.toThrow(RangeError);
  });

  it('may be larger than a string can be', () => {
    // What V8 throws beyond 512 MB. A real one would take gigabytes of memory here.
    const stringify = vi.spyOn(JSON, 'stringify').mockImplementation(() => {
      throw new RangeError('Invalid string length');
    });
    const { details } = refusalOf(['x']);
    stringify.mockRestore();
    expect(details['found']).toBe('value too large to record');
  });
});
