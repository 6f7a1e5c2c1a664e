import { migrate } from '@holdfast/postgres';
import {
  createTestDatabase,
  startTemporaryCluster,
  type TemporaryCluster,
  type TestDatabase,
} from '@holdfast/postgres/internal';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Books } from '../src/gateway/books.js';
import { NOWHERE } from '../src/order.js';
import { holds, prove, type Sale } from '../src/proof.js';
import { createShopTables } from '../src/tables.js';

const kept = { id: 'kept', sku: 'lamp', quantity: 2, shipTo: 'Lisbon' };
const returned = { id: 'returned', sku: 'lamp', quantity: 1, shipTo: NOWHERE };

let cluster: TemporaryCluster;
let database: TestDatabase;
let db: pg.Client;
let sale: Sale & { readonly books: Books };

beforeAll(async () => {
  cluster = await startTemporaryCluster();
});
afterAll(() => cluster.remove());

beforeEach(async () => {
  database = await createTestDatabase(cluster.url);
  await migrate(database.url);
  await createShopTables(database.url);
  db = new pg.Client({ connectionString: database.url });
  await db.connect();
  sale = await goodSale();
});
afterEach(async () => {
  await db.end();
  await database.drop();
});

describe('the proof', () => {
  test('holds for a sale in which all is as it should be', async () => {
    expect(await disproved()).toEqual([]);
  });

  test.each([
    [
      'an order is there twice',
      'insert into shop.orders (id, sku, quantity, status) select id, sku, quantity, status from shop.orders limit 1',
      'orders with exactly one row in shop.orders',
    ],
    [
      'an order is missing',
      `delete from shop.orders where id = 'kept'`,
      'orders with exactly one row in shop.orders',
    ],
    [
      'a payment is there twice',
      `insert into shop.payments (order_id, amount, charge_id) select order_id, amount, charge_id from shop.payments where order_id = 'kept'`,
      'orders with exactly one row in shop.payments',
    ],
    [
      'a payment is missing',
      `delete from shop.payments where order_id = 'kept'`,
      'orders with exactly one row in shop.payments',
    ],
    [
      'a payment names another charge',
      `update shop.payments set charge_id = 'another'`,
      'cards that the gateway charged exactly once',
    ],
    [
      'a refund is not recorded',
      'update shop.payments set refund_id = null',
      'orders refunded, each exactly once',
    ],
    [
      'stock was taken twice',
      'update shop.stock set available = available - 1',
      'lamp left in shop.stock, of 1000 at first',
    ],
    [
      'a checkout has not ended',
      `update holdfast.runs set state = 'waiting', completed_at = null where id = 'kept'`,
      'checkouts that ran to their end',
    ],
  ])('fails when %s', async (_, sql, claim) => {
    await db.query(sql);
    expect(await disproved()).toContain(claim);
  });

  test('fails when a card was charged twice, under two keys', async () => {
    sale.books.charge('another key', kept.id, 9800);
    expect(await disproved()).toEqual(['cards that the gateway charged exactly once']);
  });

  test('fails when a card was refunded twice, under two keys', async () => {
    const charge = sale.books.entries.find(({ order }) => order === returned.id)!;
    sale.books.refund('another key', charge.done.id);
    expect(await disproved()).toEqual(['cards that the gateway refunded exactly once']);
  });
});

async function disproved(): Promise<string[]> {
  return (await prove(db, sale)).filter((claim) => !holds(claim)).map(({ what }) => what);
}

/** What a shop leaves that has sold two orders, one of which came back. */
async function goodSale(): Promise<Sale & { readonly books: Books }> {
  const books = new Books();
  for (const { id, sku, quantity } of [kept, returned]) {
    const charge = books.charge(`${id}:1`, id, quantity * 4900);
    await db.query(`insert into shop.orders (id, sku, quantity, status) values ($1, $2, $3, 'paid')`, [
      id,
      sku,
      quantity,
    ]);
    await db.query('insert into shop.payments (order_id, amount, charge_id) values ($1, $2, $3)', [
      id,
      charge.amount,
      charge.id,
    ]);
    await db.query(
      `insert into holdfast.runs (id, key, workflow, version, state, epoch, input, output, created_at, completed_at)
       values ($1, gen_random_uuid(), 'checkout', '1', 'succeeded', 1, '[]', '{}', now(), now())`,
      [id],
    );
    // A call sent twice under one key does nothing the second time.
    books.charge(`${id}:1`, id, quantity * 4900);
  }
  const refund = books.refund('returned:5', books.charge('returned:1', returned.id, 4900).id)!;
  await db.query(`update shop.orders set status = 'refunded' where id = 'returned'`);
  await db.query(`update shop.payments set refund_id = $1 where order_id = 'returned'`, [refund.id]);
  await db.query(`update shop.stock set available = available - 2 where sku = 'lamp'`);
  return { orders: [kept, returned], stock: new Map([['lamp', 1000]]), books };
}
