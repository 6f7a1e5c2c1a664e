import { startEmbedded } from '@holdfast/postgres/internal';
import { createShopTables } from './tables.js';

/** Where the shop's data is. */
export interface ShopDatabase {
  readonly url: string;
  /** Ends this process's use of it, once its connections are closed. */
  release(): Promise<void>;
}

/** The database of DATABASE_URL, or else the project's embedded one in `.holdfast/`; with the shop's tables in it. */
export async function openShopDatabase(): Promise<ShopDatabase> {
  const { DATABASE_URL } = process.env;
  const database = DATABASE_URL ? { url: DATABASE_URL, release: async () => {} } : await startEmbedded();
  await createShopTables(database.url);
  return database;
}
