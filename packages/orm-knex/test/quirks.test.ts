import { createRegistry, Holdfast, type Registry, workflow } from '@holdfast/core';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/internal';
import makeKnex, { type Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { knexSteps, postgres } from '../src/index.js';
import { knexAdapter } from '../src/knex-adapter.js';
import { SILENT } from './support/orm.js';

let database: TestDatabase;
let knex: Knex;

beforeAll(async () => {
  database = await createTestDatabase(inject('serverUrl'));
  knex = makeKnex({ client: 'pg', connection: database.url });
  await knex.raw('create table item (id serial primary key, name text not null)');
  await knex.raw(
    'create table document (id serial primary key, data jsonb, tags text[], price numeric, at timestamptz)',
  );
});

afterAll(async () => {
  await knex.destroy();
  await database.drop();
});

/** Runs SQL text as core does. */
function run(statement: string, values: (string | number | boolean | null)[] = []) {
  const adapter = knexAdapter(knex);
  return adapter.transaction({}, (tx) => adapter.run(tx, statement, values));
}

/** The names of all items, as another connection sees them. */
async function items(): Promise<string[]> {
  return knex<{ name: string }>('item').orderBy('id').pluck('name');
}

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

  test('a question mark is none: in an operator, a name, a literal or a comment', async () => {
    const statement = `select '?, ??, it''s :a' as literal, $1::text as "b? ??" -- what's this?
      , '{"a":1}'::jsonb ? 'a' as has, '{"a":1}'::jsonb ?| array['b', $2] as "hasAny"`;
    expect(await run(statement, ['x', 'a'])).toEqual([
      { literal: "?, ??, it's :a", 'b? ??': 'x', has: true, hasAny: true },
    ]);
  });

  test('a dollar sign in a name, a literal or a comment is none', async () => {
    const statement = `select '$1, it''s' as literal, $1::text as "a ""$2"" b" -- it's $3\n`;
    expect(await run(statement, ['x'])).toEqual([{ literal: "$1, it's", 'a "$2" b': 'x' }]);
  });

  test('values keep their types: text, numbers, booleans, null and JSON; a question mark in one stays', async () => {
    const statement =
      'select $1::text as t, $2::int as i, $3::boolean as b, $4::text as n, $5::text::json as j, $6::text::float8 as f';
    expect(await run(statement, ['what? \\?', 7, false, null, '{"a":[1,null]}', '1.5'])).toEqual([
      { t: 'what? \\?', i: 7, b: false, n: null, j: { a: [1, null] }, f: 1.5 },
    ]);
  });
});

describe('in a step', () => {
  test('JSON, arrays, numerics and dates are written and come back, and are recorded', async () => {
    const registry = createRegistry();
    const tx = knexSteps(knex, { registry });
    const at = new Date('2024-02-29T12:00:00.123Z');
    const write = tx('write', async (t) => {
      const data = JSON.stringify({ a: [1, null] });
      const values = { data, tags: ['a', 'b, "c"'], price: '10.50', at };
      const [document] = await t('document').insert(values, ['data', 'tags', 'price', 'at']);
      return document;
    });
    expect(await once(registry, write)).toEqual({
      data: { a: [1, null] },
      tags: ['a', 'b, "c"'],
      price: '10.50',
      at,
    });
  });

  test('a savepoint that is rolled back takes only its own rows with it', async () => {
    const registry = createRegistry();
    const tx = knexSteps(knex, { registry });
    const write = tx('write', async (t) => {
      await t('item').insert({ name: 'kept' });
      await t
        .transaction(async (inner) => {
          await inner('item').insert({ name: 'lost' });
          throw new Error('undo');
        })
        .catch(() => undefined);
    });
    await once(registry, write);
    expect(await items()).toEqual(['kept']);
  });

  test('a body that rolls back by itself fails: nothing was committed, the checkpoint neither', async () => {
    const registry = createRegistry();
    const tx = knexSteps(knex, { registry });
    const write = tx('write', async (t) => {
      await t('item').insert({ name: 'rolled back' });
      await t.rollback();
      return 'done';
    });
    await expect(once(registry, write)).rejects.toThrow('already complete');
    expect(await items()).not.toContain('rolled back');
  });

  test('no free connection in time is no outcome: the step waits on', async () => {
    const registry = createRegistry();
    const small = makeKnex({
      client: 'pg',
      connection: database.url,
      pool: { min: 0, max: 1 },
      acquireConnectionTimeout: 100,
      log: SILENT,
    });
    const tx = knexSteps(small, { registry });
    const slow = tx('slow', async (t, name: string) => {
      await t.raw('select pg_sleep(0.3)');
      return name;
    });
    const both = async (): Promise<string[]> => Promise.all([slow('a'), slow('b'), slow('c')]);
    const made = workflow('both', { registry }, both);
    const app = new Holdfast({ store: postgres(database.url), registry, workflows: [made] });
    await app.launch();
    expect(await (await app.start(made, [])).result()).toEqual(['a', 'b', 'c']);
    await app.shutdown();
    await small.destroy();
  });
});

describe('starting a run within a transaction', () => {
  test('a transaction without a callback will do, and so will a savepoint', async () => {
    const registry = createRegistry();
    knexSteps(knex, { registry });
    const echo = workflow('echo', { registry }, async (what: string) => what);
    const app = new Holdfast({ store: postgres(database.url), registry, workflows: [echo] });
    await app.launch();
    const t = await knex.transaction();
    const first = await app.within(t).start(echo, ['first']);
    const inner = await t.transaction();
    const second = await app.within(inner).start(echo, ['second']);
    await inner.rollback();
    await t.commit();
    expect(await first.result()).toBe('first');
    await expect(second.result()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await app.shutdown();
  });
});
