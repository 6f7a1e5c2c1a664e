import type { RunPosition } from '../store/index.js';
import { isMoment } from '../time/index.js';
import { invalid } from './options-checks.js';

/** Where a part of a list ended, as a text for the next question. */
export function cursorFrom({ createdAtMicros, id }: RunPosition): string {
  return Buffer.from(JSON.stringify([createdAtMicros, id])).toString('base64url');
}

/** @throws HoldfastError INVALID_OPTION if it is not a cursor that a list gave. */
export function positionFrom(cursor: unknown): RunPosition {
  const read = typeof cursor === 'string' ? parse(cursor) : undefined;
  if (Array.isArray(read)) {
    const [createdAtMicros, id] = read as readonly unknown[];
    const isTime =
      typeof createdAtMicros === 'string' &&
      /^-?\d{1,18}$/.test(createdAtMicros) &&
      isMoment(Number(createdAtMicros) / 1000);
    if (isTime && typeof id === 'string' && !id.includes('\0')) return { createdAtMicros, id };
  }
  throw invalid('cursor', cursor, 'the nextCursor of an earlier list');
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
