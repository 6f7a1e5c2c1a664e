import { quoteIdentifier } from '../sql/names.js';
import type { Row, Value } from '../sql/statement.js';
import type { Driver, Hear, NamedText, Transaction } from './driver.js';

interface PGliteResult {
  readonly rows: Record<string, unknown>[];
}

interface PGliteQueries {
  query(text: string, values?: unknown[]): Promise<PGliteResult>;
  exec(text: string): Promise<unknown>;
}

/** As much of a PGlite database as is used. */
export interface PGliteLike extends PGliteQueries {
  transaction<T>(work: (transaction: PGliteQueries) => Promise<T>): Promise<T>;
  onNotification(heard: (channel: string, payload: string) => void): () => void;
  close(): Promise<void>;
}

export interface PGliteDriverOptions {
  readonly database: PGliteLike;
  /** For messages. */
  readonly where: string;
  /** Closes the database, if it is ours. */
  readonly close: () => Promise<void>;
}

/**
 * The way to a PGlite database. It has one session for all, which does one thing after the other, so there are no
 * sessions of one's own; whoever listens does so within this process.
 */
export class PGliteDriver implements Driver {
  readonly name = 'pglite';
  readonly where: string;
  readonly openSession = undefined;
  readonly #database: PGliteLike;
  readonly close: () => Promise<void>;

  constructor({ database, where, close }: PGliteDriverOptions) {
    this.#database = database;
    this.where = where;
    this.close = close;
  }

  explain(error: unknown): unknown {
    return error;
  }

  readonly query = (statement: NamedText, values: readonly Value[]): Promise<readonly Row[]> =>
    ask(this.#database, statement, values);

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#database.transaction((transaction) =>
      work({
        query: (statement, values) => ask(transaction, statement, values),
        exec: async (text) => void (await transaction.exec(text)),
      }),
    );
  }

  readonly listen = async (channel: string, hear: Hear): Promise<() => Promise<void>> => {
    // Not by `database.listen`: it takes a quoted name apart in a way that loses quotes within.
    await this.#database.exec(`listen ${quoteIdentifier(channel)}`);
    const leave = this.#database.onNotification((on, payload) => {
      if (on === channel) hear(payload);
    });
    return async () => leave();
  };
}

async function ask(
  on: PGliteQueries,
  { text }: NamedText,
  values: readonly Value[],
): Promise<readonly Row[]> {
  return (await on.query(text, [...values])).rows;
}
