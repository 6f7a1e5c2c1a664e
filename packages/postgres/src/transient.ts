import { isHoldfastError } from '@holdfast/core/internal';
import { driverState } from './driver-state.js';

/** A connection that is gone or cannot be had, for now. 08: connection exceptions; 53: the server lacks resources. */
const LOST = /^(?:08...|53...|57P0[1235]|25P03)$/;

/** The server gave up on the statement because of others, or of a time limit: it may do it now. */
const GAVE_WAY = new Set(['40001', '40P01', '55P03', '57014']);

/** A server that was the primary one a moment ago, and takes no writes now. */
const READ_ONLY = '25006';

const SOCKET_CODES = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether an error, or its code, says that the connection is gone: what was asked for may have been done or not. */
export function isConnectionLost(errorOrCode: unknown): boolean {
  const state = stateOf(errorOrCode);
  return state !== undefined && (LOST.test(state) || SOCKET_CODES.has(state));
}

/** Whether an error, or its code, says that the transaction was rolled back because of others that ran beside it. */
export function isSerializationFailure(errorOrCode: unknown): boolean {
  const state = stateOf(errorOrCode);
  return state === '40001' || state === '40P01';
}

/** Whether an error of Postgres, of `pg` or of PGlite means that the same may succeed a little later. */
export function isTransientPostgres(error: unknown): boolean {
  if (isHoldfastError(error)) return error.code === 'STORE_UNAVAILABLE';
  if (isConnectionLost(error)) return true;
  const state = stateOf(error);
  return state !== undefined && (GAVE_WAY.has(state) || state === READ_ONLY);
}

function stateOf(errorOrCode: unknown): string | undefined {
  if (typeof errorOrCode === 'string') return errorOrCode;
  // Node tries all addresses of a host, and reports each failure.
  if (errorOrCode instanceof AggregateError)
    return driverState(errorOrCode) ?? driverState(errorOrCode.errors[0]);
  return driverState(errorOrCode) ?? (isTimeout(errorOrCode) ? 'ETIMEDOUT' : undefined);
}

/** What `pg` says, without a code, when a connection or an answer took longer than the user's own limit. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && /^(?:timeout expired|Query read timeout)$/.test(error.message);
}
