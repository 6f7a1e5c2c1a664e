import type { Row, Value } from '../sql/statement.js';
import type { Hear, NamedText, Session } from './driver.js';
import type { PgClient } from './pg-types.js';

interface Notification {
  readonly payload?: string;
}

/** How long a connection may take to close, before it is cut. */
const CLOSING_MS = 1000;

/** Connects a client, and makes a session of it. */
export async function openPgSession(client: PgClient, hear: Hear): Promise<Session> {
  // From the beginning and for ever: an 'error' without a listener would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await endClient(client);
    throw error;
  }
  return new PgSession(client, hear);
}

class PgSession implements Session {
  readonly namedPid: number | null;
  readonly over: Promise<void>;
  readonly #client: PgClient;

  constructor(client: PgClient, hear: Hear) {
    this.#client = client;
    this.namedPid = client.processID ?? null;
    this.over = new Promise((resolve) => client.once('end', () => resolve()));
    client.on('notification', ({ payload }: Notification) => hear(payload ?? ''));
  }

  readonly query = async ({ text }: NamedText, values: readonly Value[]): Promise<readonly Row[]> =>
    (await this.#client.query({ text, values: [...values] })).rows;

  async exec(text: string): Promise<void> {
    await this.#client.query(text);
  }

  async end(): Promise<void> {
    await endClient(this.#client);
  }
}

async function endClient(client: PgClient): Promise<void> {
  const cut = setTimeout(() => client.connection?.stream?.destroy(), CLOSING_MS);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
}
