import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { postgres } from '../src/index.js';
import { quoteIdentifier } from '../src/sql/names.js';
import { database } from './support/homes.js';
import { openClient } from './support/sessions.js';

const PASSWORD = 'not-to-be-told';

async function urlWith(change: (url: URL) => void): Promise<string> {
  const url = new URL((await database()).url);
  change(url);
  return url.href;
}

/** The error of opening a store. It must not tell the password, however it is looked at. */
async function openingError(target: string | pg.Pool): Promise<Error & { code: string }> {
  const error = await postgres(target)
    .open()
    .then(
      () => undefined,
      (reason: Error & { code: string }) => reason,
    );
  if (!error) throw new Error('it opened');
  expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toContain(PASSWORD);
  return error;
}

describe('a store that does not open says what to do:', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  test('nobody listens there', async () => {
    const error = await openingError(`postgres://user:${PASSWORD}@127.0.0.1:9/db`);
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/127\.0\.0\.1:9\/db .*ECONNREFUSED.*Check that it runs/),
    });
    expect(postgres().isTransient(error)).toBe(true);
  });

  test('a host of several addresses, and nobody listens at any', async () => {
    const error = await openingError(`postgres://user:${PASSWORD}@localhost:9/db`);
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('there is no such host', async () => {
    const error = await openingError(`postgres://user:${PASSWORD}@no-such-host.invalid/db`);
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('no-such-host.invalid'),
    });
  });

  test('who answers hangs up', async () => {
    server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const error = await openingError(`postgres://user:${PASSWORD}@127.0.0.1:${port}/db`);
    expect(error.code).toBe('STORE_UNAVAILABLE');
  });

  test('there is no such database', async () => {
    const error = await openingError(
      await urlWith((url) => {
        url.pathname = '/no_such_database';
        url.password = PASSWORD;
      }),
    );
    expect(error).toMatchObject({
      code: 'STORE_REFUSED',
      message: expect.stringMatching(/no_such_database.*Create it/),
    });
  });

  test('there is no such user', async () => {
    const error = await openingError(
      await urlWith((url) => {
        url.username = 'nobody_of_that_name';
        url.password = PASSWORD;
      }),
    );
    expect(error).toMatchObject({
      code: 'STORE_REFUSED',
      message: expect.stringContaining('nobody_of_that_name'),
    });
    expect(postgres().isTransient(error)).toBe(false);
  });

  test('the server does not speak TLS, and it was asked for', async () => {
    const error = await openingError(await urlWith((url) => url.searchParams.set('sslmode', 'verify-full')));
    expect(error).toMatchObject({ code: 'STORE_REFUSED', message: expect.stringContaining('TLS') });
  });
});

describe('a target that makes no sense is refused where it is given:', () => {
  test.each([
    ['a text that is no connection string', `user:${PASSWORD}@host`],
    ['the connection string of another database', `mysql://user:${PASSWORD}@host/db`],
    ['a connection string with a port that is none', `postgres://user:${PASSWORD}@host:port/db`],
    ['a number', 5432],
  ])('%s', (_, target) => {
    let error: unknown;
    try {
      postgres(target as string);
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    expect((error as Error).stack).not.toContain(PASSWORD);
  });

  test.each([0, -1, 1.5, Number.NaN])('a pool of %s connections', (poolSize) => {
    expect(() => postgres('postgres://host/db', { poolSize })).toThrow(/"poolSize"/);
  });

  test.each(['', 'pg_mine', 'a'.repeat(64), 'ä'.repeat(32), 'a\0b'])('the schema %j', (schema) => {
    expect(() => postgres('postgres://host/db', { schema })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('"schema"') }),
    );
  });
});

describe('an open store', () => {
  test('opens and closes once for each app that shares it', async () => {
    const store = postgres((await database()).url);
    await Promise.all([store.open(), store.open()]);
    await store.close();
    expect(await store.run('run-1')).toBeUndefined();
    await store.close();
    await expect(store.run('run-1')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await store.close();
    await store.open();
    expect(await store.run('run-1')).toBeUndefined();
    await store.close();
  });

  test('leaves a pool that it was given open', async () => {
    const pool = new pg.Pool({ connectionString: (await database()).url });
    const store = postgres(pool);
    await store.open();
    await store.close();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test('shares a pool with others: each takes what it needs, and gives all of it back', async () => {
    const pool = new pg.Pool({ connectionString: (await database()).url, max: 2 });
    const errorListeners = pool.listenerCount('error');
    const stores = Array.from({ length: 5 }, () => postgres(pool));
    await Promise.all(stores.map((store) => store.open()));
    const asking = Promise.all(stores.map((store) => store.run('run-1')));
    // One of them leaves while the others wait for a connection.
    await stores[0]!.close();
    expect(await asking).toEqual(stores.map(() => undefined));
    await Promise.all(stores.slice(1).map((store) => store.close()));
    expect(pool.idleCount).toBe(pool.totalCount);
    // One, whoever comes: without it, an idle connection that breaks would end the process.
    expect(pool.listenerCount('error')).toBe(errorListeners + 1);
    await pool.end();
  });

  test('is in a database of an odd name', async () => {
    const name = `an "odd" näme's ${randomUUID()}`;
    const { url } = await database();
    const admin = await openClient(url);
    await admin.query(`create database ${quoteIdentifier(name)} template template0`);
    const store = postgres(await urlWith((at) => (at.pathname = `/${encodeURIComponent(name)}`)));
    await store.open();
    expect(store.location).toMatchObject({ schema: 'holdfast' });
    await store.close();
    await admin.query(`drop database ${quoteIdentifier(name)} with (force)`);
    await admin.end();
  });

  test('survives the end of its idle connections', async () => {
    const { url } = await database();
    const store = postgres(url);
    await store.open();
    await Promise.all([store.run('run-1'), store.run('run-2')]);
    const observer = await openClient(url);
    await observer.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await observer.end();
    // The first may still be given a connection that is gone.
    for (let tries = 0; ; tries++) {
      const error: unknown = await store.run('run-1').then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) break;
      expect(store.isTransient(error)).toBe(true);
      expect(tries).toBeLessThan(10);
    }
    await store.close();
  });

  test('goes on without prepared statements, where a pooler takes them away', async () => {
    const pool = new pg.Pool({ connectionString: (await database()).url, max: 1 });
    const store = postgres(pool);
    await store.open();
    await store.run('run-1');
    await pool.query('deallocate all');
    expect(await store.run('run-1')).toBeUndefined();
    await store.close();
    await pool.end();
  });
});
