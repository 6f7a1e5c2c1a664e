import { sleep, workflow } from '@holdfast/core';
import { knexSteps } from '@holdfast/orm-knex';
import { type KafkaProducer, type KafkaRecord, producedBy } from '@holdfast/transport-kafka';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Names } from './names.js';

/** An event of the topic: a customer has placed an order. */
export const OrderPlaced = z.object({
  id: z.string().min(1),
  item: z.string(),
  quantity: z.int().positive(),
});
export type OrderPlaced = z.infer<typeof OrderPlaced>;

/** What the shop does, on a database and with a producer. */
export function makeShop({ topics, tables }: Names, knex: Knex, producer: KafkaProducer) {
  const tx = knexSteps<Knex.Transaction>(knex);

  const pack = tx('pack', (t, order: OrderPlaced) => t(tables.packed).insert({ order_id: order.id }));

  // At least once. A copy has the same `holdfast-key`, by which whoever reads the topic knows it.
  const announce = producer.step('announce', (order: OrderPlaced) => ({
    topic: topics.packed,
    key: order.id,
    value: order,
  }));

  const fulfil = workflow('fulfil', async (order: OrderPlaced) => {
    await sleep('100ms'); // The warehouse is not far.
    await pack(order);
    await announce(order);
    return `packed ${order.quantity} of ${order.item}`;
  });

  const post = tx('post', (t, order: OrderPlaced) => t(tables.letters).insert({ order_id: order.id }));
  const thank = workflow('thank', (order: OrderPlaced) => post(order));

  return {
    tx,
    fulfil,
    thank,
    /** The order's row, in the transaction in which the event is read. The run is started in it as well: see the worker. */
    record: (t: Knex.Transaction, order: OrderPlaced) => t(tables.orders).insert(order),
    /** One letter for each order that was packed, however often that was said. */
    letterFor: (record: KafkaRecord) => ({ id: `letter for ${producedBy(record)?.key ?? record.key}` }),
  };
}
