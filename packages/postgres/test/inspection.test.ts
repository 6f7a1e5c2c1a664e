import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { migrate, migrationSql } from '../src/index.js';
import { type Inspector, inspectorOf } from '../src/inspection/inspector.js';
import { LATEST } from '../src/schema/all.js';
import { createTestDatabase } from '../src/testing/test-database.js';
import { createRole } from './support/roles.js';
import { openClient } from './support/sessions.js';

let url: string;
let sql: pg.Client;

beforeEach(async () => {
  const own = await createTestDatabase(inject('serverUrl'));
  ({ url } = own);
  sql = await openClient(url);
  onTestFinished(() => own.drop());
});

afterEach(() => sql.end());

function inspector(schema = 'holdfast', as = url): Inspector {
  const made = inspectorOf(as, schema);
  onTestFinished(() => made.close());
  return made;
}

async function problems(schema = 'holdfast'): Promise<string[]> {
  const { differences } = await inspector(schema).drift(LATEST);
  return differences!.map(({ problem, kind, name }) => `${problem} ${kind} ${name}`);
}

async function schemas(): Promise<number> {
  const { rows } = await sql.query('select count(*)::int as n from pg_namespace');
  return rows[0].n;
}

describe('drift', () => {
  test.each(['holdfast', 'user', 'My "jobs" \\ and \'more\''])(
    'of what migrations made is none, in the schema %s',
    async (schema) => {
      await migrate(url, { schema });
      const before = await schemas();
      expect(await problems(schema)).toEqual([]);
      expect(await schemas()).toBe(before);
    },
  );

  test('is none either where printed SQL was applied, and with checkpoints of steps beside it', async () => {
    await sql.query(migrationSql());
    await sql.query('create table holdfast.checkpoints (run_key uuid primary key)');
    expect(await problems()).toEqual([]);
  });

  test('is what is missing, what was changed, and what nobody knows', async () => {
    await migrate(url);
    await sql.query(`
      drop index holdfast.runs_due;
      drop table holdfast.news;
      alter table holdfast.runs alter column priority type bigint, drop column tags;
      alter table holdfast.steps add column note text;
      create index my_own on holdfast.runs (workflow);
      create or replace function holdfast.has_undo(run text) returns boolean language sql as 'select true';
      update pg_index set indisvalid = false where indexrelid = 'holdfast.runs_created'::regclass;`);
    expect((await problems()).sort()).toEqual([
      'changed column runs.priority',
      'changed function has_undo(run text)',
      'changed index runs_created',
      'missing column runs.tags',
      'missing index runs_due',
      'missing index runs_tagged',
      'missing table news',
      'unknown column steps.note',
      'unknown index my_own',
    ]);
  });

  test('is told as not to be known where the role may not make a schema, and nothing is left behind', async () => {
    await migrate(url);
    const role = await createRole(url);
    onTestFinished(() => role.drop());
    const asRole = inspector('holdfast', role.url(url));
    expect(await asRole.drift(LATEST)).toEqual({
      differences: undefined,
      reason: expect.stringContaining('permission denied'),
    });
  });

  test('is told as not to be known of a schema whose name is too long for another one beside it', async () => {
    const schema = 'x'.repeat(60);
    await migrate(url, { schema });
    expect((await inspector(schema).drift(LATEST)).differences).toBeUndefined();
  });
});

describe('the level of tables', () => {
  test('is 0 without any, and then that of the last migration', async () => {
    expect(await inspector().level()).toMatchObject({
      version: 0,
      known: LATEST,
      serverVersion: expect.any(Number),
    });
    await migrate(url);
    expect(await inspector().level()).toMatchObject({ version: LATEST, known: LATEST });
  });

  test('of a server that cannot be reached is an error that says so', async () => {
    const nowhere = inspector('holdfast', 'postgres://nobody:secret@127.0.0.1:1/nothing');
    await expect(nowhere.level()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

describe('open transactions', () => {
  test('are listed, the oldest first, with who has them and what they did last', async () => {
    const other = await openClient(url);
    onTestFinished(() => other.end());
    await sql.query("set application_name = 'a report'; begin; select 'first' as a");
    await other.query('begin');
    const found = await inspector().transactions(0);
    const ours = found.filter(({ application }) => application === 'a report');
    expect(ours).toMatchObject([
      {
        state: 'idle in transaction',
        pid: expect.any(Number),
        preparedAs: null,
        query: expect.stringContaining("select 'first'"),
      },
    ]);
    expect(found.map(({ sinceMs }) => sinceMs)).toEqual(found.map(({ sinceMs }) => sinceMs).sort());
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(await inspector().transactions(3_600_000)).toEqual([]);
  });
});

test('a migration says what it applied', async () => {
  const applied = await migrate(url);
  expect(applied.map(({ version }) => version)).toEqual(Array.from({ length: LATEST }, (_, at) => at + 1));
  expect(await migrate(url)).toEqual([]);
  await sql.query('drop schema holdfast cascade');
  expect(await migrate(url)).toEqual(applied);
});
