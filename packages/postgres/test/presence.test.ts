import type { Attendance, Store } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { postgres } from '../src/index.js';
import { schemaNamed } from '../src/sql/names.js';
import { lockKeyOf } from '../src/store/lock-key.js';
import { proxyTo } from './engine/app.js';
import { nextMessage, spawnSupport } from './support/child.js';
import { type Home, postgresHome } from './support/homes.js';
import { TestListener, until } from './support/listener.js';
import { openClient } from './support/sessions.js';

let home: Home;
let observer: pg.Client;
let attendances: Attendance[];

beforeEach(async () => {
  home = await postgresHome();
  observer = await openClient(home.url);
  attendances = [];
});

afterEach(async () => {
  for (const attendance of attendances) await attendance.close();
  await observer.end();
  await home.dispose();
});

async function attend(id: string, store: Store, listener = new TestListener()): Promise<TestListener> {
  await store.register({ id, host: 'here', pid: process.pid }, 600_000);
  attendances.push(await store.attend(id, listener));
  await store.announce([{ kind: 'peers' }]);
  return listener;
}

/** The server's processes that hold, or wait for, an executor's lock. */
async function backendsAt(executorId: string, granted: boolean): Promise<number[]> {
  const { rows } = await observer.query(
    `select pid from pg_locks where locktype = 'advisory' and granted = $2
     and ((classid::bigint << 32) | objid::bigint) = $1::bigint`,
    [lockKeyOf(executorId), granted],
  );
  return rows.map(({ pid }) => pid);
}

const untilWatched = (executorId: string) =>
  until(`somebody watches ${executorId}`, async () => (await backendsAt(executorId, false)).length > 0);

describe('a neighbour', () => {
  test('whose process is killed is reported within a second', async () => {
    const listener = await attend('a', home.store);
    const child = spawnSupport('attendee.ts', [home.url, home.schema, 'b']);
    await nextMessage(child);
    await untilWatched('b');
    const killedMs = Date.now();
    child.kill('SIGKILL');
    await until('b is reported', () => listener.lost.includes('b'));
    expect(Date.now() - killedMs).toBeLessThan(1000);
  });

  test('that came before its watcher did is watched too', async () => {
    const child = spawnSupport('attendee.ts', [home.url, home.schema, 'b']);
    await nextMessage(child);
    const listener = await attend('a', home.store);
    await untilWatched('b');
    child.kill('SIGKILL');
    await until('b is reported', () => listener.lost.includes('b'));
  });

  test('that merely lost its connection is not reported, and hears that it may have missed something', async () => {
    const listener = await attend('a', home.store);
    const neighbour = await attend('b', await home.another());
    await untilWatched('b');
    const [former] = await backendsAt('b', true);
    await observer.query('select pg_terminate_backend($1)', [former]);
    await until('b is back', async () => {
      const [now] = await backendsAt('b', true);
      return now !== undefined && now !== former;
    });
    await untilWatched('b');
    expect(neighbour.missed).toBe(1);
    expect(listener.lost).toEqual([]);
  });

  test('that signed off is not reported', async () => {
    const listener = await attend('a', home.store);
    const other = await home.another();
    await attend('b', other);
    const third = await attend('c', await home.another());
    await untilWatched('b');
    await other.retire('b');
    await attendances[1]!.close();
    await untilWatched('c');
    expect([...listener.lost, ...third.lost]).toEqual([]);
  });

  test('that was buried while it lives is watched no more', async () => {
    const listener = await attend('a', home.store);
    await attend('b', await home.another());
    await untilWatched('b');
    await home.store.bury('b');
    await home.store.announce([{ kind: 'peers' }]);
    await (await home.another()).announce([{ kind: 'peers' }]);
    await until('nobody watches b', async () => (await backendsAt('b', false)).length === 0);
    expect(listener.lost).toEqual([]);
  });

  test('that shows by its lease alone that it lives is not watched', async () => {
    const listener = await attend('a', home.store);
    await home.store.register({ id: 'b', host: 'elsewhere', pid: 1 }, 600_000);
    await attend('c', await home.another());
    await untilWatched('c');
    expect(await backendsAt('b', false)).toEqual([]);
    expect(listener.lost).toEqual([]);
  });
});

