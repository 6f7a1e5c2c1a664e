import type { ClientConfig } from 'pg';
import pg from 'pg';
import type { Row, Value } from '../sql/statement.js';
import { openingError, type Target } from '../connect-errors.js';
import { driverState } from '../driver-state.js';
import type { Driver, Hear, NamedText, Session, Transaction } from './driver.js';
import { openPgSession } from './pg-session.js';
import type { PgClient, PgPool, PgQuery, PgResult } from './pg-types.js';

/** A prepared statement is not there (26000), or is there already (42P05): a pooler shares connections out. */
const NOT_PREPARED = new Set(['26000', '42P05']);

export interface PgDriverOptions {
  readonly pool: PgPool;
  /** Whether the pool is ours, to be closed by us. */
  readonly isOwn: boolean;
  /** What else is to be done on closing. */
  readonly closed?: () => Promise<void>;
}

/** The way to a server, by a pool of `pg`. */
export class PgDriver implements Driver {
  readonly name = 'postgres';
  readonly #target: Target;
  readonly #options: PgDriverOptions;
  readonly #pool: PgPool;
  #prepares = true;

  constructor(options: PgDriverOptions) {
    this.#options = options;
    this.#pool = options.pool;
    this.#target = targetOf(options.pool);
    // An idle connection that breaks is an event, and one without a listener would end the process; also when the pool
    // is just being closed. So this one stays.
    if (!this.#pool.listeners('error').includes(ignore)) this.#pool.on('error', ignore);
  }

  get where(): string {
    return this.#target.where;
  }

  explain(error: unknown): unknown {
    return openingError(error, this.#target);
  }

  readonly query = (statement: NamedText, values: readonly Value[]): Promise<readonly Row[]> =>
    this.#ask((query) => this.#pool.query(query), statement, values);

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      const result = await work({
        query: (statement, values) => this.#ask((query) => client.query(query), statement, values),
        exec: async (text) => void (await client.query(text)),
      });
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // Closed rather than rolled back: it may be the connection that failed.
      client.release(true);
      throw error;
    }
  }

  readonly openSession = (hear: Hear): Promise<Session> =>
    openPgSession(newClient(this.#pool, { keepAlive: true }), hear);

  readonly listen = undefined;

  async close(): Promise<void> {
    if (this.#options.isOwn) await this.#pool.end();
    await this.#options.closed?.();
  }

  // Statements are prepared once for each connection, by their names. Behind a pooler that hands each transaction
  // another connection, the server does not know them; they are then sent in full. Nothing was executed when it says so.
  async #ask(
    send: (query: PgQuery) => Promise<PgResult>,
    { name, text }: NamedText,
    values: readonly Value[],
  ): Promise<readonly Row[]> {
    if (this.#prepares) {
      try {
        return (await send({ name, text, values: [...values] })).rows;
      } catch (error) {
        if (!NOT_PREPARED.has(driverState(error) ?? '')) throw error;
        this.#prepares = false;
      }
    }
    return (await send({ text, values: [...values] })).rows;
  }
}

/** Where a pool's connections go. */
export function targetOf(pool: PgPool): Target {
  const { host, port, database, user } = newClient(pool);
  return { where: `${host}:${port}/${database ?? ''}`, user };
}

function newClient(pool: PgPool, changes: ClientConfig = {}): PgClient {
  const Client = pool.Client ?? pg.Client;
  return new Client(withChanges(pool.options, changes));
}

// A pool hides its password from enumeration, so a copy by spreading would be without it.
function withChanges(options: ClientConfig, changes: ClientConfig): ClientConfig {
  return Object.assign(Object.create(options) as ClientConfig, changes);
}

function ignore(): void {}
