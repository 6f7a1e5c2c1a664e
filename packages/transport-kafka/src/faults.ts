import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/core/adapter';
import { isNonRetryable } from '@holdfast/core/internal';
import { logName } from './place-names.js';
import type { RecordPlace } from './record.js';

/** What is wrong with a record itself, and would be wrong with it tomorrow. */
const OF_A_RECORD: ReadonlySet<ErrorCode> = new Set([
  'INVALID_DURATION',
  'INVALID_ID',
  'INVALID_INPUT',
  'INVALID_NAME',
  'STORE_WRITE_REFUSED',
  'UNRECORDABLE_VALUE',
]);

/** Whether a record can never be a run, whoever tries and when. */
export function isFaultOfARecord(error: unknown): error is Error {
  return isNonRetryable(error) || (isHoldfastError(error) && OF_A_RECORD.has(error.code));
}

/** What a function of the user's throws about a record is that record's fault: it is asked for nothing but what the record says. */
export function aboutRecord<T>(place: RecordPlace, what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isFaultOfARecord(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError(
      'INVALID_INPUT',
      `${what} threw for record ${place.offset} of ${logName(place)}: ${reason}`,
      { cause },
    );
  }
}

/** The error of a partition that ends before the place where its reader stands. */
export function offsetBeyondLog(
  place: Omit<RecordPlace, 'offset'>,
  position: string,
  end: string,
): HoldfastError {
  return new HoldfastError(
    'OFFSET_BEYOND_LOG',
    `${logName(place)} ends at offset ${end}, but was read up to ${position} before: it was deleted and made again, or has ` +
      'lost records. Its new records would have the ids of old ones. Give the consumer another source, ' +
      "{ source: 'kafka 2' }, and it reads the topic from its beginning, as another one.",
    { details: { ...place, position, end } },
  );
}
