import { currentRun, isHoldfastError } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { gate } from './gate.js';

/** Values that JSON alone would lose, spoil or refuse. */
function values(): Readonly<Record<string, unknown>> {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  return {
    undefined: undefined,
    null: null,
    text: 'naïve "quotes", \\ back\\slashes, $1, ?, ?? and :names, \u2028 and 🐎',
    'a text like a date': '2020-02-30T00:00:00Z',
    'a text like JSON': '{"a":1}',
    numbers: [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53],
    bigint: 2n ** 70n,
    boolean: false,
    date: new Date('2024-02-29T12:34:56.789Z'),
    map: new Map<unknown, unknown>([
      ['a', new Set([1, 2])],
      [new Date(0), /x/gi],
    ]),
    url: new URL('https://example.com/a?b=c#d'),
    bytes: new Uint8Array([0, 255, 128]),
    nested: { list: [{ deep: { when: new Date(1), nothing: undefined } }] },
    cycle,
    long: 'x'.repeat(200_000),
  };
}

export const outcomes: Subject<Bench> = {
  name: 'outcomes',
  define(test) {
    for (const what of Object.keys(values())) {
      test(`a result comes back as it was, from the step and from the journal: ${what}`, async (bench) => {
        const value = values()[what];
        const give = bench.orm.steps('give', () => value);
        let seen: unknown;
        const { id, app, handle } = await bench.begin(async () => {
          seen = await give();
          return seen;
        });
        expect(await handle.result()).toStrictEqual(value);
        expect(seen).toStrictEqual(value);
        expect((await app.runs.steps(id))[0]?.output).toStrictEqual(value);
      });
    }

    test('what the library answers a write with will do as a result', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', (tx) => orm.insertItem(tx, name));
      const { id, app, handle } = await bench.begin(record);
      const result = await handle.result();
      expect((await app.runs.steps(id))[0]?.output).toStrictEqual(result);
      // Alike outside a run, but for the id.
      expect(Object.keys((await record()) as object)).toEqual(Object.keys(result as object));
      expect(await home.items(name)).toBe(2);
    });

    test('a result that cannot be recorded is the error of the step, and its rows are gone', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx) => {
        await orm.insertItem(tx, name);
        return () => 'a function';
      });
      const { handle } = await bench.begin(async () => void (await record()));
      await expect(handle.result()).rejects.toMatchObject({ code: 'UNRECORDABLE_VALUE' });
      expect(await home.items(name)).toBe(0);
    });

    test('what the step throws is its outcome, recorded with its class, code and fields', async (bench) => {
      class OutOfStock extends Error {
        override readonly name = 'OutOfStock';
        readonly code = 'OUT_OF_STOCK';
        readonly left = new Map([['nails', 3]]);
      }
      const record = bench.orm.steps('record', () => {
        throw new OutOfStock('nails');
      });
      let caught: unknown;
      const { id, app, handle } = await bench.begin(
        async () => {
          caught = await record().catch((error: unknown) => error);
        },
        { classes: [OutOfStock] },
      );
      await handle.result();
      for (const error of [caught, (await app.runs.steps(id))[0]?.error]) {
        expect(error).toBeInstanceOf(OutOfStock);
        expect(error).toMatchObject({
          message: 'nails',
          code: 'OUT_OF_STOCK',
          left: new Map([['nails', 3]]),
        });
      }
    });

    test("a failure of the library's is an error of its class, with the SQLSTATE in its place", async (bench) => {
      const { orm } = bench;
      const name = bench.name('account');
      const open = orm.steps('open', async (tx) => void (await orm.openAccount(tx, name)));
      let caught: unknown;
      const { id, app, handle } = await bench.begin(
        async () => {
          await open();
          caught = await open().catch((error: unknown) => error);
        },
        { classes: [orm.errorClass] },
      );
      await handle.result();
      for (const error of [caught, (await app.runs.steps(id))[1]?.error]) {
        expect(error).toBeInstanceOf(orm.errorClass);
        expect(orm.adapter.sqlState(error)).toBe('23505');
      }
    });

    test('a unique violation is tried once: it is the error of the step, and no conflict', async (bench) => {
      const { orm } = bench;
      const name = bench.name('account');
      let bodies = 0;
      const open = orm.steps('open', async (tx) => {
        bodies += 1;
        await orm.openAccount(tx, name);
      });
      await bench.run(async () => {
        await open();
        await open().catch(() => undefined);
      });
      expect(bodies).toBe(2);
    });

    test('attempts that fail are rolled back and counted until one succeeds', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const attempts: (number | undefined)[] = [];
      const record = orm.steps(
        'record',
        async (tx) => {
          const attempt = currentRun()?.step?.attempt;
          attempts.push(attempt);
          await orm.insertItem(tx, name);
          if (attempt !== 3) throw new Error('not yet');
          return attempt;
        },
        { retry: { attempts: 5, initial: 1, jitter: false } },
      );
      const { id, app, handle } = await bench.begin(record);
      expect(await handle.result()).toBe(3);
      expect([attempts, await home.items(name)]).toEqual([[1, 2, 3], 1]);
      expect(await app.runs.steps(id)).toMatchObject([{ attempt: 3, output: 3, error: undefined }]);
    });

    test('when no attempt is left, the last error is the cause of the outcome', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps(
        'record',
        async (tx) => {
          await orm.insertItem(tx, name);
          throw new Error(`attempt ${currentRun()?.step?.attempt}`);
        },
        { retry: { attempts: 2, initial: 1, jitter: false } },
      );
      const { handle } = await bench.begin(record);
      const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
      expect(isHoldfastError(error, 'RETRIES_EXHAUSTED')).toBe(true);
      expect(error).toMatchObject({ cause: { message: 'attempt 2' } });
      expect(await home.items(name)).toBe(0);
    });

    test('a step that exceeds its timeout is rolled back, and what it does later leaves no trace', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const late = gate();
      const tried = gate();
      const record = orm.steps(
        'record',
        async (tx) => {
          await orm.insertItem(tx, name);
          await late.passed;
          try {
            await orm.insertItem(tx, name);
          } finally {
            tried.open();
          }
        },
        { timeout: '100ms' },
      );
      const { handle } = await bench.begin(() =>
        record().catch((error: unknown) => (error as Error).message),
      );
      expect(await handle.result()).toMatch(/100/);
      late.open();
      await tried.passed;
      expect(await home.items(name)).toBe(0);
    });
  },
};
