import { setTimeout as delay } from 'node:timers/promises';
import { currentRun, NonRetryableError, sleep, step, workflow } from '@holdfast/core';
import { type Charge, paymentGateway, type Refund } from '@holdfast/demo-story';
import { prismaSteps } from '@holdfast/orm-prisma';
import { z } from 'zod';
import { prisma } from './database.js';

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
const tx = prismaSteps(prisma);

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
  const [item] = await t.stock.updateManyAndReturn({
    where: { sku, available: { gte: quantity } },
    data: { available: { decrement: quantity } },
  });
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
  await t.order.create({ data: { id, sku, quantity, status: 'paid' } });
  await t.payment.create({ data: { orderId: id, amount: charge.amount, chargeId: charge.id } });
});

const ship = step('ship', async ({ id, shipTo }: Order) => {
  await delay(150);
  if (shipTo === 'Atlantis') throw new NonRetryableError(`No carrier delivers to ${shipTo}`);
  return `parcel ${id}`;
});

const refundCard = step('refund card', (charge: Charge) => gateway.refund(charge, onceOnly()), patiently);

const undoOrder = tx('undo order', async (t, { id, sku, quantity }: Order, refund?: Refund) => {
  await t.stock.update({ where: { sku }, data: { available: { increment: quantity } } });
  await t.order.updateMany({ where: { id }, data: { status: 'refunded' } });
  await t.payment.updateMany({ where: { orderId: id }, data: { refundId: refund?.id ?? null } });
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
  const order = await prisma.order.findFirst({ where: { id } });
  const payment = await prisma.payment.findFirst({ where: { orderId: id } });
  if (!order || !payment) return undefined;
  return { status: order.status, amount: payment.amount, charge: payment.chargeId, refund: payment.refundId };
}
