import type { PGlite } from '@electric-sql/pglite';
import type { TransactionalStepMaker } from '@holdfast/core/adapter';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { drizzle as drizzleOnPGlite } from 'drizzle-orm/pglite';
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgresJs from 'postgres';
import { describe, expectTypeOf, test } from 'vitest';
import { drizzleSteps } from '../src/index.js';

const orders = pgTable('orders', { id: text().primaryKey(), note: text() });

// Nothing here connects.
const onPg = drizzle(new pg.Pool(), { schema: { orders } });
const onPostgresJs = drizzleOnPostgresJs(postgresJs({ max: 1 }));
type OnPGlite = ReturnType<typeof drizzleOnPGlite<Record<string, never>, PGlite>>;

/** What a database gives to the callbacks of its transactions. */
type TxOf<Db> = Db extends { transaction: (work: (tx: infer Tx) => Promise<unknown>) => unknown }
  ? Tx
  : never;

describe('types', () => {
  test("a step's handle has the type of the database's own transactions, on each driver", () => {
    expectTypeOf(drizzleSteps(onPg).current).returns.toEqualTypeOf<TxOf<typeof onPg>>();
    expectTypeOf(drizzleSteps(onPostgresJs).current).returns.toEqualTypeOf<TxOf<typeof onPostgresJs>>();
    expectTypeOf(drizzleSteps<TxOf<OnPGlite>>).toBeCallableWith({} as OnPGlite);
    expectTypeOf<TxOf<OnPGlite>>().not.toBeAny();
  });

  test('arguments and results are inferred, without a word from the user', () => {
    const tx = drizzleSteps(onPg);
    const record = tx('record', async (t, id: string, note?: string) => {
      expectTypeOf(t.query.orders.findFirst).toBeFunction();
      const [order] = await t
        .insert(orders)
        .values({ id, note: note ?? null })
        .returning();
      return order!;
    });
    expectTypeOf(record).toEqualTypeOf<
      (id: string, note?: string) => Promise<{ id: string; note: string | null }>
    >();
    expectTypeOf(tx).toEqualTypeOf<TransactionalStepMaker<TxOf<typeof onPg>>>();
  });
});
