import type pg from 'pg';
import type { Books } from './gateway/books.js';
import { isDoomed, type Order } from './order.js';

/** What was sold, as the customers and the gateway remember it: Postgres must agree. */
export interface Sale {
  readonly orders: readonly Order[];
  /** What was in stock before, by sku. */
  readonly stock: ReadonlyMap<string, number>;
  readonly books: Books;
}

/** Something that must be so, as a number that must be found. */
export interface Claim {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

/** Looks at the tables, with plain SQL, for anything missing, left over or there twice. */
export async function prove(db: pg.Client, sale: Sale): Promise<readonly Claim[]> {
  const ids = sale.orders.map(({ id }) => id);
  const count = async (sql: string): Promise<number> => {
    const { rows } = await db.query<{ found: number }>(sql, [ids]);
    return rows[0]!.found;
  };
  const refunded = sale.orders.filter(isDoomed).length;
  return [
    { what: 'checkouts that ran to their end', expected: ids.length, found: await count(ENDED) },
    {
      what: 'orders with exactly one row in shop.orders',
      expected: ids.length,
      found: await count(ORDERED_ONCE),
    },
    {
      what: 'orders with exactly one row in shop.payments',
      expected: ids.length,
      found: await count(PAID_ONCE),
    },
    { what: 'orders refunded, each exactly once', expected: refunded, found: await count(REFUNDED_ONCE) },
    ...(await stockClaims(db, sale)),
    ...(await gatewayClaims(db, sale)),
  ];
}

export function holds({ expected, found }: Claim): boolean {
  return expected === found;
}

const ENDED = `
  select count(*)::int as found from holdfast.runs where id = any($1) and state = 'succeeded'`;

const ORDERED_ONCE = `
  select count(*)::int as found
  from (select id from shop.orders where id = any($1) group by id having count(*) = 1) as once`;

const PAID_ONCE = `
  select count(*)::int as found
  from (select order_id from shop.payments where order_id = any($1) group by order_id having count(*) = 1) as once`;

const REFUNDED_ONCE = `
  select count(*)::int as found
  from shop.orders o join shop.payments p on p.order_id = o.id
  where o.id = any($1) and o.status = 'refunded' and p.refund_id is not null`;

async function stockClaims(db: pg.Client, { orders, stock }: Sale): Promise<Claim[]> {
  const skus = [...stock.keys()];
  const { rows } = await db.query<{ sku: string; available: number }>(
    'select sku, available from shop.stock where sku = any($1)',
    [skus],
  );
  return skus.map((sku) => {
    const sold = orders.filter((order) => order.sku === sku && !isDoomed(order));
    const expected = sold.reduce((left, { quantity }) => left - quantity, stock.get(sku)!);
    const found = rows.find((row) => row.sku === sku)?.available ?? Number.NaN;
    return { what: `${sku} left in shop.stock, of ${stock.get(sku)} at first`, expected, found };
  });
}

/** Compares the gateway's books with the payments: by order, not by idempotency key, or no mistake with keys would show. */
async function gatewayClaims(db: pg.Client, { orders, books }: Sale): Promise<Claim[]> {
  const { rows } = await db.query<{ id: string; charge: string; refund: string | null }>(
    'select order_id as id, charge_id as charge, refund_id as refund from shop.payments where order_id = any($1)',
    [orders.map(({ id }) => id)],
  );
  const isOnce = (kind: 'charge' | 'refund', id: string): boolean => {
    const [entry, another] = books.entries.filter((one) => one.kind === kind && one.order === id);
    const row = rows.find((one) => one.id === id);
    return entry !== undefined && another === undefined && entry.done.id === row?.[kind];
  };
  const doomed = orders.filter(isDoomed);
  const charged = orders.filter(({ id }) => isOnce('charge', id)).length;
  const refunded = orders.filter(({ id }) => isOnce('refund', id)).length;
  return [
    { what: 'cards that the gateway charged exactly once', expected: orders.length, found: charged },
    { what: 'cards that the gateway refunded exactly once', expected: doomed.length, found: refunded },
  ];
}
