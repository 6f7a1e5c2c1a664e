import { randomBytes } from 'node:crypto';
import { quoteIdentifier } from '../../src/sql/names.js';
import { openClient } from './sessions.js';

/** A role of a server that owns nothing and may do nothing yet but log in. */
export interface Role {
  readonly name: string;
  /** The url of a database, as this role. */
  url(original: string): string;
  /** Takes all its rights in this database away, and deletes it. */
  drop(): Promise<void>;
}

/** Makes a role. Its name needs quoting. */
export async function createRole(adminUrl: string): Promise<Role> {
  const name = `app's "role" ${randomBytes(6).toString('hex')}`;
  const quoted = quoteIdentifier(name);
  await execute(adminUrl, `create role ${quoted} login password 'x y'`);
  return {
    name,
    url: (original) => {
      const url = new URL(original);
      url.username = encodeURIComponent(name);
      url.password = encodeURIComponent('x y');
      return url.href;
    },
    drop: () => execute(adminUrl, `drop owned by ${quoted} cascade; drop role ${quoted}`),
  };
}

/** Runs statements on a connection of their own. */
export async function execute(url: string, statements: string): Promise<void> {
  const client = await openClient(url);
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
