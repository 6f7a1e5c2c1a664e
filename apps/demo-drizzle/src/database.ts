import { openShopDatabase } from '@holdfast/demo-story';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigserial, integer, pgSchema, text } from 'drizzle-orm/pg-core';
import pg from 'pg';

const shop = pgSchema('shop');

export const stock = shop.table('stock', {
  sku: text().primaryKey(),
  price: integer().notNull(),
  available: integer().notNull(),
});

export const orders = shop.table('orders', {
  row: bigserial({ mode: 'number' }).primaryKey(),
  id: text().notNull(),
  sku: text().notNull(),
  quantity: integer().notNull(),
  status: text({ enum: ['paid', 'refunded'] }).notNull(),
});

export const payments = shop.table('payments', {
  row: bigserial({ mode: 'number' }).primaryKey(),
  orderId: text('order_id').notNull(),
  amount: integer().notNull(),
  chargeId: text('charge_id').notNull(),
  refundId: text('refund_id'),
});

const database = await openShopDatabase();
const pool = new pg.Pool({ connectionString: database.url });
// The pool replaces a connection that breaks while nobody uses it, but insists on telling somebody.
pool.on('error', (error) => console.warn(`A connection broke: ${error.message}`));

export const { url } = database;
export const db = drizzle(pool);

export async function closeDatabase(): Promise<void> {
  await pool.end();
  await database.release();
}
