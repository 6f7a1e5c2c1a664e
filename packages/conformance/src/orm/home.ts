import pg from 'pg';
import type { Ground, GroundDatabase } from '../ground.js';
import { TABLES } from './orm.js';

/** A database with the suites' tables, and a witness that looks at it past the ORM and the store. */
export class Home {
  readonly url: string;
  readonly #ground: Ground;
  readonly #database: GroundDatabase;
  readonly #witness: pg.Pool;

  private constructor(ground: Ground, database: GroundDatabase) {
    this.#ground = ground;
    this.#database = database;
    this.url = database.url;
    this.#witness = new pg.Pool({ connectionString: database.url, max: 4 });
    this.#witness.on('error', () => undefined);
  }

  static async make(ground: Ground): Promise<Home> {
    const home = new Home(ground, await ground.createTestDatabase(ground.serverUrl));
    await home.sql(TABLES);
    return home;
  }

  /** A copy of this database with all that is in it. Nobody may be connected to it, but for the witness. */
  async clone(): Promise<Home> {
    const copy = await this.#ground.createTestDatabase(this.#ground.serverUrl);
    const [name, copyName] = [this.url, copy.url].map((url) => new URL(url).pathname.slice(1));
    const server = new pg.Client({ connectionString: this.#ground.serverUrl });
    await server.connect();
    await server.query(`drop database ${copyName}`);
    await server.query(
      `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${name}'`,
    );
    await server.query(`create database ${copyName} template ${name}`);
    await server.end();
    return new Home(this.#ground, copy);
  }

  /** Runs SQL as the witness. */
  async sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#witness.query<Row>(text, [...values]);
    return rows;
  }

  /** How many committed items have this name. */
  async items(name: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      'select count(*)::int as count from item where name = $1',
      [name],
    );
    return row!.count;
  }

  /** Holds an advisory lock until the answer is called. */
  async lock(key: number): Promise<() => Promise<void>> {
    const session = await this.#witness.connect();
    await session.query('select pg_advisory_lock($1)', [key]);
    return async () => {
      await session.query('select pg_advisory_unlock($1)', [key]);
      session.release();
    };
  }

  async dispose(): Promise<void> {
    await this.#witness.end();
    await this.#database.drop();
  }
}
