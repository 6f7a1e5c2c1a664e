import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  HoldfastError,
  isHoldfastError,
  isNonRetryable,
  NonDeterminismError,
  NonRetryableError,
} from '../errors/index.js';
import { ClassRegistry, createCodec } from './index.js';

class PaymentError extends Error {
  override readonly name: string = 'PaymentError';
  readonly #gateway = 'secret';
  constructor(
    message: string,
    readonly code: string,
    readonly amount: bigint,
  ) {
    super(message);
    if (code === undefined) throw new Error('the constructor must not be called to revive an error');
  }
  get gateway(): string {
    return this.#gateway;
  }
  describe(): string {
    return `${this.code}: ${this.amount}`;
  }
}

class CardDeclined extends PaymentError {
  override readonly name = 'CardDeclined';
}

const codec = createCodec();
const knowing = createCodec(new ClassRegistry().registerError(PaymentError));

function roundTrip<T>(value: T, by = codec): T {
  return by.decode(by.encode(value, 'the error')) as T;
}

describe('an error', () => {
  it('is stored with its name, message, code, fields, cause and stack', () => {
    const error = Object.assign(new TypeError('broken', { cause: 'fuse' }), { code: 'E1', at: new Date(0) });
    const { json, extra } = codec.encode(error, 'the error');
    expect(JSON.parse(json)).toEqual({
      name: 'TypeError',
      message: 'broken',
      code: 'E1',
      at: '1970-01-01T00:00:00.000Z',
      cause: 'fuse',
      stack: error.stack,
    });
    expect(Object.keys(JSON.parse(json) as object)).toEqual([
      'name',
      'message',
      'code',
      'at',
      'cause',
      'stack',
    ]);
    expect(JSON.parse(extra!)).toEqual([
      [[], 'error', 'TypeError'],
      [['at'], 'date'],
    ]);
  });

  it('comes back as a real error, its fields as visible as before', () => {
    const error = Object.assign(new Error('broken', { cause: 'fuse' }), { code: 'E1' });
    const back = roundTrip(error);
    expect(back).toBeInstanceOf(Error);
    expect(Object.prototype.toString.call(back)).toBe('[object Error]');
    expect(Object.keys(back)).toEqual(['code']);
    expect(back).toStrictEqual(error);
    expect(back.stack).toBe(error.stack);
    expect(back.cause).toBe('fuse');
    expect('cause' in roundTrip(new Error('x'))).toBe(false);
  });

  it.each([EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    'of a built-in class comes back as an instance of it: %o',
    (cls) => {
      const back = roundTrip(new cls('x'));
      expect(back).toBeInstanceOf(cls);
      expect(Object.getPrototypeOf(back)).toBe(cls.prototype);
      expect(Object.hasOwn(back, 'name')).toBe(false);
    },
  );

  it('that aggregates others has them again', () => {
    const back = roundTrip(new AggregateError([new TypeError('a'), 'b'], 'all failed'));
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors[0]).toBeInstanceOf(TypeError);
    expect(back.errors[1]).toBe('b');
    expect(Object.keys(back)).toEqual([]);
  });

  it('of an aborted signal keeps its name and code', () => {
    const reason: unknown = AbortSignal.abort().reason;
    const back = roundTrip(reason) as DOMException;
    expect(back).toBeInstanceOf(DOMException);
    expect([back.name, back.code, back.message]).toEqual(['AbortError', 20, (reason as Error).message]);
    expect(back.stack).toBe((reason as Error).stack);
  });

  it('may hold itself in its cause', () => {
    const error: Error & { self?: unknown } = new Error('x');
    error.cause = { error };
    error.self = error;
    const back = roundTrip(error);
    expect((back.cause as { error: unknown }).error).toBe(back);
    expect(back.self).toBe(back);
  });

  it('may have a name, message or stack that is no string, or none', () => {
    const error = Object.assign(new Error('x'), { name: 5, message: { a: 1n } });
    delete (error as { stack?: string }).stack;
    const back = roundTrip<unknown>(error) as { name: unknown; message: unknown; stack?: unknown };
    expect([back.name, back.message, back.stack]).toEqual([5, { a: 1n }, undefined]);
    expect(Object.keys(back)).toEqual(['name']);
  });

  it('without a constructor of its own, or of another realm, is an error all the same', () => {
    expect(roundTrip(Object.create(RangeError.prototype) as unknown)).toBeInstanceOf(RangeError);
    expect(roundTrip(Object.setPrototypeOf(new Error('x'), { odd: true }) as unknown)).toBeInstanceOf(Error);
    const foreign: unknown = runInNewContext('Object.assign(new TypeError("far"), { code: "E" })');
    const back = roundTrip(foreign) as TypeError & { code: string };
    expect(back).toBeInstanceOf(TypeError);
    expect([back.name, back.message, back.code]).toEqual(['TypeError', 'far', 'E']);
  });

  it('keeps a code that its class gives', () => {
    class Coded extends Error {
      get code(): string {
        return 'FROM_CLASS';
      }
    }
    const back = roundTrip(new Coded('x'));
    expect(back.code).toBe('FROM_CLASS');
    expect(Object.keys(back)).toEqual([]);
  });

  it('with field names that Postgres refuses keeps them', () => {
    const error = Object.assign(new Error('x\0'), { 'k\0': 1n });
    expect(roundTrip(error)).toStrictEqual(error);
    expect(codec.encode(error, 'the error').json).not.toContain('\\u0000');
  });

  it('that was thrown may be anything', () => {
    for (const thrown of ['x', 42, undefined, null, { code: 'E' }])
      expect(roundTrip(thrown)).toStrictEqual(thrown);
  });
});

