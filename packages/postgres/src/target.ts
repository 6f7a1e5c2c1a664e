import { HoldfastError } from '@holdfast/core/internal';
import pg, { type PoolConfig } from 'pg';
import { PgDriver, targetOf } from './driver/pg-driver.js';
import { isPgPool, type PgConfig, type PgPool } from './driver/pg-types.js';

/** A server to connect to: a connection string, a pool of `pg` that is the user's own, or what to make a pool of. */
export type PostgresTarget = string | PgPool | PgConfig;

/** How many connections a pool of ours may have. */
const POOL_SIZE = 10;

/**
 * Makes the way to a server. Connects to nothing yet.
 *
 * @param closed what else is to be done when it is closed.
 * @throws HoldfastError INVALID_OPTION if the target cannot be understood. The message never repeats it: it may hold a
 * password.
 */
export function driverTo(
  target: PostgresTarget,
  poolSize: number | undefined,
  closed?: () => Promise<void>,
): PgDriver {
  const pool = poolFor(target, poolSize);
  return new PgDriver({ pool, isOwn: pool !== target, ...(closed && { closed }) });
}

/** @throws HoldfastError INVALID_OPTION as {@link driverTo} does. */
export function checkTarget(target: PostgresTarget, poolSize: number | undefined): void {
  poolFor(target, poolSize);
}

function poolFor(target: PostgresTarget, poolSize: number | undefined): PgPool {
  if (isPgPool(target)) return target;
  const config = configOf(target) as PoolConfig;
  const defaults = { keepAlive: true, connectionTimeoutMillis: 10_000, idleTimeoutMillis: 60_000 };
  const max = checkedSize(poolSize) ?? config.max ?? POOL_SIZE;
  try {
    const pool = new pg.Pool({ fallback_application_name: 'holdfast', ...defaults, ...config, max });
    // Only now is a connection string read.
    targetOf(pool);
    return pool;
  } catch (error) {
    throw invalid(`is not what pg understands as one (${error instanceof Error ? error.name : 'error'})`);
  }
}

function configOf(target: string | PgConfig): PgConfig {
  if (typeof target === 'object' && target !== null) return target;
  if (typeof target !== 'string') throw invalid(`must not be of type ${typeof target}`);
  if (!/^(?:postgres|postgresql|socket):\/\/|^\//i.test(target)) {
    throw invalid('must look like postgres://user:password@host:5432/database');
  }
  return { connectionString: target };
}

function checkedSize(poolSize: number | undefined): number | undefined {
  if (poolSize === undefined || (Number.isInteger(poolSize) && poolSize > 0)) return poolSize;
  throw new HoldfastError('INVALID_OPTION', 'The option "poolSize" must be a whole number above 0.');
}

// The cause is left out, as it may hold the string.
function invalid(reason: string): HoldfastError {
  return new HoldfastError(
    'INVALID_OPTION',
    `The target of postgres(), a connection string, a pool of pg or its options, ${reason}.`,
  );
}
