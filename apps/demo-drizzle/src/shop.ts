import { setTimeout as delay } from 'node:timers/promises';
import { currentRun, NonRetryableError, sleep, step, workflow } from '@holdfast/core';
import { type Charge, paymentGateway, type Refund } from '@holdfast/demo-story';
import { drizzleSteps } from '@holdfast/orm-drizzle';
import { and, eq, gte, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, orders, payments, stock } from './database.js';

export const Order = z.object({
  id: z.string().min(1),
  sku: z.string(),
  quantity: z.int().positive(),
  shipTo: z.string(),
});
export type Order = z.infer<typeof Order>;

export type Receipt =
  | { status: 'shipped'; parcel: string; charge: string }
  | { status: 'refunded'; reason: string; refund: string | undefined };

const gateway = paymentGateway(process.env.GATEWAY_URL);
const tx = drizzleSteps(db);

export const checkout = workflow('checkout', { input: Order }, async (order): Promise<Receipt> => {
  const amount = await reserveStock(order);
  let charge: Charge | undefined;
  try {
    charge = await chargeCard(order, amount);
    await recordOrder(order, charge);
    await sleep('300ms'); // The warehouse packs.
    const parcel = await ship(order);
    return { status: 'shipped', parcel, charge: charge.id };
  } catch (error) {
    // Something failed for good. What was done is undone, by steps that survive a crash like all others.
    const refund = charge && (await refundCard(charge));
    await undoOrder(order, refund);
    return { status: 'refunded', reason: (error as Error).message, refund: refund?.id };
  }
});

const reserveStock = tx('reserve stock', async (t, { sku, quantity }: Order) => {
  const [item] = await t
    .update(stock)
    .set({ available: sql`${stock.available} - ${quantity}` })
    .where(and(eq(stock.sku, sku), gte(stock.available, quantity)))
    .returning();
  if (!item) throw new NonRetryableError(`There are no ${quantity} of "${sku}" left`);
  return item.price * quantity;
});

const patiently = { retry: { attempts: 5, initial: '100ms' }, timeout: '10s' } as const;

const chargeCard = step(
  'charge card',
  (order: Order, amount: number) => gateway.charge({ order: order.id, amount }, onceOnly()),
  patiently,
);

const recordOrder = tx('record order', async (t, { id, sku, quantity }: Order, charge: Charge) => {
  await t.insert(orders).values({ id, sku, quantity, status: 'paid' });
  await t.insert(payments).values({ orderId: id, amount: charge.amount, chargeId: charge.id });
});

const ship = step('ship', async ({ id, shipTo }: Order) => {
  await delay(150);
  if (shipTo === 'Atlantis') throw new NonRetryableError(`No carrier delivers to ${shipTo}`);
  return `parcel ${id}`;
});

const refundCard = step('refund card', (charge: Charge) => gateway.refund(charge, onceOnly()), patiently);

const undoOrder = tx('undo order', async (t, { id, sku, quantity }: Order, refund?: Refund) => {
  await t
    .update(stock)
    .set({ available: sql`${stock.available} + ${quantity}` })
    .where(eq(stock.sku, sku));
  await t.update(orders).set({ status: 'refunded' }).where(eq(orders.id, id));
  await t
    .update(payments)
    .set({ refundId: refund?.id ?? null })
    .where(eq(payments.orderId, id));
});

/**
 * A step may be executed more than once: the process can die after the card was charged, and before that is recorded.
 * So every attempt carries the same key, by which the gateway knows it for the same charge.
 */
function onceOnly() {
  const run = currentRun();
  return { idempotencyKey: `${run?.id}:${run?.step?.seq}`, signal: run?.step?.signal };
}

export async function findOrder(id: string) {
  const [found] = await db
    .select({
      status: orders.status,
      amount: payments.amount,
      charge: payments.chargeId,
      refund: payments.refundId,
    })
    .from(orders)
    .innerJoin(payments, eq(payments.orderId, orders.id))
    .where(eq(orders.id, id));
  return found;
}
