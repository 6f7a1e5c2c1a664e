import { driverState } from '@holdfast/postgres/internal';

/** Prisma's own codes as SQLSTATEs. @see https://www.prisma.io/docs/orm/reference/error-reference */
const STATES: Readonly<Record<string, string>> = {
  P1001: '08001', // the server cannot be reached
  P1002: '08001', // it did not answer in time
  P1008: '08006', // an operation timed out
  P1017: '08006', // the server closed the connection
  P2024: '53300', // no connection was free in time
  P2034: '40001', // write conflict or deadlock
};

/** A Prisma error as far as its SQLSTATE is concerned; the driver's own is deep inside. */
interface PrismaError {
  readonly code?: unknown;
  readonly meta?: {
    readonly driverAdapterError?: {
      readonly cause?: { readonly originalCode?: unknown; readonly kind?: unknown };
    };
  };
}

/** The SQLSTATE of an error, wherever Prisma hides it. */
export function prismaState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, meta } = error as PrismaError;
  const cause = meta?.driverAdapterError?.cause;
  if (typeof cause?.originalCode === 'string') return cause.originalCode;
  if (typeof code === 'string' && STATES[code]) return STATES[code];
  if (code === 'P2028' && /Unable to start a transaction/.test(error.message)) return '53300';
  return driverState(error);
}
