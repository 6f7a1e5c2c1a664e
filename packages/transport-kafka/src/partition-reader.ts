import type { ConsumerApp } from './consumer-options.js';
import { offsetBeyondLog } from './faults.js';
import type { BatchPayload, RawBatch } from './kafka-client.js';
import { logName } from './place-names.js';
import { after, type FoundRecord, type RecordPlace } from './record.js';
import type { Taking } from './taking.js';

/** What a reader of one partition works with. */
export interface PartitionReaderParts {
  readonly app: ConsumerApp;
  readonly taking: Taking;
  readonly reader: string;
  readonly batchSize: number;
  /** How many more records may be taken now. */
  readonly room: () => Promise<number>;
  readonly seek: (place: RecordPlace) => void;
}

/** Reading cannot go on in this batch: the client fetches anew, from where it stands or was told to go. */
export type Pause = 'nothing more' | 'no room';

/** Reads one partition, for as long as this consumer is believed to own it. */
export class PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly #parts: PartitionReaderParts;
  /** Where it stands in the store; null if it has read nothing yet, undefined if that is to be looked up. */
  #position: string | null | undefined;
  #end: string | undefined;
  /** How often in a row it could not go on. */
  failures = 0;

  constructor({ topic, partition }: Pick<RecordPlace, 'topic' | 'partition'>, parts: PartitionReaderParts) {
    this.topic = topic;
    this.partition = partition;
    this.#parts = parts;
  }

  /** Where it goes on reading, as far as it is known. */
  get position(): string | undefined {
    return this.#position ?? undefined;
  }

  /** The offset after the last record that there was at the last look. */
  get end(): string | undefined {
    return this.#end;
  }

  /** Whatever it believed about its place is to be looked up again. */
  doubt(): void {
    this.#position = undefined;
  }

  /**
   * Takes the records of a batch, as far as there is room.
   *
   * @throws HoldfastError OFFSET_BEYOND_LOG, and whatever comes in the way of taking records.
   */
  async read(payload: BatchPayload): Promise<Pause> {
    const { batch } = payload;
    this.#end = batch.highWatermark;
    if (this.#position === undefined && !(await this.#findPlace(batch))) return 'nothing more';
    const records = this.#unread(batch);
    while (records.length > 0) {
      if (!payload.isRunning() || payload.isStale()) return 'nothing more';
      const room = await this.#parts.room();
      if (room < 1) return 'no room';
      const some = records.splice(0, Math.min(this.#parts.batchSize, room));
      if (!(await this.#take(some))) return 'nothing more';
      payload.resolveOffset(some.at(-1)!.offset);
      await payload.heartbeat();
    }
    return 'nothing more';
  }

  async #take(records: readonly FoundRecord[]): Promise<boolean> {
    const { taking, reader } = this.#parts;
    const to = after(records.at(-1)!.offset);
    const from = this.#position ?? undefined;
    const log = logName(this);
    if (await taking.take(records, { reader, log, from, to })) {
      this.#position = to;
      this.failures = 0;
      return true;
    }
    // Another one has moved the reader on, or this one did and never heard so.
    this.doubt();
    this.#parts.seek({ ...this.#place, offset: records[0]!.offset });
    return false;
  }

  /** Looks up where to go on. False if the client is elsewhere: it is told where to. */
  async #findPlace(batch: RawBatch): Promise<boolean> {
    const { app, reader, seek } = this.#parts;
    const stored = (await app.offsets.read(reader)).get(logName(this)) ?? null;
    const [first] = batch.messages;
    if (stored !== null && BigInt(stored) > BigInt(batch.highWatermark))
      throw offsetBeyondLog(this.#place, stored, batch.highWatermark);
    this.#position = stored;
    if (stored === null || !first || first.offset === stored) return true;
    seek({ ...this.#place, offset: stored });
    return false;
  }

  #unread({ messages, topic, partition }: RawBatch): FoundRecord[] {
    const from = this.#position ?? null;
    const unread = from === null ? messages : messages.filter(({ offset }) => BigInt(offset) >= BigInt(from));
    return unread.map((raw) => ({ topic, partition, offset: raw.offset, raw }));
  }

  get #place(): Pick<RecordPlace, 'topic' | 'partition'> {
    return { topic: this.topic, partition: this.partition };
  }
}
