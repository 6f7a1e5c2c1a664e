import { createRegistry, Holdfast, workflow } from '@holdfast/core';
import { knexSteps, postgres } from '@holdfast/orm-knex';
import { Kafka, logLevel } from 'kafkajs';
import makeKnex, { type Knex } from 'knex';
import { type KafkaClient, kafkaConsumer } from '../../src/index.js';
import type { Point, WorkerConfig } from './messages.js';

const config = JSON.parse(process.argv[2]!) as WorkerConfig;
const { url, broker, topic, group, form, batchSize, death } = config;

const passed = new Map<Point, number>();

/** Dies here, by a signal that nothing can catch, if this is where it is to die. */
function pass(point: Point): void {
  const times = passed.get(point) ?? 0;
  passed.set(point, times + 1);
  if (death?.point !== point || times < death.spared) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal comes at once, but not before the next instruction.
  for (;;);
}

const registry = createRegistry();
const knex = makeKnex({ client: 'pg', connection: url, pool: { min: 0, max: 5 } });
const tx = knexSteps<Knex.Transaction>(knex, { registry });

/** Exactly once: its row and its record are one commit. */
const note = tx('note', (t, order: number) => t('taken').insert({ order, by: 'run' }));
const take = workflow('take', { registry }, async (order: number) => {
  await note(order);
});

const app = new Holdfast({ store: postgres(url), registry, lease: '2s' });

const watched = {
  queues: app.queues,
  offsets: {
    ...app.offsets,
    advance: async (...args: Parameters<typeof app.offsets.advance>) => {
      pass('received');
      const isAdvanced = await app.offsets.advance(...args);
      pass('advanced');
      return isAdvanced;
    },
    advanceWithin: async (...args: Parameters<typeof app.offsets.advanceWithin>) => {
      pass('received');
      return app.offsets.advanceWithin(...args);
    },
  },
};

const steps = {
  ...tx,
  run: async (name: string, work: (t: Knex.Transaction) => Promise<unknown>) => {
    const result = await tx.run(name, work as never);
    pass('committed');
    return result;
  },
};

const kafka = new Kafka({
  brokers: [broker],
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 50, retries: 8 },
});

/** Dies when the group is joined for the second time, which is a rebalance. */
const joining: KafkaClient = {
  producer: (options) => kafka.producer(options),
  admin: () => kafka.admin(),
  consumer: (options) => {
    const consumer = kafka.consumer(options);
    consumer.on('consumer.group_join', () => pass('rejoined'));
    return consumer;
  },
};

const shared = {
  group,
  topics: topic,
  batchSize,
  settings: {
    sessionTimeout: 1500,
    heartbeatInterval: 200,
    rebalanceTimeout: 2000,
    maxWaitTimeInMs: 100,
    retry: { initialRetryTime: 50, retries: 3 },
  },
};

const consumer =
  form === 'starting'
    ? kafkaConsumer(watched, joining, { ...shared, workflow: take })
    : kafkaConsumer(watched, joining, {
        ...shared,
        transaction: steps as unknown as typeof tx,
        handle: async (
          t: Knex.Transaction,
          { value, offset, partition }: { value: unknown; offset: string; partition: number },
        ) => {
          const order = value as number;
          await t('taken').insert({ order, by: 'handler' });
          await app.within(t).start(take, [order], { id: `${partition}:${offset}` });
          pass('handled');
        },
      });

// Whoever is left without a test has no purpose.
process.on('disconnect', () => process.exit());
process.on('message', () => {
  void consumer
    .stop()
    .then(() => app.shutdown())
    .then(() => knex.destroy())
    .then(() => process.exit());
});
await app.launch();
await consumer.start();
process.send!('ready');
