import type { KafkaConsumerClient, TopicPartitions } from './kafka-client.js';
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
  readonly partition: Partition;
  readonly timer: NodeJS.Timeout;
}

/** Partitions of one client that are paused for a while. */
export class Holds {
  readonly #client: KafkaConsumerClient;
  readonly #held = new Map<string, Held>();
  #isOver = false;

  constructor(client: KafkaConsumerClient) {
    this.#client = client;
  }

  /** Reads nothing of a partition for so long. What was fetched and not dealt with is fetched again. */
  hold(partition: Partition, ms: number, hold: Hold): void {
    if (this.#isOver) return;
    clearTimeout(this.#held.get(logName(partition))?.timer);
    this.#client.pause([topicPartitions(partition)]);
    const timer = setTimeout(() => this.#release(partition), ms);
    this.#held.set(logName(partition), { ...hold, partition, timer });
  }

  of(partition: Partition): Hold | undefined {
    const held = this.#held.get(logName(partition));
    if (!held) return undefined;
    const { reason, error } = held;
    return error === undefined ? { reason } : { reason, error };
  }

  /** Lets all be read. To be called when partitions were shared out anew: the client pauses on what it has paused before. */
  releaseAll(): void {
    for (const { partition } of [...this.#held.values()]) this.#release(partition);
  }

  /** The client is being closed: nothing is held any more, nor will be. */
  end(): void {
    this.#isOver = true;
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }

  #release(partition: Partition): void {
    clearTimeout(this.#held.get(logName(partition))?.timer);
    this.#held.delete(logName(partition));
    try {
      this.#client.resume([topicPartitions(partition)]);
    } catch {
      // It has crashed, and nobody was told yet: the next client pauses nothing.
    }
  }
}

function topicPartitions({ topic, partition }: Partition): TopicPartitions {
  return { topic, partitions: [partition] };
}
