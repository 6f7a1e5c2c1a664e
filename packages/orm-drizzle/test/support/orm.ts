import type { Orm, OrmPlace } from '@holdfast/conformance';
import { DrizzleQueryError, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { drizzleAdapter } from '../../src/drizzle-adapter.js';
import { drizzleSteps } from '../../src/index.js';

export const items = pgTable('item', { id: serial().primaryKey(), name: text().notNull() });
export const accounts = pgTable('account', {
  name: text().primaryKey(),
  balance: integer().notNull().default(0),
});

/** Drizzle on node-postgres, as the suites use it. */
export function makeOrm({ url, registry, poolSize }: OrmPlace) {
  const pool = new pg.Pool({ connectionString: url, max: poolSize });
  // What breaks while nobody uses it is replaced by the pool.
  pool.on('error', () => undefined);
  const db = drizzle(pool);
  return {
    steps: drizzleSteps(db, { registry }),
    adapter: drizzleAdapter(db),
    errorClass: DrizzleQueryError,
    insertItem: (tx, name) => tx.insert(items).values({ name }),
    openAccount: (tx, name) => tx.insert(accounts).values({ name }),
    deposit: (tx, name, amount) =>
      tx
        .update(accounts)
        .set({ balance: sql`${accounts.balance} + ${amount}` })
        .where(eq(accounts.name, name)),
    async balance(tx, name) {
      const [account] = await tx.select().from(accounts).where(eq(accounts.name, name));
      return account?.balance ?? 0;
    },
    transaction: (work) => db.transaction(work),
    noTransaction: db,
    close: () => pool.end(),
  } satisfies Orm<Parameters<Parameters<typeof db.transaction>[0]>[0]>;
}
