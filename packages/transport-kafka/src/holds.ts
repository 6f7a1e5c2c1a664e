import type { KafkaConsumerClient } from './kafka-client.js';
import { logName } from './place-names.js';
import type { RecordPlace } from './record.js';

/** Why nothing is read of a partition at the moment. */
export interface Hold {
  readonly reason: 'back-pressure' | 'error';
  /** What went wrong. */
  readonly error?: unknown;
}

type Partition = Pick<RecordPlace, 'topic' | 'partition'>;

interface Held extends Hold {
  readonly timer: NodeJS.Timeout;
}

/** Partitions that are paused for a while. */
export class Holds {
  readonly #held = new Map<string, Held>();

  /** Reads nothing of a partition for so long. What was fetched and not dealt with is fetched again. */
  hold(client: KafkaConsumerClient, { topic, partition }: Partition, ms: number, hold: Hold): void {
    const name = logName({ topic, partition });
    const there = [{ topic, partitions: [partition] }];
    clearTimeout(this.#held.get(name)?.timer);
    client.pause(there);
    const timer = setTimeout(() => {
      this.#held.delete(name);
      client.resume(there);
    }, ms);
    this.#held.set(name, { ...hold, timer });
  }

  of(partition: Partition): Hold | undefined {
    return this.#held.get(logName(partition));
  }

  /** Forgets all of it: the client pauses nothing any more. */
  clear(): void {
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }
}
