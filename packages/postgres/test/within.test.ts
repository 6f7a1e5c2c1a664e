import { randomUUID } from 'node:crypto';
import {
  PLAIN_TERMS,
  type RunSql,
  type StoreLocation,
  type TransactionalStart,
} from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkpointsIn } from '../src/checkpoints.js';
import { schemaNamed } from '../src/sql/names.js';
import { checkpoint, on } from './support/checkpoint.js';
import { SERVES } from './support/entries.js';
import { type Home, postgresHome } from './support/homes.js';
import { TestListener, until } from './support/listener.js';
import { openClient, untilBlocked } from './support/sessions.js';

const checkpoints = checkpointsIn('my "other" apart');

let home: Home;
let client: pg.Client;
let location: StoreLocation;

beforeEach(async () => {
  home = await postgresHome();
  client = await openClient(home.url);
  location = home.store.location!;
  await home.store.register({ id: 'a', host: 'here', pid: 1 }, 600_000);
});

afterEach(async () => {
  await client.end();
  await home.dispose();
});

describe("a run started in a user's transaction", () => {
  const wanted = (changes: Partial<TransactionalStart> = {}): TransactionalStart => ({
    ...PLAIN_TERMS,
    id: 'order-42',
    key: randomUUID(),
    workflow: 'checkout',
    version: '1',
    input: '[42]',
    inputExtra: null,
    tags: '{"customer":"Zoë"}',
    delayMs: 0,
    traceContext: null,
    ...changes,
  });

  test('is there, and is heard of, when the transaction commits', async () => {
    const listener = new TestListener();
    const attendance = await home.store.attend('a', listener);
    await client.query('begin');
    expect(await checkpoints.start(on(client), location, wanted())).toEqual({ kind: 'written' });
    expect(await home.store.run('order-42')).toBeUndefined();
    await client.query('commit');
    await until('word of work', () => listener.heard.some(({ kind }) => kind === 'work'));
    expect(await home.store.run('order-42')).toMatchObject({
      state: 'pending',
      executorId: null,
      epoch: 0,
      input: { json: '[42]', extra: null },
    });
    const { runs } = await home.store.claim({ executorId: 'a', serves: SERVES, limit: 1 });
    expect(runs).toMatchObject([{ id: 'order-42', epoch: 1 }]);
    await attendance.close();
  });

  test('is gone when the transaction rolls back', async () => {
    await client.query('begin');
    await checkpoints.start(on(client), location, wanted());
    await client.query('rollback');
    expect(await home.store.run('order-42')).toBeUndefined();
  });

  test('is due when its delay is over', async () => {
    await checkpoints.start(on(client), location, wanted({ delayMs: 60_000 }));
    const { wakeAtMs, createdAtMs } = (await home.store.run('order-42'))!;
    expect(wakeAtMs! - createdAtMs).toBe(60_000);
  });

  test('meets one with its id: the same, or another', async () => {
    const first = wanted();
    await checkpoints.start(on(client), location, first);
    expect(await checkpoints.start(on(client), location, first)).toEqual({ kind: 'written' });
    expect(await checkpoints.start(on(client), location, wanted({ workflow: 'other' }))).toEqual({
      kind: 'exists',
      workflow: 'checkout',
    });
  });

  test('waits for who starts one with its id just now, and then sees it', async () => {
    const [other, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
    await other.query('begin');
    await checkpoints.start(on(other), location, wanted());
    const starting = checkpoints.start(on(client), location, wanted());
    await untilBlocked(observer);
    await other.query('commit');
    expect(await starting).toEqual({ kind: 'exists', workflow: 'checkout' });
    await Promise.all([other.end(), observer.end()]);
  });

  test('meets the run that has its deduplication key, until that one has ended', async () => {
    const keyed = { deduplicationKey: 'customer 42' };
    await checkpoints.start(on(client), location, wanted(keyed));
    const next = wanted({ id: 'order-43', ...keyed });
    expect(await checkpoints.start(on(client), location, next)).toEqual({
      kind: 'duplicate',
      runId: 'order-42',
      workflow: 'checkout',
    });
    await home.store.cancel(['order-42']);
    expect(await checkpoints.start(on(client), location, next)).toEqual({ kind: 'written' });
  });

  test('waits for who takes its deduplication key just now, and then sees who has it', async () => {
    const keyed = { deduplicationKey: 'customer 42' };
    const [other, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
    await other.query('begin');
    await checkpoints.start(on(other), location, wanted(keyed));
    const starting = checkpoints.start(on(client), location, wanted({ id: 'order-43', ...keyed }));
    await untilBlocked(observer);
    await other.query('commit');
    expect(await starting).toMatchObject({ kind: 'duplicate', runId: 'order-42' });
    await Promise.all([other.end(), observer.end()]);
  });

  test('waits for who takes its deduplication key just now, and is written if that comes to nothing', async () => {
    const keyed = { deduplicationKey: 'customer 42' };
    const [other, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
    await other.query('begin');
    await checkpoints.start(on(other), location, wanted(keyed));
    const starting = checkpoints.start(on(client), location, wanted({ id: 'order-43', ...keyed }));
    await untilBlocked(observer);
    await other.query('rollback');
    expect(await starting).toEqual({ kind: 'written' });
    await Promise.all([other.end(), observer.end()]);
  });

  test('is refused in another database', async () => {
    const outcome = await checkpoints.start(on(client), { ...location, installationId: 'other' }, wanted());
    expect(outcome).toEqual({ kind: 'elsewhere' });
  });
});

test('the text uses each parameter once and in order, and has no question marks', async () => {
  const texts: string[] = [];
  const spy: RunSql = async (text, values) => {
    texts.push(text);
    expect(values.every((value) => value === null || ['string', 'number'].includes(typeof value))).toBe(true);
    return on(client)(text, values);
  };
  await checkpoints.isHere(spy, location);
  await checkpoints.record(spy, location, checkpoint());
  await checkpoints.prepareApart(spy);
  await checkpoints.recordApart(spy, checkpoint());
  await checkpoints.findApart(spy, randomUUID(), 1);
  await checkpoints.start(spy, location, {
    ...PLAIN_TERMS,
    id: 'x',
    key: randomUUID(),
    workflow: 'w',
    version: '1',
    input: '1',
    inputExtra: null,
    tags: null,
    delayMs: 0,
    traceContext: null,
  });
  for (const text of texts) {
    const used = [...text.matchAll(/\$(\d+)(::\w+)?/g)];
    expect(used.map(([, n]) => Number(n))).toEqual(used.map((_, n) => n + 1));
    expect(used.every(([, , cast]) => cast)).toBe(true);
    expect(text).not.toContain('?');
  }
  await client.query(`drop schema ${schemaNamed('my "other" apart').quoted} cascade`);
});