describe('an error of a class', () => {
  const declined = new CardDeclined('no funds', 'DECLINED', 12n);

  it('that is registered comes back as an instance of it, without a call of its constructor', () => {
    const back = roundTrip(new PaymentError('late', 'LATE', 3n), knowing);
    expect(back).toBeInstanceOf(PaymentError);
    expect(back.describe()).toBe('LATE: 3');
    expect(back).toMatchObject({ name: 'PaymentError', message: 'late', code: 'LATE', amount: 3n });
  });

  it('that extends a registered one comes back as an instance of that, with its own name', () => {
    const back = roundTrip(declined, knowing);
    expect(Object.getPrototypeOf(back)).toBe(PaymentError.prototype);
    expect(back.name).toBe('CardDeclined');
    expect(back.describe()).toBe('DECLINED: 12');
  });

  it('that is not registered comes back as an Error with its name and fields', () => {
    const back = roundTrip<unknown>(declined) as Error;
    expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
    expect(back).toMatchObject({ name: 'CardDeclined', message: 'no funds', code: 'DECLINED', amount: 12n });
    expect(String(back)).toBe('CardDeclined: no funds');
  });

  it('that only the writer knew comes back as an Error', () => {
    const back = codec.decode(knowing.encode(declined, 'the error'));
    expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
    expect(back).toMatchObject({ name: 'CardDeclined', code: 'DECLINED' });
  });

  it("of Holdfast's own comes back as what it was", () => {
    const unrecordable = new HoldfastError('UNRECORDABLE_VALUE', 'x', {
      details: { path: '$' },
      cause: new Error('y'),
    });
    const back = roundTrip(unrecordable);
    expect(back).toBeInstanceOf(HoldfastError);
    expect(back).toStrictEqual(unrecordable);
    expect(isHoldfastError(back, 'UNRECORDABLE_VALUE')).toBe(true);

    const mismatch = new NonDeterminismError('r', 3, { kind: 'step', name: 'a' }, undefined);
    expect(roundTrip(mismatch)).toBeInstanceOf(NonDeterminismError);
    expect(roundTrip(mismatch).details).toEqual(mismatch.details);

    const final = roundTrip(new NonRetryableError('no'));
    expect(final).toBeInstanceOf(NonRetryableError);
    expect(isNonRetryable(final)).toBe(true);
  });
});

describe("Holdfast's own errors", () => {
  it('are stored under their names also where a bundler took those away', () => {
    const own = [HoldfastError, NonDeterminismError, NonRetryableError];
    const names = own.map((cls) => Object.getOwnPropertyDescriptor(cls, 'name')!);
    for (const cls of own) Object.defineProperty(cls, 'name', { value: '', configurable: true });
    try {
      const minified = createCodec(new ClassRegistry());
      expect(roundTrip(new HoldfastError('TIMED_OUT', 'late'), minified)).toBeInstanceOf(HoldfastError);
      expect(roundTrip(new NonRetryableError('no'), minified)).toBeInstanceOf(NonRetryableError);
      const stored = minified.encode(new NonRetryableError('no'), 'the error');
      expect(codec.decode(stored)).toBeInstanceOf(NonRetryableError);
    } finally {
      own.forEach((cls, i) => {
        Object.defineProperty(cls, 'name', names[i]!);
      });
    }
  });
});

describe('what an error holds that cannot be recorded', () => {
  it('becomes undefined, and the rest survives', () => {
    class Socket {
      peer = 'x';
    }
    const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET', socket: new Socket() });
    const error = Object.assign(new Error('request failed', { cause }), {
      retry: () => 1,
      request: new Socket(),
      response: {
        status: 503,
        headers: new Socket(),
        data: [Symbol('s'), 'busy'],
        [Symbol('kept by undici')]: 1,
      },
    });
    const get = (): never => {
      throw new Error('not now');
    };
    Object.defineProperty(error, 'broken', { get, enumerable: true });
    expect(roundTrip<unknown>(error)).toMatchObject({
      message: 'request failed',
      cause: { message: 'reset', code: 'ECONNRESET', socket: undefined },
      retry: undefined,
      request: undefined,
      response: { status: 503, headers: undefined, data: [undefined, 'busy'] },
      broken: undefined,
    });
  });

  it('is refused elsewhere in the same value', () => {
    const fn = (): void => undefined;
    expect(() => codec.encode({ error: Object.assign(new Error('x'), { fn }), fn }, 'the value')).toThrow(
      '$.fn is a function fn',
    );
  });
});
