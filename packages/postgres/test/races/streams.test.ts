import { randomUUID } from 'node:crypto';
import type { StoreEntry, WriteEntry } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commitMail } from '../../src/sql/batch/mail-batch.js';
import { schemaNamed } from '../../src/sql/names.js';
import { gather } from '../../src/store/gather.js';
import { start } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked, untilBlockedBy } from '../support/sessions.js';

// Batches that write to streams of the same runs take turns by the locks on the runs. Each is sent by a session of its own,
// so that a deadlock would be the answer to one of them.

let home: Home;
let first: pg.Client;
let second: pg.Client;
let third: pg.Client;
let blocker: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  const open = () => openClient(home.url);
  [first, second, third, blocker, observer] = await Promise.all([open(), open(), open(), open(), open()]);
  await home.store.register({ id: 'a', host: 'here', pid: 1 }, 600_000);
  await home.store.commit([start('run-1'), start('run-2')]);
});

afterEach(async () => {
  await Promise.all([first, second, third, blocker, observer].map((client) => client.end()));
  await home.dispose();
});

/** A value from outside. */
function value(runId: string, of: string): WriteEntry {
  const payload = { json: JSON.stringify(of), extra: null };
  return {
    op: 'write',
    step: null,
    runId,
    epoch: null,
    name: 'tokens',
    value: payload,
    seq: null,
    key: randomUUID(),
  };
}

function send(client: pg.Client, ...entries: StoreEntry[]): Promise<pg.QueryResult> {
  const { kinds, values } = gather(entries);
  return client.query(commitMail(kinds).text(schemaNamed(home.schema)), [...values]);
}

const lock = (client: pg.Client, runId: string) =>
  client.query(`select from ${schemaNamed(home.schema).runs} where id = $1 for update`, [runId]);

async function valuesOf(runId: string): Promise<string[]> {
  const [page] = await home.store.mail.streams([{ runId, name: 'tokens', from: 0, limit: 10 }]);
  return page!.values.map(({ value: { json } }) => JSON.parse(json) as string);
}

test('a stream that comes into being while a batch waits for its run is no cause of a deadlock with the next batch', async () => {
  await first.query('begin');
  await send(first, value('run-1', 'first'));
  await blocker.query('begin');
  await lock(blocker, 'run-2');
  // Its snapshot is older than the stream. It gets run-1 when the first one is done, and waits for run-2.
  const written = send(second, value('run-1', 'second'), value('run-2', 'second'));
  await untilBlockedBy(observer, second, first);
  await first.query('commit');
  await untilBlockedBy(observer, second, blocker);
  const next = send(third, value('run-1', 'third'));
  await untilBlockedBy(observer, third, second);
  await blocker.query('commit');
  expect((await written).rows).toEqual([]);
  expect((await next).rows).toEqual([]);
  expect(await valuesOf('run-1')).toEqual(['first', 'second', 'third']);
  expect(await valuesOf('run-2')).toEqual(['second']);
});

test('two first values of a stream are written one after the other', async () => {
  await first.query('begin');
  await send(first, value('run-1', 'first'));
  const written = home.store.commit([value('run-1', 'second')]);
  await untilBlocked(observer);
  await first.query('commit');
  expect(await written).toEqual([{ kind: 'written' }]);
  expect(await valuesOf('run-1')).toEqual(['first', 'second']);
});

test('a value that meets the deletion of its run waits for that, and holds nothing that it deletes', async () => {
  await home.store.commit([value('run-1', 'first')]);
  await blocker.query('begin');
  await lock(blocker, 'run-1');
  const written = send(second, value('run-1', 'late'));
  await untilBlockedBy(observer, second, blocker);
  const s = schemaNamed(home.schema);
  await blocker.query(`select ${s.forgetRuns}(array['run-1'])`);
  await blocker.query(`delete from ${s.runs} where id = 'run-1'`);
  await blocker.query('commit');
  expect((await written).rows).toEqual([{ at: 0, why: 'missing' }]);
});
