import { once } from 'node:events';
import { connect } from 'node:net';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTemporaryCluster, type TemporaryCluster } from '../src/embedded/temporary-cluster.js';
import { startWireProxy, type WireProxy } from '../src/testing/wire-proxy.js';
import { query } from './support/project.js';

/** What a client says of a connection that broke; which of the two depends on what was under way. */
const BROKEN = /Connection terminated|ECONNRESET/;

let cluster: TemporaryCluster;
let proxy: WireProxy;
let client: Client;

beforeAll(async () => {
  cluster = await startTemporaryCluster();
});

afterAll(() => cluster.remove());

beforeEach(async () => {
  await query(cluster.url, 'drop table if exists note');
  await query(cluster.url, 'create table note (id int)');
  proxy = await startWireProxy({ host: '127.0.0.1', port: cluster.port });
  client = await newClient();
  proxy.reset();
});

afterEach(async () => {
  await proxy.close();
});

describe('counting', () => {
  test('logging in is no round trip', async () => {
    await newClient();
    expect([proxy.roundTrips, proxy.statements]).toEqual([0, []]);
  });

  test('a simple query is one, and so is one with parameters', async () => {
    await client.query('select 1');
    await client.query('select $1::int', [2]);
    expect(proxy.roundTrips).toBe(2);
    expect(proxy.statements).toEqual(['select 1', 'select $1::int']);
  });

  test('a statement that was prepared once is reported each time it runs', async () => {
    for (const id of [1, 2, 3])
      await client.query({ name: 'add', text: 'insert into note values ($1)', values: [id] });
    expect(proxy.roundTrips).toBe(3);
    expect(proxy.statements).toEqual(Array(3).fill('insert into note values ($1)'));
  });

  test('commits are those in so many words', async () => {
    await client.query('begin');
    await client.query('insert into note values ($1)', [1]);
    await client.query('COMMIT');
    await client.query('begin');
    await client.query('rollback');
    expect([proxy.roundTrips, proxy.commits, proxy.count(/^insert/)]).toEqual([5, 1, 1]);
  });

  test('a reset forgets what was counted', async () => {
    await client.query('commit');
    proxy.reset();
    expect([proxy.roundTrips, proxy.commits, proxy.statements]).toEqual([0, 0, []]);
  });

  test('results pass unchanged, also long ones', async () => {
    const text = 'x'.repeat(3_000_000);
    expect((await client.query('select $1::text as text', [text])).rows).toEqual([{ text }]);
  });

  test('errors of the server pass', async () => {
    await expect(client.query('select 1/0')).rejects.toMatchObject({ code: '22012' });
    await expect(newClient('nobody')).rejects.toMatchObject({ code: '28000' });
  });

  test('a client that asks for encryption is told no', async () => {
    const socket = connect(Number(new URL(proxy.url(cluster.url)).port), '127.0.0.1');
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    expect(String(await once(socket, 'data'))).toBe('N');
    socket.destroy();
  });
});

describe('cutting', () => {
  test('breaks open connections on both sides, and accepts new ones', async () => {
    const [{ pid }] = (await client.query('select pg_backend_pid() as pid')).rows as [{ pid: number }];
    const hanging = client.query('select pg_sleep(60)');
    proxy.cut();
    await expect(hanging).rejects.toThrow(BROKEN);
    expect(proxy.connections).toBe(0);
    expect((await (await newClient()).query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await query(cluster.url, `select pg_terminate_backend(${pid}, 10000)`);
  });

  test('a closed proxy refuses connections', async () => {
    await proxy.close();
    await expect(newClient()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('stalling', () => {
  test('nothing reaches the server until it resumes, and nothing is lost', async () => {
    proxy.stall();
    const inserting = client.query('insert into note values (1)');
    const joining = newClient();
    expect(await rowsInNote()).toBe(0);
    proxy.resume();
    await inserting;
    await joining;
    expect(await rowsInNote()).toBe(1);
  });

  test('a response that is on its way waits too', async () => {
    const direct = await directClient();
    await direct.query('select pg_advisory_lock(1)');
    const { pid } = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0] ?? {};
    let isAnswered = false;
    const locking = client.query('select pg_advisory_lock(1)').then(() => {
      isAnswered = true;
    });
    await becomes(direct, `select wait_event = 'advisory' as it from pg_stat_activity where pid = ${pid}`);
    proxy.stall();
    await direct.query('select pg_advisory_unlock(1)');
    await becomes(direct, `select state = 'idle' as it from pg_stat_activity where pid = ${pid}`);
    expect(isAnswered).toBe(false);
    proxy.resume();
    await locking;
    await direct.end();
  });
});

describe('dropping a response', () => {
  test('a commit happens though its client never hears of it', async () => {
    await client.query('begin');
    await client.query('insert into note values (1)');
    const happened = proxy.dropResponseTo(/^commit/i);
    await expect(client.query('commit')).rejects.toThrow(BROKEN);
    await happened;
    expect(await rowsInNote()).toBe(1);
  });

  test('a prepared statement with parameters runs though its client never hears of it', async () => {
    const insert = { name: 'add', text: 'insert into note values ($1)', values: [1] };
    await client.query(insert);
    const happened = proxy.dropResponseTo(/^insert/);
    await expect(client.query(insert)).rejects.toThrow(BROKEN);
    await happened;
    expect(await rowsInNote()).toBe(2);
  });

  test('only the next match is dropped, and only its connection breaks', async () => {
    const other = await newClient();
    const happened = proxy.dropResponseTo(/note/g);
    await expect(client.query('insert into note values (1)')).rejects.toThrow(BROKEN);
    await happened;
    await other.query('insert into note values (2)');
    expect(await rowsInNote()).toBe(2);
  });
});

describe('cutting before a statement', () => {
  test('a commit does not happen, and its client does not know', async () => {
    await client.query('begin');
    await client.query('insert into note values (1)');
    const happened = proxy.cutBefore(/^commit/i);
    await expect(client.query('commit')).rejects.toThrow(BROKEN);
    await happened;
    expect(await rowsInNote()).toBe(0);
  });

  test('a prepared statement with parameters does not run', async () => {
    const insert = { name: 'add', text: 'insert into note values ($1)', values: [1] };
    await client.query(insert);
    const happened = proxy.cutBefore(/^insert/);
    await expect(client.query(insert)).rejects.toThrow(BROKEN);
    await happened;
    expect(await rowsInNote()).toBe(1);
  });
});

async function newClient(user = 'postgres'): Promise<Client> {
  const url = new URL(proxy.url(cluster.url));
  url.username = user;
  const made = new Client({ connectionString: url.href });
  // What breaks between two queries is found by the next one.
  made.on('error', () => undefined);
  await made.connect();
  return made;
}

async function directClient(): Promise<Client> {
  const made = new Client({ connectionString: cluster.url });
  await made.connect();
  return made;
}

async function becomes(direct: Client, question: string): Promise<void> {
  for (;;) {
    const { rows } = await direct.query<{ it: boolean | null }>(question);
    if (rows[0]?.it) return;
  }
}

async function rowsInNote(): Promise<number> {
  const [row] = await query<{ rows: number }>(cluster.url, 'select count(*)::int as rows from note');
  return row?.rows ?? -1;
}
