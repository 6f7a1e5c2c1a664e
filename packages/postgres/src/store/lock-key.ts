import { createHash } from 'node:crypto';

/** The advisory lock of an executor: a number of 64 bits, as text. Follows from its id, which is never used twice. */
export function lockKeyOf(executorId: string): string {
  return createHash('sha256').update(`holdfast executor ${executorId}`).digest().readBigInt64BE().toString();
}
