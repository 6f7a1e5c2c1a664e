/** Every code a Holdfast error can carry. Match on the code, never on the class: a class is lost in a stored row. */
export type ErrorCode =
  | 'ADAPTER_UNKNOWN_TRANSACTION'
  | 'ALREADY_LAUNCHED'
  | 'AMBIGUOUS_APP'
  | 'DUPLICATE_QUEUE'
  | 'DUPLICATE_RUN'
  | 'DUPLICATE_SCHEDULE'
  | 'DUPLICATE_WORKFLOW'
  | 'EMBEDDED_POSTGRES_FAILED'
  | 'EMBEDDED_POSTGRES_MISSING'
  | 'INVALID_CRON'
  | 'INVALID_DURATION'
  | 'INVALID_ID'
  | 'INVALID_INPUT'
  | 'INVALID_NAME'
  | 'INVALID_OPTION'
  | 'INVALID_TIME_ZONE'
  | 'NON_DETERMINISM'
  | 'NOT_LAUNCHED'
  | 'OFFSET_BEYOND_LOG'
  | 'QUEUE_NOT_EMPTY'
  | 'QUEUE_NOT_FOUND'
  | 'RETRIES_EXHAUSTED'
  | 'RUN_CANCELLED'
  | 'RUN_FINISHED'
  | 'RUN_ID_CONFLICT'
  | 'RUN_LOST'
  | 'RUN_NOT_FINISHED'
  | 'RUN_NOT_FOUND'
  | 'RUN_UNDONE'
  | 'RUN_SET_ASIDE'
  | 'RUN_TIMED_OUT'
  | 'SCHEDULE_NOT_FOUND'
  | 'SHUT_DOWN'
  | 'STEP_INTERRUPTED'
  | 'STEP_TIMEOUT'
  | 'STORE_CLOSED'
  | 'STORE_CORRUPT'
  | 'STORE_IN_USE'
  | 'STORE_NEWER'
  | 'STORE_NOT_MIGRATED'
  | 'STORE_REFUSED'
  | 'STORE_TOO_OLD'
  | 'STORE_UNAVAILABLE'
  | 'STORE_WRITE_REFUSED'
  | 'STREAM_CLOSED'
  | 'STREAM_IN_USE'
  | 'TIMED_OUT'
  | 'UNDO_LOST'
  | 'UNKNOWN_QUEUE'
  | 'UNKNOWN_WORKFLOW'
  | 'UNRECORDABLE_VALUE'
  | 'UNSUPPORTED'
  | 'WITHIN_OTHER_DATABASE'
  | 'WRONG_CONTEXT';

/** What a Holdfast error carries beside its message. */
export interface HoldfastErrorOptions {
  readonly cause?: unknown;
  /** Machine-readable facts of the case: ids, names, both sides of a mismatch. Survives storage. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The base of every error Holdfast raises: a stable `code`, and a message that says what happened, to what, and what
 * to do next.
 */
export class HoldfastError extends Error {
  override readonly name: string = 'HoldfastError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: HoldfastErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/**
 * Whether an error is Holdfast's own, with this code if one is given. True before storage, after it, and across two
 * copies of the package in one process.
 */
export function isHoldfastError(error: unknown, code?: ErrorCode): error is HoldfastError {
  if (!(error instanceof Error)) return false;
  const { name, code: found } = error as { name: string; code?: unknown };
  return name === 'HoldfastError' && typeof found === 'string' && (code === undefined || found === code);
}
