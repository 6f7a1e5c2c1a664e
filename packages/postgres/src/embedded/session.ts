import { Socket } from 'node:net';
import { Client } from 'pg';

export interface SessionTarget {
  readonly port: number;
  readonly database: string;
  readonly password: string;
  /** Shown in pg_stat_activity. */
  readonly name: string;
}

/** One connection to a cluster of our own, as its superuser. */
export interface Session {
  query<Row extends object>(text: string): Promise<Row[]>;
  /** Lets the process end although the session is open. */
  unref(): void;
  /** Keeps the process from ending, as a new session does. */
  ref(): void;
  /** False once it is over, whoever ended it. */
  readonly isOpen: boolean;
  /** Resolves when it is over. */
  readonly over: Promise<void>;
  end(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Connects. The settings of the environment (PGSSLMODE and the like) are for other databases, and do not count. */
export async function openSession(target: SessionTarget): Promise<Session> {
  const socket = new Socket();
  const client = new Client({
    host: '127.0.0.1',
    port: target.port,
    user: 'postgres',
    password: target.password,
    database: target.database,
    application_name: target.name,
    ssl: false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    stream: () => socket,
  });
  let isOpen = true;
  // An error between two queries also ends it.
  client.on('error', () => undefined);
  const over = new Promise<void>((resolve) => {
    client.once('end', () => {
      isOpen = false;
      resolve();
    });
  });
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    query: async (text) => (await client.query(text)).rows,
    unref: () => void socket.unref(),
    ref: () => void socket.ref(),
    get isOpen() {
      return isOpen;
    },
    over,
    end: () => client.end(),
  };
}
