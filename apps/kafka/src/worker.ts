import { Holdfast, type Logger } from '@holdfast/core';
import { postgres } from '@holdfast/orm-knex';
import { kafkaConsumer, kafkaProducer } from '@holdfast/transport-kafka';
import { Kafka, logLevel } from 'kafkajs';
import { openDatabase } from './database.js';
import { namesOf } from './names.js';
import { makeShop, OrderPlaced } from './shop.js';

const { KAFKA = 'localhost:9092', SHOP = 'shop' } = process.env;
const names = namesOf(SHOP);
const { shop, topics } = names;
const database = await openDatabase(names);
// The consumers say themselves what happens.
const kafka = new Kafka({ clientId: shop, brokers: [KAFKA], logLevel: logLevel.NOTHING });
const producer = kafkaProducer(kafka);
const { tx, fulfil, thank, record, letterFor } = makeShop(names, database.knex, producer);

const app = new Holdfast({ store: postgres(database.url), workflows: [fulfil, thank], lease: '2s' });
await app.launch();

/** A worker that was killed is missed soon. */
const settings = {
  sessionTimeout: 3000,
  heartbeatInterval: 500,
  rebalanceTimeout: 5000,
  maxWaitTimeInMs: 200,
};
const shared = { settings, logger: quietly((message) => console.log(message)) };

// An event, the row of its order and the run that fulfils it: one commit.
const events = kafkaConsumer(app, kafka, {
  ...shared,
  group: `${shop}.orders`,
  topics: topics.events,
  schema: OrderPlaced,
  deadLetter: topics.dead,
  transaction: tx,
  handle: async (t, { value: order }) => {
    await record(t, order);
    await app.within(t).start(fulfil, [order], { id: order.id });
  },
});

// What is read of this topic and the runs that thank for it: one commit, in batches.
const packed = kafkaConsumer(app, kafka, {
  ...shared,
  group: `${shop}.letters`,
  topics: topics.packed,
  schema: OrderPlaced,
  workflow: thank,
  start: letterFor,
});

await Promise.all([events.start(), packed.start()]);
console.log(`The shop takes orders from ${topics.events} (process ${process.pid})`);
process.send?.('open');

await new Promise<void>((asked) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(signal, () => asked());
});
await Promise.all([events.stop(), packed.stop()]);
await app.shutdown();
await producer.close();
await database.close();
// Else whoever started it would keep it alive.
if (process.connected) process.disconnect();

/** Says in a line what cannot be made good. */
function quietly(say: (message: string) => void): Logger {
  const nothing = (): void => {};
  return { debug: nothing, info: nothing, warn: nothing, error: (_, message) => say(message) };
}
