import { randomUUID } from 'node:crypto';
import type { Delivery, Outside } from '@holdfast/conformance';
import type { Admin, Producer } from 'kafkajs';
import { inject } from 'vitest';
import { kafkaAt, type TestTopic, topic, until } from './kafka.js';
import type { KafkaPlace } from './kafka-place.js';

/** The header by which a delivery is known that is produced again. */
const ID = 'delivery';

/** Produces deliveries, and sees in the broker that a group has read them. */
export class KafkaOutside implements Outside {
  readonly place: KafkaPlace;
  readonly #dead: TestTopic;
  readonly #producer: Producer;
  readonly #admin: Admin;
  #deadSoFar = 0;

  private constructor(place: KafkaPlace, dead: TestTopic, producer: Producer, admin: Admin) {
    this.place = place;
    this.#dead = dead;
    this.#producer = producer;
    this.#admin = admin;
  }

  static async make(): Promise<KafkaOutside> {
    const kafka = kafkaAt();
    const [records, dead] = [await topic({ partitions: 2 }), await topic()];
    const [producer, admin] = [kafka.producer(), kafka.admin()];
    await Promise.all([producer.connect(), admin.connect()]);
    const place = {
      broker: inject('broker'),
      topic: records.name,
      deadLetter: dead.name,
      group: `group-${randomUUID()}`,
    };
    return new KafkaOutside(place, dead, producer, admin);
  }

  /** A record is received by whoever owns its partition, wherever that is. */
  receiverAt(): void {}

  async deliver(delivery: Delivery): Promise<void> {
    const { partition, offset } = await this.#write(JSON.stringify(delivery), { [ID]: delivery.id });
    await until(`${delivery.id} is read`, async () => (await this.#committed(partition)) > offset);
  }

  /** A producer that did not hear the broker's answer writes a record again. */
  redeliver(delivery: Delivery): Promise<void> {
    return this.deliver(delivery);
  }

  async deliverPoison(_: unknown, text: string): Promise<void> {
    const buried = ++this.#deadSoFar;
    await this.#write(text, {});
    await this.#dead.read(buried);
  }

  async close(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
  }

  async #write(
    value: string,
    headers: Record<string, string>,
  ): Promise<{ partition: number; offset: bigint }> {
    const messages = [{ value, headers }];
    const [written] = await this.#producer.send({ topic: this.place.topic, acks: -1, messages });
    return { partition: written!.partition, offset: BigInt(written!.baseOffset!) };
  }

  async #committed(partition: number): Promise<bigint> {
    const { group: groupId, topic: name } = this.place;
    const [found] = await this.#admin.fetchOffsets({ groupId, topics: [name] });
    return BigInt(found!.partitions.find((one) => one.partition === partition)?.offset ?? -1);
  }
}
