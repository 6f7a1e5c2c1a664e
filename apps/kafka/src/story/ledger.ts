import type { Kafka } from 'kafkajs';
import type { Names } from '../names.js';
import type { OrderPlaced } from '../shop.js';

/** What the story sent, and only the story knows: the shop's tables are compared with it. */
export class Ledger {
  readonly orders: OrderPlaced[] = [];
  readonly #kafka: Kafka;
  readonly #names: Names;
  readonly #items = ['lamp', 'kettle', 'chair'];
  nonsense = 0;

  constructor(kafka: Kafka, names: Names) {
    this.#kafka = kafka;
    this.#names = names;
  }

  /** Customers place orders. Until the broker has said that it has them, they try again. */
  async place(count: number): Promise<void> {
    const placed = Array.from({ length: count }, (_, index) => {
      const number = this.orders.length + index + 1;
      return {
        id: `${this.#names.shop}-order-${number}`,
        item: this.#items[number % 3]!,
        quantity: (number % 4) + 1,
      };
    });
    await this.#send(placed.map((order) => ({ key: order.id, value: JSON.stringify(order) })));
    this.orders.push(...placed);
  }

  /** Somebody sends what is no order. */
  async talkNonsense(): Promise<void> {
    await this.#send([{ key: null, value: '{"id": "half an ord' }]);
    this.nonsense += 1;
  }

  async #send(messages: { key: string | null; value: string }[]): Promise<void> {
    // A producer that the broker can tell a repetition from: an event is in the topic once.
    const producer = this.#kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    try {
      await producer.send({ topic: this.#names.topics.events, acks: -1, messages });
    } finally {
      await producer.disconnect();
    }
  }
}
