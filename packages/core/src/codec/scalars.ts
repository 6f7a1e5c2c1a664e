import { corrupt, type Json, type Key } from './extra.js';
import type { Writing } from './kind.js';
import type { Place } from './place.js';
import type { Slot } from './slot.js';
import { repair, substitute } from './text.js';

/** The numbers that JSON has no word for. */
const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

export function writeNumber(value: number, parent: Place | undefined, key: Key, writing: Writing): Json {
  if (Object.is(value, -0)) {
    writing.note(parent, key, 'number', '-0');
    return 0;
  }
  if (Number.isFinite(value)) return value;
  writing.note(parent, key, 'number', String(value));
  return null;
}

export function readNumber({ args }: Slot): number {
  const value = NUMBERS.get(args[0]);
  if (value === undefined) throw corrupt(`it holds the unknown number ${String(args[0])}`);
  return value;
}

export function readBigInt({ raw }: Slot): bigint {
  if (typeof raw !== 'string') throw corrupt('a bigint is missing');
  return BigInt(raw);
}

export function writeString(value: string, parent: Place | undefined, key: Key, writing: Writing): Json {
  const { text, repairs } = substitute(value);
  if (repairs.length > 0) writing.note(parent, key, 'string', ...repairs);
  return text;
}

export function readString({ raw, args }: Slot): string {
  return repair(raw, args);
}
