import {
  currentRun,
  HoldfastError,
  isHoldfastError,
  type RetryOptions,
  type StepFunction,
  type StepOptions,
  step,
} from '@holdfast/core';
import type { KafkaClient, NewRecord, RawHeaders } from './kafka-client.js';
import { Producing } from './producing.js';
import type { KafkaRecord, RecordPlace } from './record.js';

/** A record to be produced. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Records of one key are in one partition, in order. Default: none. */
  readonly key?: string | null;
  /** Bytes and texts as they are; anything else as JSON. Null is a tombstone. */
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: by the key. */
  readonly partition?: number;
}

/** Which step of which run produced a record, as its headers say. */
export interface ProducedBy {
  readonly runId: string;
  /** The call's number in the run. */
  readonly seq: number;
  /** The same for all copies of a record that was produced more than once, and for no other record. */
  readonly key: string;
}

/** A broker that is away is no reason for a run to fail. */
const PATIENT: RetryOptions = {
  attempts: 100,
  max: '30s',
  when: (error) => !isHoldfastError(error, 'UNRECORDABLE_VALUE'),
};

/** Produces records in steps. */
export interface KafkaProducer {
  /**
   * Defines a step that produces records: at least once. If the process dies between the broker's answer and the step's
   * record, it produces them again, with the same headers `holdfast-run`, `holdfast-step` and `holdfast-key`, by which a
   * consumer knows them: see {@link producedBy}. Gives where they are.
   *
   * @param records makes the records of the step's arguments.
   * @param options as of any step. Default `retry`: 100 attempts, up to half a minute apart, so that a broker may be away for
   * most of an hour.
   * @throws HoldfastError INVALID_NAME, INVALID_OPTION, INVALID_DURATION.
   * @example
   * const announce = producer.step('announce order', (order: Order) => ({ topic: 'taken', key: order.id, value: order }));
   */
  step<Args extends readonly unknown[]>(
    name: string,
    records: (...args: Args) => OutgoingRecord | readonly OutgoingRecord[],
    options?: StepOptions,
  ): StepFunction<Args, readonly RecordPlace[]>;
  /** Closes its connections. A step that needs them afterwards opens them again. */
  close(): Promise<void>;
}

/**
 * Makes a producer for the steps of a process. It connects when the first step produces.
 *
 * @param options `idempotent`: whether the broker drops what is sent twice within one attempt. Default true.
 */
export function kafkaProducer(
  kafka: KafkaClient,
  { idempotent = true }: { readonly idempotent?: boolean } = {},
): KafkaProducer {
  const producing = new Producing(kafka, { idempotent });
  const produce = <Args extends readonly unknown[]>(
    name: string,
    records: (...args: Args) => OutgoingRecord | readonly OutgoingRecord[],
    options?: StepOptions,
  ): StepFunction<Args, readonly RecordPlace[]> =>
    step(name, (...args: Args) => sendAll(producing, listOf(records(...args))), {
      retry: PATIENT,
      ...options,
    });
  return {
    step: produce,
    close: () => producing.close(),
  };
}

/** Which step of which run produced a record; undefined for one that no step produced. */
export function producedBy({ headers }: Pick<KafkaRecord, 'headers'>): ProducedBy | undefined {
  const { 'holdfast-run': runId, 'holdfast-step': seq, 'holdfast-key': key } = headers;
  if (runId === undefined || seq === undefined || key === undefined) return undefined;
  return { runId, seq: Number(seq), key };
}

function listOf(records: OutgoingRecord | readonly OutgoingRecord[]): readonly OutgoingRecord[] {
  return 'topic' in records ? [records] : records;
}

/** Topic by topic, in the order in which they were given. */
async function sendAll(
  producing: Producing,
  records: readonly OutgoingRecord[],
): Promise<readonly RecordPlace[]> {
  const byTopic = new Map<string, NewRecord[]>();
  for (const [index, record] of records.entries()) {
    const topic = byTopic.get(record.topic) ?? [];
    byTopic.set(record.topic, topic);
    topic.push(outgoing(record, index));
  }
  const places: RecordPlace[] = [];
  for (const [topic, messages] of byTopic) places.push(...(await producing.send(topic, messages)));
  return places;
}

function outgoing({ key = null, value, headers, partition }: OutgoingRecord, index: number): NewRecord {
  const record = { key, value: bytesOf(value), headers: { ...headers, ...origin(index) } };
  return partition === undefined ? record : { ...record, partition };
}

/** Outside a run there is nothing by which a copy could be known. */
function origin(index: number): RawHeaders {
  const run = currentRun();
  if (!run?.step) return {};
  const { id, step: call } = run;
  return {
    'holdfast-run': id,
    'holdfast-step': String(call.seq),
    'holdfast-key': `${id}/${call.seq}/${index}`,
  };
}

function bytesOf(value: unknown): Buffer | string | null {
  if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  const json = JSON.stringify(value) as string | undefined;
  if (json !== undefined) return json;
  throw new HoldfastError(
    'UNRECORDABLE_VALUE',
    `A record's value is ${typeof value}, which JSON cannot say. Give null for none.`,
  );
}
