import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';
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

  make(partitions = 1): Promise<void> {
    return this.#withAdmin(async (admin) => {
      const topics = [{ topic: this.name, numPartitions: partitions }];
      await admin.createTopics({ topics, waitForLeaders: false });
      await until('the topic is there', async () => (await admin.listTopics()).includes(this.name));
    });
  }

  remove(): Promise<void> {
    return this.#withAdmin(async (admin) => {
      await admin.deleteTopics({ topics: [this.name] });
      await until('the topic is gone', async () => !(await admin.listTopics()).includes(this.name));
    });
  }

  /** A topic of the same name, and none of its records. */
  async makeAnew(): Promise<void> {
    await this.remove();
    await this.make();
  }

  async #withAdmin(work: (admin: Admin) => Promise<void>): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** Writes records as JSON; bytes as they are. */
  async write(records: readonly TestRecord[]): Promise<void> {
    // Idempotent: else what a busy broker is asked for again is there twice.
    const producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: true,
      maxInFlightRequests: 1,
    });
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
  const made = new TestTopic(`topic-${randomUUID()}`, kafka);
  await made.make(partitions);
  return made;
}

/** The offsets that a group has committed to the broker. */
export async function committed(group: string, topicName: string, kafka = kafkaAt()): Promise<string[]> {
  const admin = kafka.admin();
  await admin.connect();
  const [found] = await admin.fetchOffsets({ groupId: group, topics: [topicName] });
  await admin.disconnect();
  return found!.partitions.sort((a, b) => a.partition - b.partition).map(({ offset }) => offset);
}

/** Has a group believe, at the broker, that it stands at an offset of partition 0. */
export async function commit(groupId: string, topicName: string, offset: string): Promise<void> {
  const consumer = kafkaAt().consumer({ ...SETTINGS, groupId });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.connect();
  await consumer.subscribe({ topics: [topicName] });
  await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} });
  await joined;
  await consumer.commitOffsets([{ topic: topicName, partition: 0, offset }]);
  await consumer.disconnect();
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
