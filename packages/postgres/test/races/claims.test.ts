import { NO_LIMITS } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Driver } from '../../src/driver/driver.js';
import { Statements } from '../../src/driver/statements.js';
import { schemaNamed } from '../../src/sql/names.js';
import { claimDue } from '../../src/store/claim.js';
import { SERVES, start } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

let home: Home;
let clients: pg.Client[];

beforeEach(async () => {
  home = await postgresHome();
  clients = await Promise.all(Array.from({ length: 4 }, () => openClient(home.url)));
  for (const id of ['a', 'b']) await home.store.register({ id, host: 'here', pid: 1 }, 600_000);
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await home.dispose();
});

function claimBy(client: pg.Client, executorId: string, queues: readonly string[] | null = null) {
  const driver: Pick<Driver, 'query'> = {
    query: async ({ text }, values) => (await client.query(text, [...values])).rows,
  };
  const request = { executorId, serves: SERVES, queues, limit: 4, chance: 0 };
  return claimDue(driver as Driver, new Statements(schemaNamed(home.schema)), request);
}

const queued = (id: string, queue: string, partitionKey: string | null = null) =>
  start(id, { queue, partitionKey, executorId: null });

test('two claims do not wait for each other over a queue that gets its first partition while both look at it', async () => {
  const [one, two, holder, observer] = clients as [pg.Client, pg.Client, pg.Client, pg.Client];
  await home.store.queues.save('a queue', NO_LIMITS, null);
  await home.store.queues.save('narrow', { ...NO_LIMITS, concurrency: 1 }, null);
  await home.store.commit([queued('first', 'narrow'), queued('second', 'narrow')]);
  expect((await claimBy(one, 'a', ['narrow'])).runs).toHaveLength(1);
  await home.store.commit(Array.from({ length: 8 }, (_, n) => queued(`plain ${n}`, 'a queue')));

  // Each takes its share of the first queue, then waits for the second: what that one does not give is left to the first.
  await holder.query('begin');
  await holder.query(`select from ${schemaNamed(home.schema).queues} where name = 'narrow' for update`);
  const claims = [claimBy(one, 'a'), claimBy(two, 'b')];
  await untilBlocked(observer, 2);
  await home.store.commit([queued('of Ann', 'a queue', 'Ann')]);
  await holder.query('commit');

  const taken = (await Promise.all(claims)).flatMap(({ runs }) => runs.map(({ id }) => id));
  expect(new Set(taken).size).toBe(taken.length);
  const rest = await claimBy(one, 'a');
  expect([...taken, ...rest.runs.map(({ id }) => id)]).toContain('of Ann');
});
