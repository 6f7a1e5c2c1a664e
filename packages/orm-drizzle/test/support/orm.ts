import type { Orm, OrmPlace } from '@holdfast/conformance';
import { DrizzleQueryError, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, type PgDatabase, type PgQueryResultHKT, pgTable, serial, text } from 'drizzle-orm/pg-core';
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgresJs from 'postgres';
import { drizzleAdapter } from '../../src/drizzle-adapter.js';
import { drizzleSteps } from '../../src/index.js';

export const items = pgTable('item', { id: serial().primaryKey(), name: text().notNull() });
export const accounts = pgTable('account', {
  name: text().primaryKey(),
  balance: integer().notNull().default(0),
});

/** Drizzle on node-postgres, as the suites use it. */
export function makeOrm(place: OrmPlace) {
  const pool = new pg.Pool({ connectionString: place.url, max: place.poolSize });
  // What breaks while nobody uses it is replaced by the pool.
  pool.on('error', () => undefined);
  return ormOn(drizzle(pool), place, () => pool.end());
}

/** Drizzle on postgres.js, as the suites use it. */
export function makePostgresJsOrm(place: OrmPlace) {
  const client = postgresJs(place.url, { max: place.poolSize, onnotice: () => undefined });
  return ormOn(drizzleOnPostgresJs(client), place, () => client.end());
}

function ormOn<Result extends PgQueryResultHKT>(
  db: PgDatabase<Result>,
  { registry }: OrmPlace,
  close: () => Promise<void>,
) {
  type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];
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
    close,
  } satisfies Orm<Tx>;
}
