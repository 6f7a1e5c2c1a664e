import type { Kafka } from 'kafkajs';
import type { Knex } from 'knex';
import type { Names } from '../names.js';
import type { Ledger } from './ledger.js';

/** Something that must be so, and how it was found. */
export interface Claim {
  readonly what: string;
  readonly wanted: number;
  readonly found: number;
}

/** Compares what the story sent with what the shop made of it. */
export async function prove(
  { shop, tables, topics }: Names,
  knex: Knex,
  kafka: Kafka,
  ledger: Ledger,
): Promise<readonly Claim[]> {
  const ids = ledger.orders.map(({ id }) => id);
  const wanted = ids.length;
  const claim = (what: string, found: number): Claim => ({ what, wanted, found });
  return [
    claim('events with exactly one order', await exactlyOnce(knex, tables.orders, 'id', ids)),
    claim('orders in all', await rows(knex, tables.orders)),
    claim('orders packed exactly once', await exactlyOnce(knex, tables.packed, 'order_id', ids)),
    claim('orders thanked for exactly once', await exactlyOnce(knex, tables.letters, 'order_id', ids)),
    claim('letters in all', await rows(knex, tables.letters)),
    claim('runs that fulfilled an order', await runs(knex, 'fulfil', shop)),
    claim('runs that thanked for one', await runs(knex, 'thank', shop)),
    {
      what: 'events among the dead letters',
      wanted: ledger.nonsense,
      found: await deadEvents(kafka, topics.dead),
    },
  ];
}

export async function rows(knex: Knex, table: string): Promise<number> {
  return Number((await knex(table).count({ count: '*' }).first())!['count']);
}

async function exactlyOnce(
  knex: Knex,
  table: string,
  column: string,
  ids: readonly string[],
): Promise<number> {
  const found = await knex(table)
    .select(column)
    .whereIn(column, [...ids])
    .groupBy(column)
    .havingRaw('count(*) = 1');
  return found.length;
}

/** Those of this story: others may have been played on this database. */
async function runs(knex: Knex, workflow: string, shop: string): Promise<number> {
  const ended = await knex('holdfast.runs')
    .where({ workflow, state: 'succeeded' })
    .whereLike('id', `%${shop}-order-%`)
    .count({ count: '*' })
    .first();
  return Number(ended!['count']);
}

/** Each once, however often it was put there: that is promised at least once. */
async function deadEvents(kafka: Kafka, topic: string): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const [end] = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return Math.min(1, Number(end!.high));
}
