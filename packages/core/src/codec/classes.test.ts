import { describe, expect, it } from 'vitest';
import { ClassRegistry, createCodec, type Recipe } from './index.js';

class Order {
  constructor(
    readonly id: string,
    readonly placed: Date,
    public related: unknown = null,
  ) {}
  get label(): string {
    return `order ${this.id}`;
  }
  toJSON(): string {
    return 'never asked for';
  }
}

class Money {
  readonly #cents: bigint;
  constructor(cents: bigint) {
    this.#cents = cents;
  }
  get cents(): bigint {
    return this.#cents;
  }
}

const money: Recipe<Money> = {
  name: 'Money',
  is: (value) => value instanceof Money,
  encode: ({ cents }) => ({ cents }),
  decode: (recorded) => new Money((recorded as { cents: bigint }).cents),
};

function roundTrip<T>(value: T, classes: ClassRegistry): T {
  const codec = createCodec(classes);
  return codec.decode(codec.encode(value, 'the value')) as T;
}

describe('an instance of a registered class', () => {
  const classes = new ClassRegistry().register(Order);

  it('is stored as its fields, and comes back as an instance', () => {
    const order = new Order('a1', new Date(0));
    const encoded = createCodec(classes).encode({ order }, 'the value');
    expect(JSON.parse(encoded.json)).toEqual({
      order: { id: 'a1', placed: '1970-01-01T00:00:00.000Z', related: null },
    });
    expect(JSON.parse(encoded.extra!)).toEqual([
      [['order'], 'class', 'Order'],
      [['order', 'placed'], 'date'],
    ]);
    const back = roundTrip(order, classes);
    expect(back).toStrictEqual(order);
    expect(back.label).toBe('order a1');
  });

  it('may be part of a cycle', () => {
    const order = new Order('a1', new Date(0));
    order.related = [order];
    const back = roundTrip(order, classes);
    expect((back.related as unknown[])[0]).toBe(back);
  });

  it('gets its fields past the setters of its class', () => {
    class Guarded {
      declare readonly size: number;
      constructor() {
        Object.defineProperty(this, 'size', { value: 1, enumerable: true });
      }
      static {
        Object.defineProperty(Guarded.prototype, 'size', { set: () => expect.unreachable() });
      }
    }
    expect(roundTrip(new Guarded(), new ClassRegistry().register(Guarded)).size).toBe(1);
  });

  it('is of that very class: a subclass has to be registered too', () => {
    class Special extends Order {}
    const special = new Special('s', new Date(0));
    expect(() => roundTrip(special, classes)).toThrow('$ is an instance of class Special');
    const both = new ClassRegistry().register(Order).register(Special);
    expect(roundTrip(special, both)).toBeInstanceOf(Special);
  });

  it('has no symbols as keys', () => {
    const order = Object.assign(new Order('a1', new Date(0)), { [Symbol('k')]: 1 });
    expect(() => roundTrip(order, classes)).toThrow('$ is an object with the symbol key Symbol(k)');
    expect(roundTrip(new Error('x', { cause: order }), classes).cause).toStrictEqual(
      new Order('a1', new Date(0)),
    );
  });

  it('is an error to a process that does not know the class', () => {
    const encoded = createCodec(classes).encode([new Order('a1', new Date(0))], 'the value');
    expect(() => createCodec().decode(encoded)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', details: { class: 'Order' } }),
    );
  });
});

describe('the name of a registered class', () => {
  it('may be given, and is what is stored', () => {
    const classes = new ClassRegistry().register(Order, 'shop.Order');
    expect(createCodec(classes).encode(new Order('a', new Date(0)), 'the value').extra).toContain(
      '"shop.Order"',
    );
    expect(roundTrip(new Order('a', new Date(0)), classes)).toBeInstanceOf(Order);
  });

  it('that was used before can be kept for reading', () => {
    const old = createCodec(new ClassRegistry().register(Order, 'Purchase'));
    const encoded = old.encode(new Order('a', new Date(0)), 'the value');
    const renamed = createCodec(new ClassRegistry().register(Order, 'Order').register(Order, 'Purchase'));
    const back = renamed.decode(encoded);
    expect(back).toBeInstanceOf(Order);
    expect(renamed.encode(back, 'the value').extra).toContain('"Order"');
  });

  it('belongs to one class', () => {
    const other = { Order: class Order {} }.Order;
    const classes = new ClassRegistry().register(Order).register(Order);
    const taken = expect.objectContaining({ code: 'INVALID_NAME', details: { name: 'Order' } });
    expect(() => classes.register(other)).toThrow(taken);
    expect(() => classes.registerRecipe({ ...money, name: 'Order' })).toThrow(taken);
    expect(() => classes.register(Order, 'TypeError')).toThrow('registered as "TypeError"');
  });

  it('cannot be empty, or one that Postgres refuses', () => {
    const invalid = expect.objectContaining({ code: 'INVALID_NAME' });
    for (const name of ['', 'a\0', '\ud800']) {
      expect(() => new ClassRegistry().register(Order, name)).toThrow(invalid);
    }
    expect(() => new ClassRegistry().register(class {})).toThrow(invalid);
  });
});

