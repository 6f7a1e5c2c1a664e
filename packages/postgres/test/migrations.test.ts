import { createRegistry, Holdfast, step, workflow } from '@holdfast/core';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Driver } from '../src/driver/driver.js';
import { PgDriver } from '../src/driver/pg-driver.js';
import { Statements } from '../src/driver/statements.js';
import { migrate, migrationSql, postgres } from '../src/index.js';
import { LATEST, MIGRATIONS } from '../src/schema/all.js';
import { bringUpToDate } from '../src/schema/migrate.js';
import type { Migration } from '../src/schema/migration.js';
import { migrationText } from '../src/schema/text.js';
import { quoteIdentifier, schemaNamed } from '../src/sql/names.js';
import { database } from './support/homes.js';
import { openClient } from './support/sessions.js';

let url: string;
let client: pg.Client;
let schema: string;
let made = 0;

beforeAll(async () => {
  ({ url } = await database());
  client = await openClient(url);
});

beforeEach(() => {
  schema = `migrated "${made++}"`;
});

afterAll(() => client.end());

const tables = () => schemaNamed(schema);

async function open(options: Parameters<typeof postgres>[1] = {}): Promise<void> {
  const store = postgres(url, { schema, ...options });
  await store.open();
  await store.close();
}

async function tableNames(): Promise<string[]> {
  const { rows } = await client.query(
    'select table_name as name from information_schema.tables where table_schema = $1 order by 1',
    [schema],
  );
  return rows.map(({ name }) => name);
}

describe('opening a store', () => {
  test('makes its schema and its tables', async () => {
    await open();
    expect(await tableNames()).toEqual([
      'events',
      'executors',
      'messages',
      'migrations',
      'news',
      'offsets',
      'partitions',
      'queues',
      'runs',
      'schedules',
      'steps',
      'stream_values',
      'streams',
      'tallies',
      'waits',
    ]);
  });

  test('explains every table and column to whoever looks at them', async () => {
    await open();
    const { rows } = await client.query(
      `select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname <> 'migrations'
         and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)`,
      [quoteIdentifier(schema)],
    );
    expect(rows).toEqual([]);
  });

  test('finds them up to date the next time, and the installation the same', async () => {
    const [first, second] = [postgres(url, { schema }), postgres(url, { schema })];
    await first.open();
    await second.open();
    expect(first.location).toEqual({ schema, installationId: expect.stringMatching(/^[0-9a-f-]{36}\/\d+$/) });
    expect(second.location).toEqual(first.location);
    await Promise.all([first.close(), second.close()]);
    const { rows } = await client.query(`select version from ${tables().migrations} order by version`);
    expect(rows.map(({ version }) => version)).toEqual(Array.from({ length: LATEST }, (_, n) => n + 1));
  });

  test('by twenty at once makes them once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => open({ poolSize: 1 })));
    const { rows } = await client.query(`select count(*)::int as count from ${tables().migrations}`);
    expect(rows).toEqual([{ count: LATEST }]);
  });

  test('leaves nothing behind when a migration fails', async () => {
    // A table of that name is in the way of the last of them.
    await client.query(`create schema ${tables().quoted}; create view ${tables().steps} as select 1`);
    await expect(open()).rejects.toMatchObject({ code: '42P07' });
    expect(await tableNames()).toEqual(['steps']);
  });

  describe('that a newer version has migrated', () => {
    /** Applies what a newer version adds: a table, and a column that older code knows nothing of. */
    async function migrateFurther(...compatibleFrom: readonly (number | undefined)[]): Promise<void> {
      const added = compatibleFrom.map(
        (from, n): Migration => ({
          version: LATEST + 1 + n,
          name: `future ${n}`,
          ...(from !== undefined && { compatibleFrom: from }),
          text: (s) =>
            `create table ${s.quoted}.future_${n} (id int); alter table ${s.runs} add column future_${n} text;`,
        }),
      );
      const driver = new PgDriver({ pool: new pg.Pool({ connectionString: url }), isOwn: true });
      const migrations = [...MIGRATIONS, ...added];
      await bringUpToDate(driver, new Statements(tables()), { migrate: true, migrations });
      await driver.close();
    }

    test('runs workflows with them, if they say that it can, whether or not it may migrate', async () => {
      await migrateFurther(LATEST);
      const { rows } = await client.query(
        `select version, compatible_from from ${tables().migrations} order by 1`,
      );
      expect(rows.at(-1)).toEqual({ version: LATEST + 1, compatible_from: LATEST });
      for (const options of [{ migrate: true }, { migrate: false }]) {
        const registry = createRegistry();
        const flow = workflow('flow', { registry }, async () => step.run('work', () => 'done'));
        const app = new Holdfast({ store: postgres(url, { schema, ...options }), registry });
        await app.launch();
        expect(await (await app.start(flow, [])).result()).toBe('done');
        await app.shutdown();
      }
      expect(await tableNames()).toContain('future_0');
    });

    test('refuses them if they do not, and says which version they need', async () => {
      await open();
      await migrateFurther(undefined);
      for (const options of [{ migrate: true }, { migrate: false }]) {
        await expect(open(options)).rejects.toMatchObject({
          code: 'STORE_NEWER',
          message: expect.stringContaining(`knows version ${LATEST + 1}; this one knows version ${LATEST}`),
          details: { schema, version: LATEST + 1, compatibleFrom: LATEST + 1, known: LATEST },
        });
      }
      await expect(migrate(url, { schema })).rejects.toMatchObject({ code: 'STORE_NEWER' });
    });

    test('refuses them if one of several needs newer code, whatever those after it say', async () => {
      await migrateFurther(undefined, LATEST);
      await expect(open()).rejects.toMatchObject({ code: 'STORE_NEWER' });
    });
  });

  test('says what is missing when it may not migrate', async () => {
    const options = { migrate: false };
    await expect(open(options)).rejects.toMatchObject({
      code: 'STORE_NOT_MIGRATED',
      message: expect.stringContaining('migrationSql()'),
    });
    expect(await tableNames()).toEqual([]);
    await migrate(url, { schema });
    await open(options);
  });

  test('refuses a server that is too old', async () => {
    const driver = new PgDriver({ pool: new pg.Pool({ connectionString: url }), isOwn: true });
    const old: Driver = {
      name: driver.name,
      where: driver.where,
      explain: (error) => error,
      query: async (...args) =>
        (await driver.query(...args)).map((row) =>
          'server_version' in row ? { ...row, server_version: 120_022 } : row,
        ),
      transaction: (work) => driver.transaction(work),
      openSession: undefined,
      listen: undefined,
      close: () => driver.close(),
    };
    const opening = bringUpToDate(old, new Statements(tables()), { migrate: true });
    await expect(opening).rejects.toMatchObject({
      code: 'STORE_TOO_OLD',
      message: expect.stringContaining('version 12;'),
    });
    await old.close();
    expect(await tableNames()).toEqual([]);
  });
});

