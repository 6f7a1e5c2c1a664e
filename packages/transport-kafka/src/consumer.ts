import { HoldfastError } from '@holdfast/core';
import { silentLogger } from '@holdfast/core/internal';
import {
  type AnyOptions,
  type ConsumerApp,
  checkOptions,
  checkOrder,
  type HandlingOptions,
  readingOf,
  type StartingOptions,
  topicsOf,
} from './consumer-options.js';
import { type PutAway, toTopic } from './dead-letter.js';
import { skipWhatIsThere } from './first-place.js';
import { Handling } from './handling.js';
import { type Hold, Holds } from './holds.js';
import type { BatchPayload, KafkaClient, KafkaConsumerClient } from './kafka-client.js';
import { PartitionReader } from './partition-reader.js';
import { logName, readerName } from './place-names.js';
import { Producing } from './producing.js';
import type { RecordPlace } from './record.js';
import { Starting } from './starting.js';
import type { Bury, Taking } from './taking.js';

/** How far a consumer has come in a partition that it owns. */
export interface PartitionStatus extends Pick<RecordPlace, 'topic' | 'partition'> {
  /** The offset at which it goes on; undefined before its first record here. */
  readonly position: string | undefined;
  /** How many records were there to be read at the last look; undefined before that. */
  readonly lag: number | undefined;
  /** Why it reads nothing there at the moment; undefined if it does. */
  readonly held: Hold | undefined;
}

/** How a consumer is doing. */
export interface ConsumerStatus {
  readonly state: 'new' | 'connecting' | 'reading' | 'stopped';
  /** The partitions that are its own. */
  readonly partitions: readonly PartitionStatus[];
}

/** A call that may take so long, after so many failures in a row. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** How often it is looked whether there is room again. */
const BACK_PRESSURE_MS = 500;

/** Reads records and makes runs of them, each exactly once. */
export class KafkaConsumer {
  readonly #app: ConsumerApp;
  readonly #kafka: KafkaClient;
  readonly #options: AnyOptions<never>;
  readonly #taking: Taking;
  readonly #putAway: PutAway | undefined;
  readonly #producing: Producing;
  readonly #readers = new Map<string, PartitionReader>();
  readonly #logger;
  #state: ConsumerStatus['state'] = 'new';
  #client: KafkaConsumerClient | undefined;
  #holds: Holds | undefined;
  #working: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #crashed: (() => void) | undefined;
  #joined: (() => void)[] = [];

  /** @throws HoldfastError INVALID_OPTION. */
  constructor(app: ConsumerApp, kafka: KafkaClient, options: AnyOptions<never>) {
    checkOptions(options);
    this.#app = app;
    this.#kafka = kafka;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#producing = new Producing(kafka, { idempotent: false });
    const { deadLetter } = options;
    this.#putAway = typeof deadLetter === 'string' ? toTopic(deadLetter, this.#producing) : deadLetter;
    const bury: Bury = (dead) => this.#bury(dead);
    this.#taking =
      'handle' in options
        ? new Handling(app, options as HandlingOptions<never, unknown>, bury)
        : new Starting(app, options as StartingOptions<never, never>, bury);
  }