describe('registering', () => {
  it('a class whose instances are more than their fields asks for a recipe', () => {
    class Tags extends Set<string> {}
    class Bytes extends Uint8Array {}
    for (const cls of [Tags, Bytes]) {
      expect(() => new ClassRegistry().register(cls)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });

  it('an error class that is none is refused', () => {
    // A program without types may pass anything.
    expect(() => new ClassRegistry().registerError(Order as never)).toThrow('does not extend Error');
  });

  it('an error class as a plain class works too', () => {
    class Failure extends Error {}
    expect(roundTrip(new Failure('x'), new ClassRegistry().register(Failure))).toBeInstanceOf(Failure);
  });

  it('concerns one registry only', () => {
    new ClassRegistry().register(Order);
    expect(() => roundTrip(new Order('a', new Date(0)), new ClassRegistry())).toThrow('class Order');
  });
});

describe('a recipe', () => {
  const classes = new ClassRegistry().registerRecipe(money);

  it('takes a value apart and puts it together again', () => {
    const encoded = createCodec(classes).encode({ paid: new Money(1250n) }, 'the value');
    expect(JSON.parse(encoded.json)).toEqual({ paid: { cents: '1250' } });
    expect(JSON.parse(encoded.extra!)).toEqual([[['paid'], 'recipe', 'Money', [[['cents'], 'bigint']]]]);
    expect(roundTrip({ paid: new Money(1250n) }, classes).paid.cents).toBe(1250n);
  });

  it('leaves no notes where it makes plain data', () => {
    const text: Recipe<Money> = {
      name: 'Money',
      is: money.is,
      encode: ({ cents }) => `${cents}`,
      decode: (recorded) => new Money(BigInt(recorded as string)),
    };
    const codec = createCodec(new ClassRegistry().registerRecipe(text));
    const encoded = codec.encode(new Money(5n), 'the value');
    expect(encoded).toEqual({ json: '"5"', extra: '[[[],"recipe","Money"]]' });
    expect((codec.decode(encoded) as Money).cents).toBe(5n);
  });

  it('keeps the identity of its values', () => {
    const shared = new Money(1n);
    const back = roundTrip([shared, { shared }] as const, classes);
    expect(back[1].shared).toBe(back[0]);
  });

  it('may extend a built-in class, and hold values of other recipes', () => {
    class Wallet extends Map<string, Money> {}
    const wallet: Recipe<Wallet> = {
      name: 'Wallet',
      is: (value) => value instanceof Wallet,
      encode: (value) => new Map(value),
      decode: (recorded) => new Wallet(recorded as Map<string, Money>),
    };
    const both = new ClassRegistry().registerRecipe(wallet).registerRecipe(money);
    const back = roundTrip(new Wallet([['eur', new Money(3n)]]), both);
    expect(back).toBeInstanceOf(Wallet);
    expect(back.get('eur')?.cents).toBe(3n);
  });

  it('is not asked about plain data, built-in classes and registered ones', () => {
    const asked: unknown[] = [];
    const curious = { ...money, name: 'curious', is: (value: unknown) => asked.push(value) === 0 };
    roundTrip(
      [{}, [], new Date(0), new Order('a', new Date(0))],
      new ClassRegistry().register(Order).registerRecipe(curious),
    );
    expect(asked).toEqual([]);
  });

  it('that fails to encode is named with the path', () => {
    const cause = new Error('no rate');
    const broken: Recipe<Money> = {
      ...money,
      encode: () => {
        throw cause;
      },
    };
    expect(() => roundTrip({ a: new Money(1n) }, new ClassRegistry().registerRecipe(broken))).toThrow(
      expect.objectContaining({
        code: 'UNRECORDABLE_VALUE',
        message: 'Cannot record the value: $.a is a value on which the recipe "Money" fails. See the cause.',
        cause,
      }),
    );
  });

  it('that fails to decode is named', () => {
    const codec = createCodec(classes);
    const encoded = { json: '{"cents":"1"}', extra: '[[[],"recipe","Money",7]]' };
    expect(() => codec.decode(encoded)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
    expect(() => codec.decode({ json: 'null', extra: '[[[],"recipe","Money"]]' })).toThrow(
      'the recipe "Money" fails',
    );
    expect(() => createCodec().decode(encoded)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('cannot lead back to the value it takes apart', () => {
    class Knot {
      self = this;
    }
    const knot: Recipe<Knot> = {
      name: 'Knot',
      is: (value) => value instanceof Knot,
      encode: (value) => ({ inner: [value.self] }),
      decode: () => new Knot(),
    };
    expect(() => roundTrip({ knot: new Knot() }, new ClassRegistry().registerRecipe(knot))).toThrow(
      '$.knot.inner[0] is an object that holds itself by way of a recipe',
    );
  });

  it('that makes values without end is stopped', () => {
    class Endless {}
    const endless: Recipe<Endless> = {
      name: 'Endless',
      is: (value) => value instanceof Endless,
      encode: () => [new Endless()],
      decode: () => new Endless(),
    };
    expect(() => roundTrip(new Endless(), new ClassRegistry().registerRecipe(endless))).toThrow(
      'levels deep',
    );
  });
});
