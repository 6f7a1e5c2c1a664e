import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { schemaNamed } from '../../src/sql/names.js';
import { start } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

let home: Home;
let held: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  [held, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
});

afterEach(async () => {
  await Promise.all([held.end(), observer.end()]);
  await home.dispose();
});

test('runs that leave the version while some are moved do not end the move', async () => {
  const idle = { executorId: null, startedAtMs: null };
  await home.store.commit(['run-1', 'run-2'].map((id) => start(id, idle)));
  const { workflow, version } = (await home.store.run('run-1'))!;
  const move = { workflow, from: version, to: 'next', queue: null, limit: 2 };
  await held.query('begin');
  await held.query(`select from ${schemaNamed(home.schema).runs} where id = 'run-1' for update`);
  const moving = home.store.versions.moveVersion(move);
  await untilBlocked(observer);
  await home.store.cancel(['run-2']);
  await home.store.commit([start('run-3', idle)]);
  await held.query('commit');
  expect(await moving).toEqual({ moved: 1, mayBeMore: true });
  expect(await home.store.versions.moveVersion(move)).toEqual({ moved: 1, mayBeMore: false });
});
