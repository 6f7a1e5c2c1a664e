import { readFile } from 'node:fs/promises';
import pg from 'pg';

const SQL = new URL('../sql/shop.sql', import.meta.url);

/** Makes the tables of the shop, where they are not there yet. */
export async function createShopTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Not again where they are in use: that would get in the way of open transactions.
    const { rows } = await client.query<{ made: boolean }>(
      `select to_regclass('shop.stock') is not null as made`,
    );
    if (!rows[0]?.made) await client.query(await readFile(SQL, 'utf8'));
  } finally {
    await client.end();
  }
}
