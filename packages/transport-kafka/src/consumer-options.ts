import {
  type Holdfast,
  HoldfastError,
  type Logger,
  type Queue,
  type StandardSchema,
  type StartOptions,
  type TransactionalStepMaker,
  type WorkflowFunction,
} from '@holdfast/core';
import type { PutAway } from './dead-letter.js';
import type { Decode } from './decode.js';
import { checkLength } from './place-names.js';
import type { KafkaRecord } from './record.js';

/** The part of an app that a consumer works with. */
export type ConsumerApp = Pick<Holdfast, 'offsets' | 'queues'>;

/** What all consumers are told. */
export interface ReadOptions<Value> {
  /** The consumer group. Each group has its own run of each record. */
  readonly group: string;
  readonly topics: readonly string[] | string;
  /**
   * What tells records of one cluster from those of another, in the ids of runs: another one for a second cluster, and for
   * a topic that was deleted and made again. Default `'kafka'`.
   */
  readonly source?: string;
  /**
   * Where a group begins that has read nothing yet, neither with this library nor with another: `'earliest'`, or
   * `'latest'` for what comes after its first start. Default `'earliest'`.
   */
  readonly from?: 'earliest' | 'latest';
  /** Makes a value of bytes. Default: JSON. */
  readonly decode?: Decode;
  /** What a value must be, and what is made of it. Default: anything. */
  readonly schema?: StandardSchema<unknown, Value>;
  /**
   * Where records go that cannot be runs: the name of a topic, or a function that puts them away. Each goes there at least
   * once, before the consumer reads on. Without it such a record stops its partition until it can be read: other code,
   * perhaps.
   */
  readonly deadLetter?: string | PutAway;
  /** The most records that move together, in one transaction. Default 500. */
  readonly batchSize?: number;
  /** How many partitions are worked on at a time. Default 4. */
  readonly concurrency?: number;
  /** Settings of the consumer, handed on to the client library: `{ sessionTimeout: 10_000 }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Where it says what happens. Default: nowhere. */
  readonly logger?: Logger;
}

/** A consumer that starts a run of each record. */
export interface StartingOptions<Value, Args extends readonly unknown[]> extends ReadOptions<Value> {
  readonly workflow: WorkflowFunction<Args, unknown>;
  /** What a run gets. Default: the record's value. */
  readonly args?: (record: KafkaRecord<Value>) => Args;
  /** How it is started: tags, a priority, a time limit. The same for all, or by record. */
  readonly start?: RecordStart | ((record: KafkaRecord<Value>) => RecordStart);
  /** The queue that runs are started in. Default: none. */
  readonly queue?: Queue | string;
  /**
   * Which runs are executed one after another: those of one partition of a topic, or of one key. Needs a queue whose
   * partitions have a concurrency of 1 and whose parked runs hold their slots. Default `'none'`.
   */
  readonly order?: 'none' | 'partition' | 'key';
  /**
   * The consumer reads no further while about so many runs of the queue have not ended. Needs a queue. Default: no limit.
   */
  readonly maxOpen?: number;
}

/** Options of a start that a consumer leaves to its user. */
export type RecordStart = Omit<StartOptions, 'queue' | 'partitionKey'>;

/** A consumer that hands each record to a function, inside a transaction. */
export interface HandlingOptions<Value, Tx> extends ReadOptions<Value> {
  /** Opens the transactions: what `drizzleSteps(db)`, `knexSteps(knex)` or `prismaSteps(client)` gave. On the app's database. */
  readonly transaction: TransactionalStepMaker<Tx>;
  /**
   * Writes rows and starts runs (`app.within(tx).start`). All of it, and that the record was read, is one commit. What it
   * throws rolls that back, and it is called again; a `NonRetryableError` sends the record to the dead letters.
   */
  readonly handle: (tx: Tx, record: KafkaRecord<Value>) => unknown;
}

/** All options, as they are used. */
export type AnyOptions<Value> = StartingOptions<Value, never> | HandlingOptions<Value, unknown>;

/** @throws HoldfastError INVALID_OPTION. */
export function checkOptions(options: AnyOptions<never>): void {
  const { group, source, batchSize, concurrency, from } = options;
  const topics = topicsOf(options);
  if (typeof group !== 'string' || group === '') throw invalid('group must be the name of a consumer group.');
  if (topics.length === 0 || topics.some((topic) => typeof topic !== 'string' || topic === ''))
    throw invalid('topics must be the name of a topic, or several.');
  if (source !== undefined && (typeof source !== 'string' || source === ''))
    throw invalid('source must be a name, or left out.');
  for (const topic of topics) checkLength(readingOf(options), topic);
  if (from !== undefined && from !== 'earliest' && from !== 'latest')
    throw invalid("from must be 'earliest' or 'latest'.");
  checkCount('batchSize', batchSize);
  checkCount('concurrency', concurrency);
  if ('handle' in options) return;
  const { queue, order = 'none', maxOpen } = options;
  checkCount('maxOpen', maxOpen);
  if (!['none', 'partition', 'key'].includes(order))
    throw invalid("order must be 'none', 'partition' or 'key'.");
  if (queue === undefined && order !== 'none') throw invalid(`order: '${order}' needs a queue.`);
  if (queue === undefined && maxOpen !== undefined)
    throw invalid('maxOpen needs a queue, whose runs are counted.');
}

export function topicsOf({ topics }: Pick<ReadOptions<never>, 'topics'>): readonly string[] {
  return typeof topics === 'string' ? [topics] : topics;
}

export function readingOf({ group, source = 'kafka' }: Pick<ReadOptions<never>, 'group' | 'source'>): {
  readonly source: string;
  readonly group: string;
} {
  return { source, group };
}

/**
 * Runs of a queue are executed one after another only if its limits say so.
 *
 * @throws HoldfastError INVALID_OPTION, QUEUE_NOT_FOUND.
 */
export async function checkOrder(app: ConsumerApp, options: AnyOptions<never>): Promise<void> {
  if ('handle' in options || options.queue === undefined) return;
  const { order = 'none' } = options;
  const { name, partition, parkedHoldSlots } = await app.queues.get(options.queue);
  if (order === 'none' || (partition.concurrency === 1 && parkedHoldSlots)) return;
  throw invalid(
    `order: '${order}' needs partitions of queue "${name}" that run one at a time, also while a run of them is parked: ` +
      `queue('${name}', { partition: { concurrency: 1 }, parkedHoldSlots: true }).`,
  );
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw invalid(`${name} is ${String(value)}; it must be a whole number from 1.`);
}

function invalid(what: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', `Of a Kafka consumer, ${what}`);
}
