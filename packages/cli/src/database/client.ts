import { Client } from '@holdfast/core';
import type { Terminal } from '../terminal/terminal.js';
import { type DatabaseOptions, findTarget, storeAt } from './target.js';

/** Does something with a client that is open meanwhile. */
export async function withClient<T>(
  options: DatabaseOptions,
  terminal: Terminal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ store: storeAt(findTarget(options, terminal), options.schema) });
  await client.open();
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
