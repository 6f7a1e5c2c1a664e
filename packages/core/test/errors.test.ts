import { describe, expect, test } from 'vitest';
import { HoldfastError, isHoldfastError, step } from '../src/index.js';
import { bench } from './support/bench.js';
import { errorOf } from './support/signals.js';

class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
  readonly code = 'CARD_DECLINED';
  constructor(
    readonly card: string,
    options?: ErrorOptions,
  ) {
    super(`card ${card} was declined`, options);
  }
}

class Money {
  constructor(readonly cents: number) {}
  get euros(): number {
    return this.cents / 100;
  }
}

function declined(): never {
  throw new CardDeclined('4000', { cause: new Error('no funds') });
}

describe('an error thrown in a workflow', () => {
  test('reaches the caller with its message, code, fields and cause', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', async () => declined());
    await launch();
    const error = await errorOf(fails());
    expect(error).toMatchObject({
      message: 'card 4000 was declined',
      name: 'CardDeclined',
      code: 'CARD_DECLINED',
      card: '4000',
      cause: { message: 'no funds' },
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.stack).toContain('declined');
  });

  test('is in the row of the run, for whoever asks later', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', async () => declined());
    const first = await launch();
    await errorOf((await first.start(fails, [], { id: 'the-run' })).result());
    const second = await launch();
    expect(await errorOf(second.handle('the-run').result())).toMatchObject({ code: 'CARD_DECLINED' });
    expect(await second.runs.get('the-run')).toMatchObject({
      state: 'failed',
      output: undefined,
      error: { code: 'CARD_DECLINED', cause: { message: 'no funds' } },
    });
  });

  test('before its first await, and by a function that is not async, is the same', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', (): Promise<never> => declined());
    await launch();
    expect(await errorOf(fails())).toMatchObject({ code: 'CARD_DECLINED' });
  });

  test.each([
    ['a string', 'just text'],
    ['a plain object', { code: 'ODD', at: new Date(3) }],
    ['undefined', undefined],
    ['null', null],
  ])('may be %s', async (_, thrown) => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', async () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw thrown;
    });
    const app = await launch();
    const handle = await app.start(fails, []);
    await expect(handle.result()).rejects.toEqual(thrown);
    expect(await handle.status()).toBe('failed');
  });

  test('with fields that cannot be recorded keeps the others', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', async () => {
      throw Object.assign(new CardDeclined('4000'), { socket: { onClose: () => {} }, retries: 3 });
    });
    await launch();
    expect(await errorOf(fails())).toMatchObject({ code: 'CARD_DECLINED', card: '4000', retries: 3 });
  });
});

describe('an error thrown in a step', () => {
  test('reaches the workflow and, if it does not catch it, the caller', async () => {
    const { workflow, launch } = await bench();
    const seen: unknown[] = [];
    const fails = workflow('fails', async () => {
      try {
        await step.run('charge', declined);
      } catch (error) {
        seen.push(error);
        throw error;
      }
    });
    const app = await launch();
    const handle = await app.start(fails, []);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'CARD_DECLINED', card: '4000' });
    expect(seen).toEqual([
      expect.objectContaining({ code: 'CARD_DECLINED', message: 'card 4000 was declined' }),
    ]);
    const [charge] = await app.runs.steps(handle.id);
    expect(charge).toMatchObject({ name: 'charge', ordinal: 1, error: { code: 'CARD_DECLINED' } });
  });

  test('may be caught by the workflow, which goes on', async () => {
    const { workflow, launch } = await bench();
    const copes = workflow('copes', async () => {
      const reason = await step.run('charge', declined).catch((error: CardDeclined) => error.code);
      return step.run('tell', () => `told: ${reason}`);
    });
    await launch();
    expect(await copes()).toBe('told: CARD_DECLINED');
  });

  test("of Holdfast's own comes back as what it is", async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', async () =>
      step.run('bad', () => {
        throw new HoldfastError('INVALID_OPTION', 'bad option', { details: { option: 'x' } });
      }),
    );
    await launch();
    const error = await errorOf(fails());
    expect(error).toBeInstanceOf(HoldfastError);
    expect(isHoldfastError(error, 'INVALID_OPTION')).toBe(true);
    expect(error['details']).toEqual({ option: 'x' });
  });

  test('of a built-in class keeps its class', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', () => step.run('bad', () => Promise.reject(new RangeError('too far'))));
    await launch();
    expect(await errorOf(fails())).toBeInstanceOf(RangeError);
  });

  test('with several causes keeps them all', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', () =>
      step.run('bad', () => Promise.any([Promise.reject(new Error('a')), Promise.reject(new Error('b'))])),
    );
    await launch();
    const error = await errorOf(fails());
    expect(error).toBeInstanceOf(AggregateError);
    expect(error['errors']).toMatchObject([{ message: 'a' }, { message: 'b' }]);
  });
});

describe('classes listed with the app', () => {
  test('come back as what they are: errors, in the workflow, for the caller and from the row', async () => {
    const { workflow, launch } = await bench();
    const inWorkflow: unknown[] = [];
    const fails = workflow('fails', () =>
      step.run('charge', declined).catch((error: unknown) => {
        inWorkflow.push(error);
        throw error;
      }),
    );
    const app = await launch({ classes: [CardDeclined] });
    const handle = await app.start(fails, []);
    const error = await errorOf(handle.result());
    expect(error).toBeInstanceOf(CardDeclined);
    expect(inWorkflow[0]).toBeInstanceOf(CardDeclined);
    expect((await app.runs.get(handle.id)).error).toBeInstanceOf(CardDeclined);
  });

  test('without being listed, errors are plain ones with the same name and code', async () => {
    const { workflow, launch } = await bench();
    const fails = workflow('fails', () => step.run('charge', declined));
    await launch();
    const error = await errorOf(fails());
    expect(error).not.toBeInstanceOf(CardDeclined);
    expect(error).toMatchObject({ name: 'CardDeclined', code: 'CARD_DECLINED' });
  });

  test('come back as what they are: values, as arguments and results', async () => {
    const { workflow, launch } = await bench();
    const double = workflow('double', async (money: Money) => {
      const twice = await step.run('double', () => new Money(money.cents * 2));
      return [money.euros, twice];
    });
    await launch({ classes: [Money] });
    expect(await double(new Money(150))).toEqual([1.5, new Money(300)]);
  });

  test('may be recipes for values that are more than their fields', async () => {
    class Secret {
      readonly #text: string;
      constructor(text: string) {
        this.#text = text;
      }
      reveal(): string {
        return this.#text;
      }
    }
    const recipe = {
      name: 'secret',
      is: (value: unknown) => value instanceof Secret,
      encode: (value: unknown) => (value as Secret).reveal(),
      decode: (text: unknown) => new Secret(text as string),
    };
    const { workflow, launch } = await bench();
    const tell = workflow('tell', async (secret: Secret) => (await step.run('keep', () => secret)).reveal());
    await launch({ classes: [recipe] });
    expect(await tell(new Secret('hush'))).toBe('hush');
  });

  test('of one name twice are refused when the app is made', async () => {
    const { app } = await bench();
    const another = { Money: class Money {} };
    expect(() => app({ classes: [Money, another.Money] })).toThrow(
      expect.objectContaining({ code: 'INVALID_NAME' }),
    );
  });
});
