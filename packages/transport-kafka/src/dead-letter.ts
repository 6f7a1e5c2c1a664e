import { isHoldfastError } from '@holdfast/core/adapter';
import type { NewRecord, RawHeaders } from './kafka-client.js';
import type { Producing } from './producing.js';
import type { FoundRecord } from './record.js';

/** A record that cannot be a run, and why. */
export interface DeadRecord extends FoundRecord {
  readonly group: string;
  readonly error: Error;
}

/** Puts a record away that cannot be a run. Once it resolves the consumer goes on; it may be called again for the same one. */
export type PutAway = (dead: DeadRecord) => Promise<void>;

/** Headers are for people and tools to read: no need for all of an error that quotes the record. */
const LONGEST_MESSAGE = 1000;

/** Puts dead records into a topic. */
export function toTopic(topic: string, producing: Producing): PutAway {
  return async (dead) => {
    await producing.send(topic, [deadLetter(dead)]);
  };
}

/** A dead record as it is put away: as it came, with headers that say where from and why. */
export function deadLetter({ topic, partition, offset, raw, group, error }: DeadRecord): NewRecord {
  const { message } = error;
  const why: RawHeaders = {
    'holdfast-topic': topic,
    'holdfast-partition': String(partition),
    'holdfast-offset': offset,
    'holdfast-group': group,
    'holdfast-error': message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message,
    'holdfast-error-code': isHoldfastError(error) ? error.code : error.name,
  };
  return { key: raw.key, value: raw.value, timestamp: raw.timestamp, headers: { ...raw.headers, ...why } };
}
