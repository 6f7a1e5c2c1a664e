import { PGlite } from '@electric-sql/pglite';
import { createRegistry, Holdfast, type Registry, workflow } from '@holdfast/core';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/internal';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { jsonb, numeric, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core';
import { drizzle as drizzleOnPGlite } from 'drizzle-orm/pglite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { drizzleAdapter } from '../src/drizzle-adapter.js';
import { drizzleSteps, pglite, postgres } from '../src/index.js';
import { items } from './support/orm.js';

const documents = pgTable('document', {
  id: serial().primaryKey(),
  data: jsonb().notNull(),
  tags: text().array().notNull(),
  price: numeric().notNull(),
  at: timestamp({ withTimezone: true }).notNull(),
});

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase(inject('serverUrl'));
  pool = new pg.Pool({ connectionString: database.url });
  await pool.query('create table item (id serial primary key, name text not null)');
  await pool.query(
    'create table document (id serial primary key, data jsonb, tags text[], price numeric, at timestamptz)',
  );
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Runs SQL text as core does. */
function run(statement: string, values: (string | number | boolean | null)[] = []) {
  const adapter = drizzleAdapter(drizzle(pool));
  return adapter.transaction({}, (tx) => adapter.run(tx, statement, values));
}

describe('SQL text with parameters', () => {
  test('parameters may come in any order, and more than once', async () => {
    expect(await run('select $2::text as b, $1::int as a, $2::text as c', [1, 'x'])).toEqual([
      { a: 1, b: 'x', c: 'x' },
    ]);
  });

  test('there may be more than nine', async () => {
    const values = Array.from({ length: 12 }, (_, n) => n + 1);
    const sum = values.map((n) => `$${n}::int`).join(' + ');
    expect(await run(`select ${sum} as sum`, values)).toEqual([{ sum: 78 }]);
  });

  test('a dollar sign in a name, a literal or a comment is none, nor is a question mark', async () => {
    const statement = `select '$1, it''s ?' as literal, $1::text as "a ""$2"" b?" -- it's $3?
      , '{"a":1}'::jsonb ? 'a' as has`;
    expect(await run(statement, ['x'])).toEqual([{ literal: "$1, it's ?", 'a "$2" b?': 'x', has: true }]);
  });

  test('values keep their types: text, numbers, booleans, null and JSON', async () => {
    const statement =
      'select $1::text as t, $2::int as i, $3::boolean as b, $4::text as n, $5::text::json as j, $6::text::float8 as f';
    expect(await run(statement, ['{}', 7, false, null, '{"a":[1,null]}', '1.5'])).toEqual([
      { t: '{}', i: 7, b: false, n: null, j: { a: [1, null] }, f: 1.5 },
    ]);
  });
});

describe('in a step', () => {
  test('JSON, arrays, numerics and dates are written and come back, and are recorded', async () => {
    const registry = createRegistry();
    const tx = drizzleSteps(drizzle(pool), { registry });
    const at = new Date('2024-02-29T12:00:00.123Z');
    const write = tx('write', async (t) => {
      const values = { data: { a: [1, null] }, tags: ['a', 'b, "c"'], price: '10.50', at };
      const [document] = await t.insert(documents).values(values).returning();
      return document;
    });
    expect(await once(registry, write)).toEqual({
      id: 1,
      data: { a: [1, null] },
      tags: ['a', 'b, "c"'],
      price: '10.50',
      at,
    });
  });

  test('a savepoint that is rolled back takes only its own rows with it', async () => {
    const registry = createRegistry();
    const tx = drizzleSteps(drizzle(pool), { registry });
    const write = tx('write', async (t) => {
      await t.insert(items).values({ name: 'kept' });
      await t
        .transaction(async (inner) => {
          await inner.insert(items).values({ name: 'lost' });
          throw new Error('undo');
        })
        .catch(() => undefined);
      return (await t.select({ name: items.name }).from(items)).map(({ name }) => name);
    });
    expect(await once(registry, write)).toEqual(['kept']);
    expect((await pool.query('select name from item')).rows).toEqual([{ name: 'kept' }]);
  });

  test('rollback() is an error of the step', async () => {
    const registry = createRegistry();
    const tx = drizzleSteps(drizzle(pool), { registry });
    const write = tx('write', async (t) => {
      await t.insert(items).values({ name: 'rolled back' });
      t.rollback();
    });
    await expect(once(registry, write)).rejects.toMatchObject({ name: 'DrizzleError', message: 'Rollback' });
    expect((await pool.query("select from item where name = 'rolled back'")).rows).toEqual([]);
  });

  test('a handle cannot be used when its transaction has ended', async () => {
    const tx = drizzleSteps(drizzle(pool), { registry: createRegistry() });
    const kept = await tx.run('keep', async (t) => ({ t }));
    expect(() => kept.t.select().from(items)).toThrow('This transaction has ended');
  });
});

