import { openShopDatabase } from '@holdfast/demo-story';
import createKnex from 'knex';

export interface StockRow {
  sku: string;
  price: number;
  available: number;
}

export interface OrderRow {
  id: string;
  sku: string;
  quantity: number;
  status: 'paid' | 'refunded';
}

export interface PaymentRow {
  order_id: string;
  amount: number;
  charge_id: string;
  refund_id: string | null;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    'shop.stock': StockRow;
    'shop.orders': OrderRow;
    'shop.payments': PaymentRow;
  }
}

const database = await openShopDatabase();

export const { url } = database;
export const knex = createKnex({ client: 'pg', connection: url, pool: { min: 0, max: 10 } });

export async function closeDatabase(): Promise<void> {
  await knex.destroy();
  await database.release();
}