  /**
   * Checks the options and begins to read; the app must be launched. It joins the group in its own time, and comes back
   * whenever it loses the cluster.
   *
   * @throws HoldfastError INVALID_OPTION, QUEUE_NOT_FOUND, NOT_LAUNCHED; ALREADY_LAUNCHED if it was started before.
   */
  async start(): Promise<void> {
    if (this.#state !== 'new')
      throw new HoldfastError('ALREADY_LAUNCHED', 'This consumer was started before. Make another one.');
    this.#state = 'connecting';
    try {
      await checkOrder(this.#app, this.#options);
      await this.#app.offsets.read(this.#reader);
    } catch (error) {
      if (this.#stopping === undefined) this.#state = 'new';
      throw error;
    }
    if (this.#stopping === undefined) this.#working = this.#work();
  }

  /** Resolves once it has joined its group; at once if it has. Never, if it is stopped before that. */
  joined(): Promise<void> {
    if (this.#state === 'reading') return Promise.resolve();
    return new Promise((resolve) => this.#joined.push(resolve));
  }

  get status(): ConsumerStatus {
    const partitions = [...this.#readers.values()].map((reader) => {
      const { topic, partition, position, end } = reader;
      const isKnown = position !== undefined && end !== undefined;
      const lag = isKnown ? Math.max(0, Number(BigInt(end) - BigInt(position))) : undefined;
      return { topic, partition, position, lag, held: this.#holds?.of(reader) };
    });
    return { state: this.#state, partitions };
  }

  /**
   * Takes what it is at, leaves the group and closes its connections. To be called before `app.shutdown()`. Calling it
   * twice does it once.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped';
    this.#wake?.();
    this.#crashed?.();
    await this.#working;
    await this.#producing.close();
  }

  get #reader(): string {
    return readerName(readingOf(this.#options));
  }

  /** Connects, reads until the client gives up or this is stopped, and connects anew. */
  async #work(): Promise<void> {
    for (let failures = 0; this.#isOn(); failures++) {
      try {
        await this.#readUntilCrash(() => {
          failures = 0;
        });
      } catch (error) {
        this.#logger.warn(
          { error, group: this.#options.group },
          'a Kafka consumer lost its cluster; it comes back',
        );
      }
      if (this.#isOn()) await this.#pause(waitMs(failures));
    }
  }

  async #readUntilCrash(joined: () => void): Promise<void> {
    const { group: groupId, settings, concurrency = 4 } = this.#options;
    const topics = [...topicsOf(this.#options)];
    const reading = readingOf(this.#options);
    if (this.#options.from === 'latest')
      await skipWhatIsThere(this.#app, this.#kafka, { ...reading, topics, reader: this.#reader });
    // Whether to come back is for this class to say, which also knows when it is stopped.
    const retry = { ...(settings?.['retry'] as object | undefined), restartOnFailure: async () => false };
    const client = this.#kafka.consumer({ ...settings, groupId, retry });
    const crash = new Promise<void>((resolve, reject) => {
      this.#crashed = resolve;
      client.on('consumer.crash', ({ payload }) => reject(payload.error));
    });
    // It may come while nobody waits for it yet.
    crash.catch(() => undefined);
    client.on('consumer.group_join', ({ payload }) => {
      joined();
      this.#assigned(payload.memberAssignment);
    });
    this.#client = client;
    const holds = new Holds(client);
    this.#holds = holds;
    try {
      await client.connect();
      await client.subscribe({ topics, fromBeginning: true });
      if (this.#isOn())
        await client.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: (payload) => this.#eachBatch(payload, holds),
        });
      if (this.#isOn()) await crash;
    } finally {
      holds.end();
      await client.disconnect();
      this.#readers.clear();
      if (this.#isOn()) this.#state = 'connecting';
    }
  }

  /** These partitions are its own from now on. What another one did meanwhile is to be looked up. */
  #assigned(assignment: Readonly<Record<string, readonly number[]>>): void {
    if (!this.#isOn()) return;
    this.#holds?.releaseAll();
    this.#readers.clear();
    for (const [topic, partitions] of Object.entries(assignment))
      for (const partition of partitions) this.#readerOf({ topic, partition });
    this.#state = 'reading';
    for (const resolve of this.#joined.splice(0)) resolve();
    this.#logger.info({ group: this.#options.group, assignment }, 'a Kafka consumer joined its group');
  }

  #readerOf(place: Pick<RecordPlace, 'topic' | 'partition'>): PartitionReader {
    const name = logName(place);
    const known = this.#readers.get(name);
    if (known) return known;
    const { batchSize = 500 } = this.#options;
    const made = new PartitionReader(place, {
      app: this.#app,
      taking: this.#taking,
      reader: this.#reader,
      batchSize,
      room: () => this.#room(),
      seek: (to) => this.#client?.seek(to),
    });
    this.#readers.set(name, made);
    return made;
  }

  async #eachBatch(payload: BatchPayload, holds: Holds): Promise<void> {
    const { topic, partition } = payload.batch;
    const reader = this.#readerOf({ topic, partition });
    let lost: unknown;
    const heartbeat = async (): Promise<void> => {
      try {
        await payload.heartbeat();
      } catch (error) {
        lost = error;
        throw error;
      }
    };
    try {
      const pause = await reader.read({ ...payload, batch: payload.batch, heartbeat });
      await this.#commit(payload, reader);
      if (pause === 'no room') holds.hold(reader, BACK_PRESSURE_MS, { reason: 'back-pressure' });
    } catch (error) {
      reader.doubt();
      // The client knows what to do when its group does not know it any more.
      if (lost !== undefined) throw error;
      const ms = waitMs(reader.failures++);
      this.#logger.warn({ error, topic, partition, ms }, 'records could not be taken; they are read again');
      holds.hold(reader, ms, { reason: 'error', error });
    }
  }

  /** For tools that show lag. What counts is in the store, so that it may fail. */
  async #commit({ commitOffsetsIfNecessary }: BatchPayload, reader: PartitionReader): Promise<void> {
    const { topic, partition, position: offset } = reader;
    if (offset === undefined) return;
    try {
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
    } catch (error) {
      this.#logger.debug(
        { error, topic, partition, offset },
        'an offset could not be committed to the broker',
      );
    }
  }

  async #room(): Promise<number> {
    if ('handle' in this.#options || this.#options.maxOpen === undefined) return Number.POSITIVE_INFINITY;
    const { queue, maxOpen } = this.#options;
    const { waiting, later, inHands } = await this.#app.queues.get(queue!);
    return maxOpen - waiting - later - inHands;
  }

  async #bury(dead: Parameters<Bury>[0]): Promise<void> {
    const { topic, partition, offset, error } = dead;
    if (!this.#putAway) throw error;
    await this.#putAway({ ...dead, group: this.#options.group });
    this.#logger.error({ error, topic, partition, offset }, 'a record cannot be a run; it was put away');
  }

  #isOn(): boolean {
    return this.#state !== 'stopped';
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function waitMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 16));
}