describe('the database that is handed in', () => {
  test('on a single connection it is refused, as concurrent steps would share a transaction', () => {
    const single = drizzle(new pg.Client({ connectionString: database.url }));
    const refusal = (): unknown => drizzleSteps(single, { registry: createRegistry() });
    expect(refusal).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    expect(refusal).toThrow(/pool/);
  });

  test('a connection that breaks while it is taken from the pool does not end the process', async () => {
    const own = new pg.Pool({ connectionString: database.url, max: 1 });
    drizzleSteps(drizzle(own), { registry: createRegistry() });
    const taken = await own.connect();
    await expect(taken.query('select pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({
      code: '57P01',
    });
    await new Promise<void>((resolve) => void taken.once('end', () => resolve()));
    // Whoever took it may still give it back, and the pool has room for another.
    taken.release();
    expect((await own.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await own.end();
  });
});

describe('on PGlite', () => {
  test("rows and checkpoint are one transaction on the store's own database", async () => {
    const client = await PGlite.create();
    const db = drizzleOnPGlite(client);
    await client.exec('create table item (id serial primary key, name text not null)');
    const registry = createRegistry();
    const tx = drizzleSteps(db, { registry });
    const write = tx('write', async (t, name: string) => {
      await t.insert(items).values({ name });
      if (name === 'bad') throw new Error('bad');
      return name;
    });
    const both = workflow('both', { registry }, async () => {
      const [good, bad] = await Promise.allSettled([write('good'), write('bad')]);
      return [good.status, bad.status, await write('last')];
    });
    const echo = workflow('echo', { registry }, async (name: string) => name);
    const app = new Holdfast({ store: pglite(client), registry });
    await app.launch();
    const { id } = await app.start(both, []);
    expect(await app.handle(id).result()).toEqual(['fulfilled', 'rejected', 'last']);
    const { rows } = await db.execute(sql`
      select i.name, i.xmin::text = s.xmin::text as same from item i, holdfast.steps s
      where s.run_id = ${id} and s.output #>> '{}' = i.name order by i.id`);
    expect(rows).toEqual([
      { name: 'good', same: true },
      { name: 'last', same: true },
    ]);
    const echoed = await db.transaction((t) => app.within(t).start(echo, ['hello']));
    expect(await echoed.result()).toBe('hello');
    expect(await db.select().from(items).where(eq(items.name, 'bad'))).toEqual([]);
    await app.shutdown();
    await client.close();
  });
});

/** Runs a step in a run of its own, and gives its result as the journal has it. */
async function once(registry: Registry, step: () => Promise<unknown>): Promise<unknown> {
  const made = workflow('once', { registry }, step);
  const app = new Holdfast({ store: postgres(database.url), registry, workflows: [made] });
  await app.launch();
  try {
    const handle = await app.start(made, []);
    await handle.result();
    return (await app.runs.steps(handle.id))[0]?.output;
  } finally {
    await app.shutdown();
  }
}
