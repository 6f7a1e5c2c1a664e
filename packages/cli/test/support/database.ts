import { createTestDatabase } from '@holdfast/postgres/internal';
import { afterAll, beforeAll, inject } from 'vitest';
import { launchShop, type Shop } from './shop.js';

/** A database of a test file's own, with an app on it. Known once its tests begin. */
export interface ShopHome {
  url: string;
  shop: Shop;
}

/** Makes one, and removes it after the file's tests. */
export function shopHome(): ShopHome {
  const home = {} as ShopHome & { drop(): Promise<void> };
  beforeAll(async () => {
    Object.assign(home, await createTestDatabase(inject('serverUrl')));
    home.shop = await launchShop(home.url);
  });
  afterAll(async () => {
    await home.shop.kill();
    await home.drop();
  });
  return home;
}

/** An empty database for one test. */
export async function emptyDatabase(finished: (work: () => Promise<void>) => void): Promise<string> {
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  finished(drop);
  return url;
}
