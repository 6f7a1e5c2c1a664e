import { PGlite } from '@electric-sql/pglite';
import type { StoreHome } from '@holdfast/conformance';
import type { Store } from '@holdfast/core/internal';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { PgDriver } from '../../src/driver/pg-driver.js';
import { Statements } from '../../src/driver/statements.js';
import { grantsSql, migrate, pglite, postgres } from '../../src/index.js';
import { quoteIdentifier, schemaNamed } from '../../src/sql/names.js';
import { commitEntries } from '../../src/store/commit.js';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.js';
import type { Pooler } from './pooler.js';
import { createRole, execute, type Role } from './roles.js';

/** A store's home, and where it is. */
export interface Home extends StoreHome {
  readonly url: string;
  readonly schema: string;
}

/** A store with a schema of its own in a database that the test file has to itself. */
export async function postgresHome(name = 'holdfast'): Promise<Home> {
  const { url } = await database();
  const schema = `${name} ${homes++}`;
  const home = await homeOf(
    () => postgres(url, { schema }),
    () => dropSchema(url, schema),
  );
  return { ...home, url, schema };
}

/** The same, with a store that writes nothing plainly, though it could. */
export async function fullHome(name = 'holdfast'): Promise<Home> {
  const { url } = await database();
  const schema = `${name} ${homes++}`;
  const driver = new PgDriver({ pool: new pg.Pool({ connectionString: url, max: 4 }), isOwn: true });
  const statements = new Statements(schemaNamed(schema));
  const home = await homeOf(
    () => {
      const store = postgres(url, { schema });
      const commit = store.commit.bind(store);
      // One that is closed says so itself.
      store.commit = (entries) =>
        store.location ? commitEntries(driver, statements, entries, 'full') : commit(entries);
      return store;
    },
    async () => {
      await driver.close();
      await dropSchema(url, schema);
    },
  );
  return { ...home, url, schema };
}

/** The same, by a pool that is not the store's own. */
export async function poolHome(): Promise<Home> {
  const { url } = await database();
  const schema = `holdfast ${homes++}`;
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const home = await homeOf(
    () => postgres(pool, { schema }),
    async () => {
      await dropSchema(url, schema);
      await pool.end();
    },
  );
  return { ...home, url, schema };
}

/** The same, through a pooler. What a test does beside the store goes to the server directly. */
export async function pooledHome(pooler: Pooler): Promise<Home> {
  const { url } = await database();
  const schema = `holdfast ${homes++}`;
  const home = await homeOf(
    () => postgres(pooler.url(url), { schema }),
    () => dropSchema(url, schema),
  );
  return { ...home, url, schema };
}

/** The same, as a role that has no more than the grants of an app. Its tables belong to somebody else. */
export async function appRoleHome(): Promise<Home> {
  const { url } = await database();
  const schema = `holdfast ${homes++}`;
  role ??= createRole(url);
  const { name, url: asRole } = await role;
  await migrate(url, { schema });
  await execute(url, grantsSql({ role: name, schema }));
  const home = await homeOf(
    () => postgres(asRole(url), { schema, migrate: false }),
    () => dropSchema(url, schema),
  );
  return { ...home, url, schema };
}

/** A store in PGlite. One database serves all of a file, as making one takes seconds: each store has a schema. */
export async function pgliteHome(): Promise<StoreHome> {
  lite ??= PGlite.create();
  const on = await lite;
  const schema = `holdfast ${homes++}`;
  return homeOf(
    () => pglite(on, { schema }),
    async () => void (await on.exec(`drop schema ${quoteIdentifier(schema)} cascade`)),
  );
}

/** The database of this test file. */
export function database(): Promise<TestDatabase> {
  made ??= createTestDatabase(inject('serverUrl'));
  return made;
}

let made: Promise<TestDatabase> | undefined;
let lite: Promise<PGlite> | undefined;
let role: Promise<Role> | undefined;
let homes = 0;

afterAll(async () => {
  await (await role)?.drop();
  await (await made)?.drop();
  await (await lite)?.close();
});

async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`drop schema ${quoteIdentifier(schema)} cascade`);
  await client.end();
}

async function homeOf(make: () => Store, dispose: () => Promise<void>): Promise<StoreHome> {
  const handles: Store[] = [];
  const another = async (): Promise<Store> => {
    const store = make();
    handles.push(store);
    await store.open();
    return store;
  };
  return {
    store: await another(),
    another,
    dispose: async () => {
      for (const handle of handles) await handle.close();
      await dispose();
    },
  };
}
