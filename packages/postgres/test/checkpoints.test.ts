import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import type { RunSql, StoreLocation } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { checkpointsIn } from '../src/checkpoints.js';
import { schemaNamed } from '../src/sql/names.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.js';
import { checkpoint, on } from './support/checkpoint.js';
import { finish, SERVES, start, step } from './support/entries.js';
import { type Home, postgresHome } from './support/homes.js';
import { openClient, untilBlocked } from './support/sessions.js';

const checkpoints = checkpointsIn('my "apart"');

let home: Home;
let client: pg.Client;
let location: StoreLocation;

beforeEach(async () => {
  home = await postgresHome();
  client = await openClient(home.url);
  location = home.store.location!;
  for (const id of ['a', 'b']) await home.store.register({ id, host: 'here', pid: 1 }, 600_000);
  await home.store.commit([start('run-1')]);
});

afterEach(async () => {
  await client.end();
  await home.dispose();
});

async function inTransaction<T>(work: (sql: RunSql) => Promise<T>, end = 'commit'): Promise<T> {
  await client.query('begin');
  const result = await work(on(client));
  await client.query(end);
  return result;
}

describe('a checkpoint in the journal', () => {
  test('is there when the transaction commits', async () => {
    const outcome = await inTransaction((sql) => checkpoints.record(sql, location, checkpoint()));
    expect(outcome).toBe('written');
    expect(await home.store.steps('run-1')).toEqual([
      {
        seq: 3,
        ordinal: 2,
        kind: 'transaction',
        name: 'record order',
        attempt: 1,
        epoch: 1,
        output: { json: '{"order":42}', extra: null },
        error: null,
        childId: null,
        retryAtMs: null,
        startedAtMs: 1_750_000_000_001,
        completedAtMs: 1_750_000_000_002,
      },
    ]);
  });

  test('looks its run and its place up by their keys, in tables of any size', async () => {
    const scans = `select coalesce(sum(seq_scan), 0)::int as scans from pg_stat_xact_user_tables where schemaname = $1`;
    await client.query('set plan_cache_mode = force_generic_plan');
    for (const prepare of ['select', `analyze ${schemaNamed(home.schema).runs}`]) {
      await client.query(prepare);
      await inTransaction(async (sql) => {
        expect(await checkpoints.record(sql, location, checkpoint())).toBe('written');
        expect(await sql(scans, [home.schema])).toEqual([{ scans: 0 }]);
      }, 'rollback');
    }
  });

  test('is gone when the transaction rolls back', async () => {
    await inTransaction((sql) => checkpoints.record(sql, location, checkpoint()), 'rollback');
    expect(await home.store.steps('run-1')).toEqual([]);
  });

  test('takes the place of a failed attempt, and leaves the moment it began', async () => {
    await home.store.commit([
      step('run-1', {
        seq: 3,
        ordinal: null,
        kind: 'transaction',
        output: null,
        error: { json: '"no"', extra: null },
        retryAtMs: 5,
        startedAtMs: 7,
        completedAtMs: null,
      }),
    ]);
    expect(await checkpoints.record(on(client), location, checkpoint({ attempt: 2 }))).toBe('written');
    expect(await home.store.steps('run-1')).toMatchObject([
      { ordinal: 2, attempt: 2, error: null, retryAtMs: null, startedAtMs: 7 },
    ]);
  });

  test('never takes the place of another', async () => {
    await checkpoints.record(on(client), location, checkpoint());
    const second = checkpoint({ ordinal: 9, output: '"other"' });
    expect(await checkpoints.record(on(client), location, second)).toBe('exists');
    expect(await home.store.steps('run-1')).toMatchObject([{ ordinal: 2, output: { json: '{"order":42}' } }]);
  });

  test.each([
    ['was given back', () => home.store.bury('a')],
    ['was cancelled', () => home.store.cancel(['run-1'])],
    ['has ended', () => home.store.commit([finish('run-1')])],
  ])('is refused when the run %s', async (_, happen) => {
    await happen();
    expect(await checkpoints.record(on(client), location, checkpoint())).toBe('lost');
    expect(await home.store.steps('run-1')).toEqual([]);
  });

  test('that meets a claim waits for it, and is refused', async () => {
    const [claimer, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
    const { runs } = schemaNamed(home.schema);
    await claimer.query('begin');
    await claimer.query(`select from ${runs} where id = 'run-1' for update`);
    await claimer.query(`update ${runs} set epoch = 2, executor_id = 'b' where id = 'run-1'`);
    const recording = checkpoints.record(on(client), location, checkpoint());
    await untilBlocked(observer);
    await claimer.query('commit');
    expect(await recording).toBe('lost');
    await Promise.all([claimer.end(), observer.end()]);
  });

  test('keeps claims from its run until the transaction ends, and holds up nothing else', async () => {
    await home.store.commit([start('child', { parentId: 'run-1' })]);
    await inTransaction(async (sql) => {
      expect(await checkpoints.record(sql, location, checkpoint())).toBe('written');
      await home.store.commit([step('run-1', { seq: 0 }), finish('child', { parentId: 'run-1' })]);
      await home.store.bury('a');
      expect((await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 })).runs).toEqual([]);
    });
    const { runs } = await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 });
    expect(runs.map(({ id }) => id)).toEqual(['run-1']);
    const journal = (await home.store.load(['run-1'])).get('run-1')!;
    expect(journal.map(({ seq }) => seq)).toEqual([0, 3]);
  });

  test.each(['repeatable read', 'serializable'])(
    'is written at %s also after a signal to the run',
    async (level) => {
      await home.store.commit([start('child', { parentId: 'run-1' })]);
      await client.query(`begin isolation level ${level}`);
      await client.query('select 1 from pg_class limit 1');
      await home.store.commit([finish('child', { parentId: 'run-1' })]);
      expect(await checkpoints.record(on(client), location, checkpoint())).toBe('written');
      await client.query('commit');
    },
  );

  test('at repeatable read ends the transaction with a serialization failure after a claim', async () => {
    await client.query('begin isolation level repeatable read');
    await client.query('select 1 from pg_class limit 1');
    await home.store.bury('a');
    await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 });
    const recording = checkpoints.record(on(client), location, checkpoint());
    await expect(recording).rejects.toMatchObject({ code: '40001' });
    await client.query('rollback');
  });
});

