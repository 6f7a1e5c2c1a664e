import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Driver } from '../../src/driver/driver.js';
import { Statements } from '../../src/driver/statements.js';
import { schemaNamed } from '../../src/sql/names.js';
import { commitEntries } from '../../src/store/commit.js';
import { isTransientPostgres } from '../../src/transient.js';
import { finish, start, step } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlockedBy } from '../support/sessions.js';

// A batch is made to wait for somebody who waits for it. That one looks for deadlocks so late that the server ends the batch.

let home: Home;
let writer: pg.Client;
let other: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  const open = () => openClient(home.url);
  [writer, other, observer] = await Promise.all([open(), open(), open()]);
  await home.store.register({ id: 'a', host: 'here', pid: 1 }, 600_000);
  await home.store.commit([start('run-1'), start('run-2')]);
  await other.query(`set deadlock_timeout = '1h'`);
});

afterEach(async () => {
  await Promise.all([writer, other, observer].map((client) => client.end()));
  await home.dispose();
});

/** A way to the database by one session, that says how often it was asked and what it failed with. */
function watched(): { readonly driver: Driver; readonly failures: string[]; sent: () => number } {
  const failures: string[] = [];
  let sent = 0;
  const driver: Pick<Driver, 'query'> = {
    query: async ({ text }, values) => {
      sent += 1;
      try {
        return (await writer.query(text, [...values])).rows;
      } catch (error) {
        failures.push((error as { code: string }).code);
        throw error;
      }
    },
  };
  return { driver: driver as Driver, failures, sent: () => sent };
}

const lock = (runId: string) =>
  other.query(`select from ${schemaNamed(home.schema).runs} where id = $1 for update`, [runId]);

test('a batch that the server ends in a deadlock is written again, once', async () => {
  const { driver, failures, sent } = watched();
  await other.query('begin');
  await lock('run-2');
  const entries = [step('run-1'), finish('run-1'), finish('run-2')];
  const written = commitEntries(driver, new Statements(schemaNamed(home.schema)), entries);
  await untilBlockedBy(observer, writer, other);
  // Has the lock when the server has ended the batch.
  await lock('run-1');
  await other.query('commit');
  expect(await written).toEqual([{ kind: 'written' }, { kind: 'written' }, { kind: 'written' }]);
  expect(failures).toEqual(['40P01']);
  expect(sent()).toBe(2);
  for (const id of ['run-1', 'run-2']) expect(await home.store.run(id)).toMatchObject({ state: 'succeeded' });
  expect(await home.store.steps('run-1')).toMatchObject([{ seq: 0, ordinal: 1 }]);
});

test('a batch that meets a deadlock again and again is given back, to be tried later', async () => {
  let sent = 0;
  const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
  const driver: Pick<Driver, 'query'> = {
    query: () => {
      sent += 1;
      return Promise.reject(deadlock);
    },
  };
  const statements = new Statements(schemaNamed(home.schema));
  await expect(commitEntries(driver as Driver, statements, [finish('run-1')])).rejects.toBe(deadlock);
  expect(sent).toBe(5);
  expect(isTransientPostgres(deadlock)).toBe(true);
});
