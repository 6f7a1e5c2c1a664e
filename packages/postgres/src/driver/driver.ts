import type { Row, Value } from '../sql/statement.js';

/** A statement as a driver sends it: the same name always stands for the same text. Without one it is not prepared. */
export interface NamedText {
  readonly name: string | undefined;
  readonly text: string;
}

/** Runs one statement and gives its rows. */
export type Query = (statement: NamedText, values: readonly Value[]) => Promise<readonly Row[]>;

/** An open transaction. */
export interface Transaction {
  readonly query: Query;
  /** Runs several statements without parameters. */
  exec(text: string): Promise<void>;
}

/** A connection of our own, beside the pool: for what a session alone can do. */
export interface Session {
  readonly query: Query;
  exec(text: string): Promise<void>;
  /** The server's process, as it was named when the session began. A pooler in between names some other. */
  readonly namedPid: number | null;
  /** Resolves when the connection is no more, whoever ended it. */
  readonly over: Promise<void>;
  /** Ends it, even in the middle of a statement. Never rejects. */
  end(): Promise<void>;
}

/** Hears the payload of a notification. */
export type Hear = (payload: string) => void;

/** A way to the database. All that differs between `pg` and PGlite is behind this. */
export interface Driver {
  readonly name: 'postgres' | 'pglite';
  /** Host, port and database, for messages. Never a password. */
  readonly where: string;
  /** Says what an error on opening means, and what to do. */
  explain(error: unknown): unknown;
  readonly query: Query;
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Opens a session that hears its channels' notifications; undefined where there are no sessions to be had. */
  readonly openSession: ((hear: Hear) => Promise<Session>) | undefined;
  /** Hears the notifications on a channel from within this process, until what it resolves with is called. */
  readonly listen: ((channel: string, hear: Hear) => Promise<() => Promise<void>>) | undefined;
  close(): Promise<void>;
}
