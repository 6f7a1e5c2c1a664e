import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openingError, type Target } from '../connect-errors.js';
import { driverState } from '../driver-state.js';
import type { Row, Value } from '../sql/statement.js';
import type { Driver, Hear, NamedText, Session, Transaction } from './driver.js';
import { openPgSession } from './pg-session.js';
import type { PgClient, PgClientMaker, PgPool } from './pg-types.js';

/** A prepared statement is not there (26000), or is there already (42P05): a pooler shares connections out. */
const NOT_PREPARED = new Set(['26000', '42P05']);

/** SQLSTATE insufficient_privilege: who runs Holdfast can do something about it, and is told what. */
const LACKS_RIGHT = '42501';

/** How long a pool may take to close. */
const CLOSING_MS = 5000;

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

  // Statements are prepared once for each connection, by their names. Behind a pooler that hands each transaction
  // another connection, the server does not know them; they are then sent in full. Nothing was executed when it says so.
  readonly query = async (statement: NamedText, values: readonly Value[]): Promise<readonly Row[]> => {
    try {
      return await this.#send(statement, [...values]);
    } catch (error) {
      throw driverState(error) === LACKS_RIGHT ? this.explain(error) : error;
    }
  };

  async #send({ name, text }: NamedText, values: Value[]): Promise<readonly Row[]> {
    if (this.#prepares && name !== undefined) {
      try {
        return (await this.#pool.query({ name, text, values })).rows;
      } catch (error) {
        if (!NOT_PREPARED.has(driverState(error) ?? '')) throw error;
        this.#prepares = false;
      }
    }
    return (await this.#pool.query({ text, values })).rows;
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      const result = await work({
        // Not prepared: there would be no second try within a transaction.
        query: async ({ text }, values) => (await client.query({ text, values: [...values] })).rows,
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
    openPgSession(newClient(this.#pool, { keepAlive: true, query_timeout: 0 }), hear);

  readonly listen = undefined;

  async close(): Promise<void> {
    // A pool waits for connections that are in use, and one that hangs would hold it up for ever.
    if (this.#options.isOwn)
      await Promise.race([this.#pool.end(), delay(CLOSING_MS, undefined, { ref: false })]);
    await this.#options.closed?.();
  }
}

/** Where a pool's connections go. */
export function targetOf(pool: PgPool): Target {
  const { host, port, database, user } = newClient(pool);
  return { where: `${host}:${port}/${database ?? ''}`, user };
}

function newClient(pool: PgPool & PgClientMaker, changes: object = {}): PgClient {
  const Client = pool.Client ?? pg.Client;
  // A pool hides its password from enumeration, so a copy by spreading would be without it.
  return new Client(Object.assign(Object.create(pool.options) as object, changes));
}

function ignore(): void {}
