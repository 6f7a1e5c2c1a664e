import { HoldfastError } from '@holdfast/core/adapter';

/** The part of a node-postgres pool that is used here. */
interface PgPool {
  on(event: 'acquire' | 'release', listener: (...args: never[]) => void): unknown;
}

/** The part of a connection taken from the pool that is used here. */
interface PgConnection {
  on(event: 'error', listener: () => void): unknown;
  release(destroy: true): void;
}

/**
 * Makes a node-postgres pool survive connections that break during a transaction; other drivers need nothing.
 *
 * node-postgres ends the process when a connection breaks that somebody has taken from the pool and does not listen to,
 * and Drizzle does not listen. It also forgets to give back one that breaks at the begin, until the pool is empty.
 *
 * @throws HoldfastError INVALID_OPTION for a single connection: concurrent steps would share one transaction.
 */
export function usePool(client: unknown): void {
  if (!isNodePostgres(client)) return;
  if (!('totalCount' in client)) throw singleConnection();
  const known = new WeakSet<PgConnection>();
  const taken = new WeakSet<PgConnection>();
  client.on('acquire', (connection: PgConnection) => {
    taken.add(connection);
    if (known.has(connection)) return;
    known.add(connection);
    // The statement under way fails with the same error: nothing is hidden.
    connection.on('error', () => {
      if (taken.has(connection)) giveBack(connection);
    });
  });
  client.on('release', (_: unknown, connection: PgConnection) => taken.delete(connection));
}

/** Whoever has it may give it back as well; a second time would be an error. */
function giveBack(connection: PgConnection): void {
  connection.release(true);
  connection.release = () => undefined;
}

/** Whether this is node-postgres's pool or client, and not postgres.js, PGlite or another driver. */
function isNodePostgres(client: unknown): client is PgPool {
  if (typeof client !== 'object' || client === null) return false;
  const { connect, query, on } = client as Record<string, unknown>;
  return [connect, query, on].every((method) => typeof method === 'function');
}

function singleConnection(): HoldfastError {
  return new HoldfastError(
    'INVALID_OPTION',
    'drizzleSteps was given a database on a single connection, where the transactions of concurrent steps would get ' +
      'mixed up. Give Drizzle a pool: drizzle(new Pool({ connectionString })).',
  );
}
