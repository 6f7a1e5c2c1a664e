import { sleep, step, workflow } from '@holdfast/core';
import { PLAIN_TERMS, type RunSql, type StoreLocation } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { checkpoints } from '../../src/checkpoints.js';
import { grantsSql, migrate, postgres } from '../../src/index.js';
import { APP_RIGHTS, listRights } from '../../src/schema/rights.js';
import { quoteIdentifier, schemaNamed } from '../../src/sql/names.js';
import { database, launch } from '../engine/app.js';
import { checkpoint, on } from '../support/checkpoint.js';
import { start } from '../support/entries.js';
import { createRole, execute, type Role } from '../support/roles.js';
import { openClient } from '../support/sessions.js';

let url: string;
let role: Role;
let grantee: string;

beforeEach(async () => {
  url = await database();
  await migrate(url);
  role = await createRole(url);
  grantee = quoteIdentifier(role.name);
});

afterEach(() => role.drop());

/** A client of the role's own. */
async function roleClient(): Promise<pg.Client> {
  const client = await openClient(role.url(url));
  onTestFinished(() => client.end());
  return client;
}

/** What an app of the role meets at launch. */
async function launching(): Promise<unknown> {
  const store = postgres(role.url(url), { migrate: false, poolSize: 1 });
  try {
    await store.open();
    return await store.register({ id: 'a', host: 'here', pid: 1 }, 60_000);
  } finally {
    await store.close();
  }
}

describe('a role with the grants of an app', () => {
  beforeEach(() => execute(url, grantsSql({ role: role.name })));

  test('runs workflows with steps, sleeps and children, on tables it does not own', async () => {
    const { app, defined } = await launch(
      role.url(url),
      (registry) => {
        const child = workflow('child', { registry }, async (n: number) => n * 2);
        return workflow('parent', { registry }, async (n: number) => {
          const doubled = await child(n);
          await sleep(10);
          return step.run('add', () => doubled + 1);
        });
      },
      {},
      { migrate: false },
    );
    expect(await (await app.start(defined, [20])).result()).toBe(41);
  });

  test('may not create, alter or drop anything', async () => {
    const client = await roleClient();
    for (const statement of [
      'create table holdfast.mine (n int)',
      'create function holdfast.mine() returns int language sql as $$ select 1 $$',
      'create schema mine',
      'alter table holdfast.runs add column mine int',
      'drop table holdfast.runs',
      'drop schema holdfast cascade',
      'truncate holdfast.runs',
      'create index on holdfast.runs (state)',
      'alter sequence holdfast.places restart',
      "insert into holdfast.migrations (version, name) values (9999, 'mine')",
    ]) {
      await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('can be granted the same again', async () => {
    await execute(url, grantsSql({ role: role.name }));
    await launching();
  });

  test.each(listRights(schemaNamed('holdfast'), APP_RIGHTS))(
    'without $wanted on $name is told so, and what to do, before it runs anything',
    async ({ kind, name, wanted }) => {
      const object = kind === 'sequence' ? `sequence ${name}` : name;
      await execute(url, `revoke ${wanted} on ${object} from ${grantee}`);
      await expect(launching()).rejects.toMatchObject({
        code: 'STORE_REFUSED',
        message: expect.stringContaining('`holdfast-postgres grants --role'),
      });
    },
  );

  test('without several rights is told of all of them at once', async () => {
    await execute(
      url,
      `revoke insert on holdfast.steps from ${grantee}; revoke delete on holdfast.executors from ${grantee}`,
    );
    await expect(launching()).rejects.toMatchObject({
      details: { user: role.name, missing: ['delete on "holdfast".executors', 'insert on "holdfast".steps'] },
    });
  });

  test('that loses a right while it runs gets the same kind of error', async () => {
    const store = postgres(role.url(url), { migrate: false, poolSize: 1 });
    await store.open();
    onTestFinished(() => store.close());
    await store.register({ id: 'a', host: 'here', pid: 1 }, 60_000);
    await execute(url, `revoke insert on holdfast.runs from ${grantee}`);
    await expect(store.commit([start('run-1')])).rejects.toMatchObject({
      code: 'STORE_REFUSED',
      message: expect.stringMatching(/permission denied for table runs.*grants --role/s),
    });
  });
});

test('a role without any grants is told what to do', async () => {
  await expect(launching()).rejects.toMatchObject({
    code: 'STORE_REFUSED',
    message: expect.stringContaining('grants --role'),
  });
});

test('whoever migrates need not be superuser', async () => {
  const empty = await database();
  const name = new URL(empty).pathname.slice(1);
  await execute(empty, `grant create on database ${name} to ${grantee}`);
  await migrate(role.url(empty));
  const store = postgres(role.url(empty), { migrate: false });
  await store.open();
  await store.close();
  await execute(empty, `drop owned by ${grantee} cascade`);
});

describe('a role with the grants of transactional steps', () => {
  let location: StoreLocation;
  let client: pg.Client;

  beforeEach(async () => {
    await execute(url, grantsSql({ role: role.name, purpose: 'steps' }));
    const store = postgres(url);
    await store.open();
    onTestFinished(() => store.close());
    location = store.location!;
    await store.register({ id: 'a', host: 'here', pid: 1 }, 60_000);
    await store.commit([start('run-1')]);
    client = await roleClient();
  });

  const RUN = {
    id: 'within',
    key: '2f1e6f0a-0000-4000-8000-000000000002',
    workflow: 'checkout',
    version: '1',
  };
  const NEW_RUN = {
    ...PLAIN_TERMS,
    ...RUN,
    input: '[]',
    inputExtra: null,
    tags: null,
    delayMs: 0,
    queue: 'mail',
    traceContext: null,
  };

  /** All that is done in a transaction of the user's own. */
  async function useAll(sql: RunSql): Promise<void> {
    expect(await checkpoints.isHere(sql, location)).toBe(true);
    expect(await checkpoints.record(sql, location, checkpoint())).toBe('written');
    expect(await checkpoints.start(sql, location, NEW_RUN)).toMatchObject({ kind: 'written' });
  }

  test('writes checkpoints and starts runs, and nothing else', async () => {
    await client.query('begin');
    await useAll(on(client));
    await client.query('commit');
    for (const statement of [
      `update holdfast.runs set state = 'cancelled'`,
      'delete from holdfast.runs',
      'delete from holdfast.steps',
      'select * from holdfast.executors',
      'select * from holdfast.messages',
    ]) {
      await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
  });

  test.each([
    'select on holdfast.migrations',
    'select on holdfast.runs',
    'insert on holdfast.runs',
    'update (tags) on holdfast.runs',
    'select on holdfast.steps',
    'insert on holdfast.steps',
    'update on holdfast.steps',
    'usage on sequence holdfast.places',
    'usage on schema holdfast',
  ])('needs each of them: %s', async (right) => {
    await execute(url, `revoke ${right} from ${grantee}`);
    await client.query('begin');
    await expect(useAll(on(client))).rejects.toThrow();
  });
});

test.each(['', 'a\0b', 'x'.repeat(64), undefined])('a role cannot be named %j', (name) => {
  expect(() => grantsSql({ role: name as string })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('"role"') }),
  );
});
