import type { KafkaClient, KafkaProducerClient, NewRecord } from './kafka-client.js';
import type { RecordPlace } from './record.js';

/** All replicas that are in sync have a record before it counts as written. */
const ALL_IN_SYNC = -1;

/** A producer that connects when there is something to send, and anew after each failure. */
export class Producing {
  readonly #kafka: KafkaClient;
  readonly #isIdempotent: boolean;
  #producer: Promise<KafkaProducerClient> | undefined;

  constructor(kafka: KafkaClient, { idempotent }: { readonly idempotent: boolean }) {
    this.#kafka = kafka;
    this.#isIdempotent = idempotent;
  }

  /** Answers where the records are, as far as the broker says. Rejects if one may not be there. */
  async send(topic: string, messages: NewRecord[]): Promise<readonly RecordPlace[]> {
    this.#producer ??= this.#connect();
    const connecting = this.#producer;
    try {
      const producer = await connecting;
      const written = await producer.send({ topic, acks: ALL_IN_SYNC, messages });
      return written.map(({ topicName, partition, baseOffset = '-1' }) => ({
        topic: topicName,
        partition,
        offset: baseOffset,
      }));
    } catch (error) {
      // What an idempotent producer counts is in doubt after a failure: another one begins anew.
      if (this.#producer === connecting) this.#producer = undefined;
      await drop(connecting);
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer) await drop(producer);
  }

  async #connect(): Promise<KafkaProducerClient> {
    const settings = this.#isIdempotent ? { idempotent: true, maxInFlightRequests: 1 } : {};
    const producer = this.#kafka.producer(settings);
    await producer.connect();
    return producer;
  }
}

/** Of a producer that failed, or is not needed any more, nothing is asked but that its sockets close. */
async function drop(connecting: Promise<KafkaProducerClient>): Promise<void> {
  await connecting.then((producer) => producer.disconnect()).catch(() => undefined);
}