describe('the ring', () => {
  test('is closed again when one of three is killed, and the next one too is reported', async () => {
    const listener = await attend('a', home.store);
    const children = [];
    for (const id of ['b', 'c']) {
      const child = spawnSupport('attendee.ts', [home.url, home.schema, id]);
      await nextMessage(child);
      children.push(child);
    }
    await untilWatched('a');
    await untilWatched('b');
    await untilWatched('c');
    for (const child of children) child.kill('SIGKILL');
    await until('b is reported', () => listener.lost.includes('b'));
    await home.store.bury('b');
    await until('c is reported', () => listener.lost.includes('c'));
  });

  test('lets an executor that comes in between be watched at once', async () => {
    await attend('a', home.store);
    await attend('c', await home.another());
    await untilWatched('c');
    const beganMs = Date.now();
    await attend('b', await home.another());
    await untilWatched('b');
    expect(Date.now() - beganMs).toBeLessThan(2000);
  });
});

describe('a session', () => {
  test('that watches is opened again when it is lost', async () => {
    const listener = await attend('a', home.store);
    await attend('b', await home.another());
    await untilWatched('b');
    const [watching] = await backendsAt('b', false);
    await observer.query('select pg_terminate_backend($1)', [watching]);
    await until('it is back', async () => {
      const [now] = await backendsAt('b', false);
      return now !== undefined && now !== watching;
    });
    expect(listener.lost).toEqual([]);
  });

  test('that listens hears again when it is back', async () => {
    const listener = await attend('a', home.store);
    const [former] = await backendsAt('a', true);
    await observer.query('select pg_terminate_backend($1)', [former]);
    await until('a is back', () => listener.missed > 0);
    await (await home.another()).announce([{ kind: 'finished', runIds: ['run-1'] }]);
    await until('a hears', () => listener.heard.some(({ kind }) => kind === 'finished'));
  });

  test('waits for nothing that a statement timeout would end', async () => {
    await observer.query(`alter role current_user set statement_timeout = '300ms'`);
    try {
      const listener = await attend('a', home.store);
      await attend('b', await home.another());
      await untilWatched('b');
      const [watching] = await backendsAt('b', false);
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(await backendsAt('b', false)).toEqual([watching]);
      expect(listener.lost).toEqual([]);
    } finally {
      await observer.query('alter role current_user reset statement_timeout');
    }
  });

  test('is gone when who attended has left', async () => {
    await attend('a', home.store);
    await attend('b', await home.another());
    await untilWatched('b');
    for (const attendance of attendances) await attendance.close();
    await until('no session is left', async () => {
      const locks = await Promise.all(['a', 'b'].map((id) => backendsAt(id, true)));
      return locks.flat().length === 0;
    });
    const { rows } = await observer.query(
      `select count(*)::int as left from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
    );
    expect(rows).toEqual([{ left: 0 }]);
  });
});

test('who left does not come back, though its connections broke as it left', async () => {
  const proxy = await proxyTo(home.url);
  const store = postgres(proxy.url(home.url), { schema: home.schema });
  await store.open();
  const listener = new TestListener();
  const attendance = await store.attend('a', listener);
  proxy.cut();
  await Promise.all([attendance.close(), store.close()]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(proxy.connections).toBe(0);
  expect(listener).toMatchObject({ missed: 0, lost: [] });
});

test('what an executor announces does not come back to it', async () => {
  const listener = await attend('a', home.store);
  const other = await home.another();
  await home.store.announce([{ kind: 'finished', runIds: ['own'] }]);
  await other.announce([{ kind: 'finished', runIds: ["another's"] }]);
  await until('a hears', () => listener.heard.some(({ kind }) => kind === 'finished'));
  expect(listener.heard.filter(({ kind }) => kind === 'finished')).toEqual([
    { kind: 'finished', runIds: ["another's"] },
  ]);
});

test('the columns say who is attended', async () => {
  await attend('a', home.store);
  const { rows } = await observer.query(
    `select attended_at is not null as attends, lock_key from ${schemaNamed(home.schema).executors}`,
  );
  expect(rows).toEqual([{ attends: true, lock_key: lockKeyOf('a') }]);
});
