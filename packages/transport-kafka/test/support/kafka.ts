import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { describe, inject, onTestFinished } from 'vitest';

/** Quick to notice a member that was killed. */
export const SETTINGS = {
  sessionTimeout: 3000,
  heartbeatInterval: 300,
  rebalanceTimeout: 3000,
  maxWaitTimeInMs: 100,
  retry: { initialRetryTime: 50, retries: 3 },
};

/** Tests that need a broker. Where there can be none they are skipped, and their title says why. */
export function onBroker(name: string, define: () => void): void {
  const reason = inject('noBroker');
  if (reason === '') describe(name, define);
  else describe.skip(`${name} (${reason})`, define);
}

/** A way to a broker. Says nothing: brokers come and go in these tests. */
export function kafkaAt(address = inject('broker')): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    retry: { initialRetryTime: 50, maxRetryTime: 1000, retries: 8 },
  });
}

/** A record for a test's topic. */
export interface TestRecord {
  readonly value: unknown;
  readonly key?: string | Buffer;
  readonly partition?: number;
  readonly headers?: Record<string, string>;
}

/** A record as it was read back. */
export interface ReadRecord {
  readonly value: string | null;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A topic of its own. */
export class TestTopic {
  readonly name: string;
  readonly #kafka: Kafka;

  constructor(name: string, kafka: Kafka) {
    this.name = name;
    this.#kafka = kafka;
  }

  /** Writes records as JSON; bytes as they are. */
  async write(records: readonly TestRecord[]): Promise<void> {
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    try {
      const messages = records.map(({ value, key = null, partition, headers }) => ({
        value: Buffer.isBuffer(value) || value === null ? value : JSON.stringify(value),
        key,
        ...(partition !== undefined && { partition }),
        ...(headers && { headers }),
      }));
      await producer.send({ topic: this.name, acks: -1, messages });
    } finally {
      await producer.disconnect();
    }
  }

  /** All records that are in it, once there are so many. */
  async read(count: number): Promise<ReadRecord[]> {
    const consumer = this.#kafka.consumer({ ...SETTINGS, groupId: `look-${randomUUID()}` });
    const found: ReadRecord[] = [];
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [this.name], fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        const running = consumer.run({
          eachMessage: async ({ message: { value, key, headers = {} } }) => {
            const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
            found.push({
              value: value?.toString() ?? null,
              key: key?.toString() ?? null,
              headers: Object.fromEntries(texts) as Record<string, string>,
            });
            if (found.length >= count) resolve();
          },
        });
        running.catch(reject);
      });
      return found;
    } finally {
      await consumer.disconnect();
    }
  }
}

/** A new topic. */
export async function topic({ partitions = 1, kafka = kafkaAt() } = {}): Promise<TestTopic> {
  const name = `topic-${randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: name, numPartitions: partitions }], waitForLeaders: true });
  await admin.disconnect();
  return new TestTopic(name, kafka);
}

/** The offsets that a group has committed to the broker. */
export async function committed(group: string, topicName: string, kafka = kafkaAt()): Promise<string[]> {
  const admin = kafka.admin();
  await admin.connect();
  const [found] = await admin.fetchOffsets({ groupId: group, topics: [topicName] });
  await admin.disconnect();
  return found!.partitions.sort((a, b) => a.partition - b.partition).map(({ offset }) => offset);
}

/** Stops something when the test ends. */
export function stopping<T extends { stop(): Promise<void> }>(one: T): T {
  onTestFinished(() => one.stop());
  return one;
}

/** Looks until it is so. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (!(await look())) {
    if (Date.now() > deadlineMs) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
