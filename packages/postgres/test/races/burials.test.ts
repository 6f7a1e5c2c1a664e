import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { schemaNamed } from '../../src/sql/names.js';
import { SERVES, start } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

// A burial meets what happens to the runs of the dead. Each test holds one of them, so that the burial has its snapshot and
// waits, and lets something happen to the next one.

let home: Home;
let held: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  [held, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
  for (const id of ['a', 'b']) await home.store.register({ id, host: 'here', pid: 1 }, 600_000);
  const queued = { executorId: null, startedAtMs: null, queue: 'mail' };
  await home.store.commit([start('run-1', queued), start('run-2', queued)]);
  await home.store.claim({ executorId: 'a', serves: SERVES, limit: 10 });
});

afterEach(async () => {
  await Promise.all([held.end(), observer.end()]);
  await home.dispose();
});

async function buryMeanwhile(happens: () => Promise<unknown>): Promise<void> {
  await held.query('begin');
  await held.query(`select from ${schemaNamed(home.schema).runs} where id = 'run-1' for update`);
  const burying = home.store.bury('a');
  await untilBlocked(observer);
  await happens();
  await held.query('commit');
  expect(await burying).toBe(2);
}

test('a run of the dead that is cancelled just now stays cancelled, and its slot is free', async () => {
  await buryMeanwhile(() => home.store.cancel(['run-2']));
  expect(await home.store.run('run-2')).toMatchObject({ state: 'cancelled', executorId: 'a' });
  expect(await home.store.queues.find('mail')).toMatchObject({ inHands: 0 });
});

test('a run of the dead that is cancelled and resumed just now is claimed by others', async () => {
  await buryMeanwhile(async () => {
    await home.store.cancel(['run-2']);
    await home.store.resume('run-2');
  });
  const { runs } = await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 });
  expect(runs.map(({ id, epoch }) => ({ id, epoch }))).toEqual([
    { id: 'run-1', epoch: 2 },
    { id: 'run-2', epoch: 3 },
  ]);
});
