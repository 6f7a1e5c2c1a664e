import type { RawHeaders, RawRecord } from './kafka-client.js';

/** Where a record is. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  /** A whole number as text: it may be larger than a number of JavaScript holds exactly. */
  readonly offset: string;
}

/** A record, its value decoded. */
export interface KafkaRecord<Value = unknown> extends RecordPlace {
  readonly value: Value;
  /** As text; null for none. */
  readonly key: string | null;
  /** As text; the last one of those that came more than once. */
  readonly headers: Readonly<Record<string, string>>;
  /** What its producer, or the broker, says of when it was written. */
  readonly timestamp: Date;
}

/** A record as it came, and where from. */
export interface FoundRecord extends RecordPlace {
  readonly raw: RawRecord;
}

/** What is known of a record without its value. */
export function recordOf<Value>(
  { topic, partition, offset, raw }: FoundRecord,
  value: Value,
): KafkaRecord<Value> {
  return {
    topic,
    partition,
    offset,
    value,
    key: raw.key === null ? null : raw.key.toString('utf8'),
    headers: headersOf(raw.headers),
    timestamp: new Date(Number(raw.timestamp)),
  };
}

/** The offset after this one. */
export function after(offset: string): string {
  return String(BigInt(offset) + 1n);
}

function headersOf(headers: RawHeaders = {}): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers)) {
    const last = Array.isArray(given) ? given.at(-1) : given;
    if (last !== undefined) read[name] = last.toString('utf8');
  }
  return read;
}
