import type { StoreEntry } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Driver } from '../../src/driver/driver.js';
import { Statements } from '../../src/driver/statements.js';
import { commitBatch } from '../../src/sql/batch/commit.js';
import { schemaNamed } from '../../src/sql/names.js';
import { commitEntries } from '../../src/store/commit.js';
import { gather } from '../../src/store/gather.js';
import { finish, start } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

// A deduplication key changes hands while somebody asks for it. Each test holds one session in the middle of its
// transaction, and shows what the other is told.

const KEY = { deduplicationKey: 'customer 42' };

let home: Home;
let held: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  [held, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
  await home.store.register({ id: 'a', host: 'here', pid: 1 }, 600_000);
});

afterEach(async () => {
  await Promise.all([held.end(), observer.end()]);
  await home.dispose();
});

/** Writes a batch in the session that the test holds. */
async function writeHeld(...entries: StoreEntry[]): Promise<void> {
  const { kinds, values } = gather(entries);
  await held.query(commitBatch(kinds).text(schemaNamed(home.schema)), [...values]);
}

describe('a start whose key somebody takes just now', () => {
  test.each([
    ['commit', { kind: 'duplicate', runId: 'first', workflow: 'checkout' }],
    ['rollback', { kind: 'written' }],
  ])('waits for the %s, and is told what came of it', async (end, told) => {
    await held.query('begin');
    await writeHeld(start('first', KEY));
    const starting = home.store.commit([start('second', KEY)]);
    await untilBlocked(observer);
    await held.query(end);
    expect(await starting).toEqual([told]);
  });
});

describe('a start whose key is given up just now, as its run ends,', () => {
  test.each([
    ['commit', { kind: 'written' }],
    ['rollback', { kind: 'duplicate', runId: 'first', workflow: 'checkout' }],
  ])('waits for the %s, and is told what came of it', async (end, told) => {
    await home.store.commit([start('first', KEY)]);
    await held.query('begin');
    await writeHeld(finish('first'));
    const starting = home.store.commit([start('second', KEY)]);
    await untilBlocked(observer);
    await held.query(end);
    expect(await starting).toEqual([told]);
  });
});

test('a start that met a run which has ended by the time one asks whose it is, is written after all', async () => {
  await home.store.commit([start('first', KEY)]);
  const asked: string[] = [];
  const driver: Pick<Driver, 'query'> = {
    query: async ({ name, text }, values) => {
      // The holder ends between the write that it stood in the way of, and the question why.
      if (asked.push(name ?? text) === 2) await home.store.commit([finish('first')]);
      return (await held.query(text, [...values])).rows;
    },
  };
  const statements = new Statements(schemaNamed(home.schema));
  const outcomes = await commitEntries(driver as Driver, statements, [start('other'), start('second', KEY)]);
  expect(outcomes).toEqual([{ kind: 'written' }, { kind: 'written' }]);
  expect(asked.map((name) => name.replace(/_[0-9a-f]+$/, ''))).toEqual([
    'holdfast_commit_starts',
    'holdfast_read_standing',
    'holdfast_commit_starts',
  ]);
  expect(await home.store.run('second')).toMatchObject({ state: 'running', ...KEY });
});
