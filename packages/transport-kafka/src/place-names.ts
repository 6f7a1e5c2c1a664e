import { createHash } from 'node:crypto';
import { HoldfastError } from '@holdfast/core/adapter';
import type { RecordPlace } from './record.js';

/** Who reads, and from which cluster: what everything is named after that a consumer writes. */
export interface Reading {
  readonly source: string;
  readonly group: string;
}

/** As long as the ids of runs and the names of readers can be. */
const LONGEST = 255;

/** The longest numbers of a partition and of an offset, and what stands between them. */
const NUMBERS = ':2147483647:9223372036854775807';

/** In whose name a group's offsets are kept. */
export function readerName({ source, group }: Reading): string {
  return `${source}:${group}`;
}

/** What a partition's offset is kept by. */
export function logName({ topic, partition }: Pick<RecordPlace, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}

/** The id of the run of a record: each group has its own. */
export function runIdOf({ source, group }: Reading, { topic, partition, offset }: RecordPlace): string {
  return `${source}:${group}:${topic}:${partition}:${offset}`;
}

/** @throws HoldfastError INVALID_OPTION if ids of runs of this topic would be too long. */
export function checkLength({ source, group }: Reading, topic: string): void {
  const length = `${source}:${group}:${topic}`.length + NUMBERS.length;
  if (length <= LONGEST) return;
  throw new HoldfastError(
    'INVALID_OPTION',
    `The ids of runs of topic "${topic}" in group "${group}" would have up to ${length} characters; ${LONGEST} is the most. ` +
      'Give the group, or the source, a shorter name.',
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what cannot be in a name is what is looked for
const PLAIN_KEY = /^[^\u0000-\u001f\u007f\ufffd\p{Surrogate}]{1,200}$/u;

/** The partition of a queue in which the records of a key run: the key, or what stands for one that is no short text. */
export function keyPartition(key: Buffer): string {
  const text = key.toString('utf8');
  return PLAIN_KEY.test(text) ? text : `sha256 ${createHash('sha256').update(key).digest('hex')}`;
}