describe('tables of an earlier version', () => {
  /** All that the schema holds, in words that are the same in every schema. */
  async function contents(): Promise<string[]> {
    const { rows } = await client.query<{ what: string }>(
      `select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
         || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '') as what
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       where c.relnamespace = $1::regnamespace and c.relkind = 'r'
       union all select 'index ' || pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indrelid
       where c.relnamespace = $1::regnamespace
       union all select 'constraint ' || n.conrelid::regclass || ' ' || n.conname || ' ' || pg_get_constraintdef(n.oid)
       from pg_constraint n where n.connamespace = $1::regnamespace and n.conrelid <> 0 and n.contype <> 'n'
       union all select 'function ' || pg_get_functiondef(p.oid) from pg_proc p where p.pronamespace = $1::regnamespace
       order by 1`,
      [quoteIdentifier(schema)],
    );
    const { quoted } = tables();
    return rows.map(({ what }) => what.replaceAll(quoted, 'S').replaceAll(schema, 'S'));
  }

  test('are brought up to what new ones are, from each version', async () => {
    await open();
    const fresh = await contents();
    expect(fresh.length).toBeGreaterThan(100);
    for (let version = 1; version < LATEST; version++) {
      schema = `migrated "${made++}"`;
      await client.query(`create schema ${tables().quoted}`);
      for (const migration of MIGRATIONS.slice(0, version)) {
        await client.query(migrationText(tables(), migration));
      }
      await open();
      expect(await contents(), `from version ${version}`).toEqual(fresh);
    }
  });

  test('that cannot be brought up stay as they were', async () => {
    await client.query(`create schema ${tables().quoted}`);
    await client.query(migrationText(tables(), MIGRATIONS[0]!));
    const before = await contents();
    await client.query(`create table ${tables().tallies} (in_the_way int)`);
    await expect(open()).rejects.toMatchObject({ code: '42P07' });
    await client.query(`drop table ${tables().tallies}`);
    expect(await contents()).toEqual(before);
    await open();
  });
});

describe('a role that may not create schemas', () => {
  let limitedUrl: string;

  beforeAll(async () => {
    await client.query(
      `create role holdfast_limited login password 'x y'; alter role holdfast_limited set search_path = ''`,
    );
    const limited = new URL(url);
    limited.username = 'holdfast_limited';
    limited.password = 'x y';
    limitedUrl = limited.href;
    return async () =>
      void (await client.query('drop owned by holdfast_limited; drop role holdfast_limited'));
  });

  test('can migrate a schema that was made for it', async () => {
    await client.query(`create schema ${tables().quoted} authorization holdfast_limited`);
    const store = postgres(limitedUrl, { schema });
    await store.open();
    await store.close();
    expect(await tableNames()).toContain('runs');
  });

  test('is told what it lacks', async () => {
    const store = postgres(limitedUrl, { schema });
    await expect(store.open()).rejects.toMatchObject({
      code: 'STORE_REFUSED',
      message: expect.stringMatching(/holdfast_limited.*permission denied.*migrationSql/),
    });
  });
});

describe('the SQL of all migrations', () => {
  test('makes the same as opening a store does', async () => {
    await client.query(migrationSql({ schema }));
    await open({ migrate: false });
  });

  test.each(MIGRATIONS.slice(0, -1).map(({ version }) => version))(
    'from version %i on completes tables of that version',
    async (version) => {
      await client.query(`create schema ${tables().quoted}`);
      for (const migration of MIGRATIONS.slice(0, version))
        await client.query(migrationText(tables(), migration));
      await client.query(migrationSql({ schema, from: version }));
      await open({ migrate: false });
    },
  );

  test('is what migrate() prints, and nothing is applied', async () => {
    const printed: string[] = [];
    await migrate(url, { schema, print: (sql) => printed.push(sql) });
    expect(printed).toEqual([migrationSql({ schema })]);
    expect(await tableNames()).toEqual([]);
  });
});
