import { driverState } from '@holdfast/postgres/internal';

/** Prisma's own codes as SQLSTATEs. @see https://www.prisma.io/docs/orm/reference/error-reference */
const BY_CODE: Readonly<Record<string, string>> = {
  P1001: '08001', // the server cannot be reached
  P1002: '08001', // it did not answer in time
  P1008: '08006', // an operation timed out
  P1017: '08006', // the server closed the connection
  P2024: '53300', // no connection was free in time
  P2034: '40001', // write conflict or deadlock
};

/** What a driver adapter calls an error for which the server gave no SQLSTATE. */
const BY_KIND: Readonly<Record<string, string>> = {
  ConnectionClosed: '08006',
  DatabaseNotReachable: '08001',
  SocketTimeout: '08006',
};

/** An error as the driver adapter describes it. */
interface DriverCause {
  readonly originalCode?: unknown;
  readonly kind?: unknown;
}

/** An error of Prisma, as far as its SQLSTATE is concerned. */
interface PrismaError {
  readonly code?: unknown;
  /** Of a query's error. */
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: DriverCause } };
  /** Of an error at the commit, which is the driver adapter's own. */
  readonly cause?: DriverCause;
}

/** The SQLSTATE of an error, wherever Prisma hides it. */
export function prismaState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, meta, cause } = error as PrismaError;
  const { originalCode, kind } = meta?.driverAdapterError?.cause ?? cause ?? {};
  if (typeof originalCode === 'string') return originalCode;
  if (typeof kind === 'string' && BY_KIND[kind]) return BY_KIND[kind];
  if (typeof code === 'string' && BY_CODE[code]) return BY_CODE[code];
  if (code === 'P2028' && error.message.includes('Unable to start a transaction')) return '53300';
  return driverState(error);
}
