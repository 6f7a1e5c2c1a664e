import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { startTemporaryCluster } from '../embedded/temporary-cluster.js';

/** What vitest hands to a global set-up, as far as it is used here. */
interface Project {
  provide(key: 'serverUrl', value: string): void;
}

/**
 * A global set-up for vitest that gives the tests a server: DATABASE_URL's, or else a temporary cluster. The tests get
 * it as `inject('serverUrl')`; its user must be allowed to create databases.
 *
 * @example
 * // test/global-setup.ts
 * import { testServer } from '@holdfast/postgres/internal';
 * declare module 'vitest' {
 *   interface ProvidedContext { serverUrl: string }
 * }
 * export default testServer;
 */
export async function testServer(project: Project): Promise<() => Promise<void>> {
  const { DATABASE_URL } = process.env;
  if (DATABASE_URL) {
    project.provide('serverUrl', DATABASE_URL);
    return async () => undefined;
  }
  const cluster = await startTemporaryCluster({ settings: { max_connections: '400' } });
  project.provide('serverUrl', cluster.url);
  return () => cluster.remove();
}

/** An empty database for one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Deletes it, and ends the connections to it that are still open. */
  drop(): Promise<void>;
}

/** Creates a database of a name that no other test has. */
export async function createTestDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `holdfast_test_${randomUUID().replaceAll('-', '')}`;
  // Unlike the default template, template0 has no connections that would be in the way.
  await run(serverUrl, `create database ${name} template template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(serverUrl, `drop database if exists ${name} with (force)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