describe('whether the tables are in this database', () => {
  let elsewhere: TestDatabase;
  let stranger: pg.Client;

  beforeAll(async () => {
    elsewhere = await createTestDatabase(inject('serverUrl'));
    stranger = await openClient(elsewhere.url);
  });

  afterAll(async () => {
    await stranger.end();
    await elsewhere.drop();
  });

  test('is known by their installation', async () => {
    expect(await checkpoints.isHere(on(client), location)).toBe(true);
    expect(await checkpoints.isHere(on(client), { ...location, installationId: `${randomUUID()}/5` })).toBe(
      false,
    );
  });

  test('is denied without an error where there are none', async () => {
    await stranger.query('begin');
    expect(await checkpoints.isHere(on(stranger), location)).toBe(false);
    expect((await stranger.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await stranger.query('rollback');
  });

  test('is denied in a copy of the database', async () => {
    const { quoted, migrations } = schemaNamed(location.schema);
    const [id] = location.installationId.split('/');
    await stranger.query(
      `create schema ${quoted}; create table ${migrations} (version int, installation_id uuid)`,
    );
    await stranger.query(`insert into ${migrations} values (1, $1)`, [id]);
    expect(await checkpoints.isHere(on(stranger), location)).toBe(false);
    await stranger.query(`drop schema ${quoted} cascade`);
  });

  test('is denied without an error to who may not read them', async () => {
    const { quoted } = schemaNamed(location.schema);
    await client.query('create role holdfast_reader');
    await client.query('set role holdfast_reader');
    expect(await checkpoints.isHere(on(client), location)).toBe(false);
    await client.query('reset role');
    await client.query(`grant usage on schema ${quoted} to holdfast_reader`);
    await client.query('set role holdfast_reader');
    expect(await checkpoints.isHere(on(client), location)).toBe(false);
    await client.query('reset role');
    await client.query('drop owned by holdfast_reader; drop role holdfast_reader');
  });
});

describe('a checkpoint apart', () => {
  let elsewhere: TestDatabase;

  beforeAll(async () => {
    elsewhere = await createTestDatabase(inject('serverUrl'));
  });

  afterAll(() => elsewhere.drop());

  test('has a table that many may prepare at once', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => openClient(elsewhere.url)));
    await Promise.all(
      clients.map(async (one) => {
        await one.query('begin');
        await checkpoints.prepareApart(on(one));
        await one.query('commit');
      }),
    );
    await checkpoints.prepareApart(on(clients[0]!));
    await Promise.all(clients.map((one) => one.end()));
  });

  test('is found again, and written once', async () => {
    const one = await openClient(elsewhere.url);
    await checkpoints.prepareApart(on(one));
    const { runKey, seq } = checkpoint();
    expect(await checkpoints.findApart(on(one), runKey, seq)).toBeUndefined();
    expect(await checkpoints.recordApart(on(one), checkpoint({ outputExtra: '[1]' }))).toBe('written');
    expect(await checkpoints.recordApart(on(one), checkpoint({ output: '"other"' }))).toBe('exists');
    expect(await checkpoints.findApart(on(one), runKey, seq)).toEqual({
      output: '{"order":42}',
      outputExtra: '[1]',
    });
    expect(await checkpoints.findApart(on(one), runKey, 4)).toBeUndefined();
    await one.end();
  });

  test('works on PGlite', async () => {
    const lite = await PGlite.create();
    const sql: RunSql = async (text, values) =>
      (await lite.query<Record<string, unknown>>(text, [...values])).rows;
    await checkpoints.prepareApart(sql);
    expect(await checkpoints.recordApart(sql, checkpoint())).toBe('written');
    expect(await checkpoints.findApart(sql, checkpoint().runKey, 3)).toEqual({
      output: '{"order":42}',
      outputExtra: null,
    });
    await lite.close();
  });
});
