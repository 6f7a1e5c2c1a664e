import { type ConsumerStatus, KafkaConsumer, type PartitionStatus } from './consumer.js';
import type { AnyOptions, ConsumerApp, HandlingOptions, StartingOptions } from './consumer-options.js';
import type { KafkaClient } from './kafka-client.js';

export type { HandlingOptions, ReadOptions, RecordStart, StartingOptions } from './consumer-options.js';
export type { DeadRecord, PutAway } from './dead-letter.js';
export type { Decode } from './decode.js';
export type { Hold } from './holds.js';
export type { KafkaClient } from './kafka-client.js';
export {
  type KafkaProducer,
  kafkaProducer,
  type OutgoingRecord,
  type ProducedBy,
  producedBy,
} from './producer.js';
export type { KafkaRecord, RecordPlace } from './record.js';
export type { ConsumerApp, ConsumerStatus, KafkaConsumer, PartitionStatus };

/**
 * Makes a consumer: each record of the topics becomes a run, exactly once for each group. With `transaction` and `handle`
 * it is handed to a function instead, whose rows and runs are one commit with the fact that the record was read.
 *
 * @throws HoldfastError INVALID_OPTION.
 * @example
 * const kafka = new Kafka({ brokers: ['localhost:9092'] });
 * const consumer = kafkaConsumer(app, kafka, { group: 'shop', topics: 'orders', workflow: takeOrder, deadLetter: 'orders.dead' });
 * await consumer.start();
 * await consumer.stop();       // and then app.shutdown()
 */
// The empty tuple among what Args may be makes the compiler see tuples, not arrays, in what `args` gives.
export function kafkaConsumer<Args extends readonly unknown[] | [], Value = Args[0]>(
  app: ConsumerApp,
  kafka: KafkaClient,
  options: StartingOptions<Value, Args>,
): KafkaConsumer;
export function kafkaConsumer<Value, Tx>(
  app: ConsumerApp,
  kafka: KafkaClient,
  options: HandlingOptions<Value, Tx>,
): KafkaConsumer;
export function kafkaConsumer(app: ConsumerApp, kafka: KafkaClient, options: unknown): KafkaConsumer {
  return new KafkaConsumer(app, kafka, options as AnyOptions<never>);
}
