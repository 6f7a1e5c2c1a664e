import type { Delivery, Poison } from './delivery.js';

/**
 * The world outside of one test: it sends deliveries to the transport, as clients or a broker would, and keeps on until
 * the transport has acknowledged them. What it sends while no receiver is there waits for the next one.
 */
export interface Outside {
  /** Where receivers are to receive from: a topic, a group. Plain JSON; each worker is told. */
  readonly place: unknown;
  /** A worker is ready, and listens there: its {@link Receiver.address}. Those before it may be gone. */
  receiverAt(address: unknown): void;
  /** Sends a delivery. Resolves when it is acknowledged: an answer has come, or an offset is committed. */
  deliver(delivery: Delivery): Promise<void>;
  /** Sends one again that was acknowledged, as the same one. Resolves when it is acknowledged again. */
  redeliver(delivery: Delivery): Promise<void>;
  /**
   * Sends what no run can be made of. Resolves when the transport has put it where somebody sees it: an answer that is
   * an error, a record in a topic for dead letters.
   *
   * @param text what it says.
   */
  deliverPoison(poison: Poison, text: string): Promise<void>;
  /** Resolves when the transport has shown that it takes in nothing more for now: it refuses, or reads no further. */
  pressed?(): Promise<void>;
  close(): Promise<void>;
}
