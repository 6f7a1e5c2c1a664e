import { runTransportWorker } from '@holdfast/conformance/transport-worker';
import { postgres } from '@holdfast/postgres';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaConsumer } from '../../src/index.js';
import type { KafkaPlace } from './kafka-place.js';

await runTransportWorker<KafkaPlace>({
  postgres,
  async receive({ app, workflow, place, mostAtOnce, pass }) {
    const { broker, topic, deadLetter, group } = place;
    const offsets: typeof app.offsets = {
      ...app.offsets,
      async advance(move, starts) {
        const isAdvanced = await app.offsets.advance(move, starts);
        if (isAdvanced) for (const { args } of starts) pass('started', (args[0] as { id: string }).id);
        return isAdvanced;
      },
    };
    const kafka = new Kafka({
      brokers: [broker],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50, retries: 8 },
    });
    const consumer = kafkaConsumer({ queues: app.queues, offsets }, kafka, {
      group,
      topics: topic,
      workflow,
      deadLetter,
      // A producer that is not sure writes a record again: by this it is the same delivery.
      start: ({ headers }) => (headers['delivery'] === undefined ? {} : { id: headers['delivery'] }),
      batchSize: mostAtOnce,
      concurrency: 1,
      settings: {
        sessionTimeout: 1500,
        heartbeatInterval: 200,
        rebalanceTimeout: 2000,
        maxWaitTimeInMs: 100,
      },
    });
    await consumer.start();
    return { close: () => consumer.stop() };
  },
});
