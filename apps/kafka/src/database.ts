import { startEmbedded } from '@holdfast/orm-knex';
import createKnex, { type Knex } from 'knex';
import type { Names } from './names.js';

/** Where the shop's data is. */
export interface ShopDatabase {
  readonly url: string;
  readonly knex: Knex;
  close(): Promise<void>;
}

/** The database of DATABASE_URL, or else the project's embedded one in `.holdfast/`, with the shop's tables in it. */
export async function openDatabase({ shop, tables }: Names): Promise<ShopDatabase> {
  const { DATABASE_URL } = process.env;
  const database = DATABASE_URL ? { url: DATABASE_URL, release: async () => {} } : await startEmbedded();
  const knex = createKnex({ client: 'pg', connection: database.url, pool: { min: 0, max: 10 } });
  // None has a key: what happened twice is there twice.
  const made = 'create table if not exists';
  await knex.transaction(async (t) => {
    // Several workers may open at once.
    await t.raw('select pg_advisory_xact_lock(hashtext(?))', [shop]);
    await t.raw('create schema if not exists ??', [shop]);
    await t.raw(`${made} ?? (id text not null, item text not null, quantity int not null)`, [tables.orders]);
    await t.raw(`${made} ?? (order_id text not null)`, [tables.packed]);
    await t.raw(`${made} ?? (order_id text not null)`, [tables.letters]);
  });
  return {
    url: database.url,
    knex,
    async close() {
      await knex.destroy();
      await database.release();
    },
  };
}
