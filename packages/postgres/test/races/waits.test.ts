import type { EntryOutcome, NotedWait, SetEntry, StoreEntry } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commitBatch } from '../../src/sql/batch/commit.js';
import { commitMail } from '../../src/sql/batch/mail-batch.js';
import { schemaNamed } from '../../src/sql/names.js';
import { cancelRuns } from '../../src/sql/runs/cancel.js';
import { noteWaits } from '../../src/sql/waits/note.js';
import { wakeWaiters } from '../../src/sql/waits/wake.js';
import { gather } from '../../src/store/gather.js';
import { finish, start, step } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

// A run notes that it waits for something at the very moment at which that comes about. Whichever of the two is first,
// either the look after the note sees what happened, or whoever does it sees the note and leaves news.

let home: Home;
let held: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  [held, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
  await home.store.register({ id: 'a', host: 'here', pid: 1 }, 600_000);
  await home.store.commit([start('target'), start('waiter')]);
});

afterEach(async () => {
  await Promise.all([held.end(), observer.end()]);
  await home.dispose();
});

const schema = () => schemaNamed(home.schema);

/** What a run shows by a call of its own. */
function set(): SetEntry {
  const call = step('target', { kind: 'set', name: 'progress' });
  const value = { json: '1', extra: null };
  return { op: 'set', step: call, runId: 'target', epoch: null, name: 'progress', value, seq: 0, key: null };
}

const WAITS = {
  event: { kind: 'event', targetId: 'target', name: 'progress', seq: 0 },
  result: { kind: 'result', targetId: 'target', seq: 0 },
} as const satisfies Record<string, NotedWait>;

/** Ways in which what is waited for comes about: as the store does it, and its statement for a session that is held. */
const comings = {
  'sets the event': { wait: WAITS.event, entry: set() },
  ends: { wait: WAITS.result, entry: finish('target') },
  'ends without having set the event': { wait: WAITS.event, entry: finish('target') },
} as const;
const CASES = Object.entries(comings);

const AWAITED: EntryOutcome = { kind: 'written', isAwaited: true };

function note(wait: NotedWait): Promise<readonly string[]> {
  return home.store.waits.note([{ runId: 'waiter', epoch: 1, waits: [wait] }]);
}

const holding = {
  begin: () => held.query('begin'),
  commit: () => held.query('commit'),
  write(entry: StoreEntry) {
    const { kinds, values } = gather([entry]);
    return held.query((kinds.mail ? commitMail(kinds) : commitBatch(kinds)).text(schema()), [...values]);
  },
  note({ targetId, ...wait }: NotedWait) {
    const rows = [{ run_id: 'waiter', target_id: targetId, ...wait }];
    const runs = [{ run_id: 'waiter', epoch: 1 }];
    return held.query(noteWaits.text(schema()), [JSON.stringify(runs), JSON.stringify(rows)]);
  },
};

async function park(): Promise<EntryOutcome> {
  const entry = {
    op: 'park',
    runId: 'waiter',
    epoch: 1,
    wakeAtMs: null,
    signals: 0,
    keepsSlot: false,
  } as const;
  return (await home.store.commit([entry]))[0]!;
}

async function wakeAt(): Promise<number | null> {
  return (await home.store.run('waiter'))!.wakeAtMs;
}

async function news(): Promise<number> {
  const { rows } = await observer.query(`select count(*)::int as news from ${schema().news}`);
  return rows[0].news as number;
}

describe('a run notes a wait while the other one', () => {
  test.for(CASES)('%s, and waits for that: it sees it', async ([, { wait, entry }]) => {
    await holding.begin();
    await holding.write(entry);
    const noted = note(wait);
    await untilBlocked(observer);
    await holding.commit();
    expect(await noted).toEqual(['waiter']);
  });

  test.for(CASES)('%s, which waits for the note: there is news', async ([, { wait, entry }]) => {
    await holding.begin();
    await holding.note(wait);
    const written = home.store.commit([entry]);
    await untilBlocked(observer);
    await holding.commit();
    expect(await written).toEqual([AWAITED]);
    expect(await park()).toEqual({ kind: 'written' });
    expect(await home.store.waits.wake(10)).toEqual({ runs: 1, hasMore: false });
    expect(await wakeAt()).not.toBeNull();
  });

  test('is cancelled, either way round', async () => {
    await holding.begin();
    await holding.note(WAITS.event);
    const cancelled = home.store.cancel(['target']);
    await untilBlocked(observer);
    await holding.commit();
    expect(await cancelled).toEqual(['target']);
    expect(await news()).toBe(1);

    await home.store.commit([start('target', { id: 'another' })]);
    await holding.begin();
    await held.query(cancelRuns.text(schema()), [JSON.stringify(['another'])]);
    const noted = note({ kind: 'result', targetId: 'another', seq: 0 });
    await untilBlocked(observer);
    await holding.commit();
    expect(await noted).toEqual(['waiter']);
  });

  test('is deleted, either way round', async () => {
    await note(WAITS.result);
    await home.store.commit([finish('target')]);
    await home.store.waits.wake(10);
    await holding.begin();
    await holding.note(WAITS.result);
    const deleted = home.store.repair.delete(['target'], false);
    await untilBlocked(observer);
    await holding.commit();
    expect(await deleted).toEqual(['target']);
    expect(await park()).toEqual({ kind: 'signalled', signals: 1 });
    expect(await home.store.waits.wake(10)).toEqual({ runs: 0, hasMore: false });
    expect((await home.store.run('waiter'))!.state).toBe('running');
  });
});

describe('news is read while', () => {
  test('somebody else notes a wait for the same run: that run stays awaited', async () => {
    await home.store.commit([start('other')]);
    await note(WAITS.event);
    expect(await home.store.commit([set()])).toEqual([AWAITED]);
    await holding.begin();
    const runs = [{ run_id: 'other', epoch: 1 }];
    const waits = [{ run_id: 'other', seq: 0, target_id: 'target', kind: 'result' }];
    await held.query(noteWaits.text(schema()), [JSON.stringify(runs), JSON.stringify(waits)]);
    const woken = home.store.waits.wake(10);
    await untilBlocked(observer);
    await holding.commit();
    await woken;
    expect(await home.store.commit([finish('target')])).toEqual([AWAITED]);
    expect(await news()).toBe(1);
  });

  test('another session reads it: each piece is read once, and both that wait are due', async () => {
    await home.store.commit([start('target', { id: 'second' }), start('other')]);
    await note(WAITS.result);
    await home.store.waits.note([
      { runId: 'other', epoch: 1, waits: [{ kind: 'result', targetId: 'second', seq: 0 }] },
    ]);
    await home.store.commit([finish('target')]);
    await holding.begin();
    const { rows } = await held.query(wakeWaiters.text(schema()), [10]);
    expect(rows[0].read).toBe(1);
    await home.store.commit([finish('second')]);
    // What the other session has is passed over, and not waited for.
    expect(await home.store.waits.wake(10)).toEqual({ runs: 0, hasMore: false });
    await holding.commit();
    const signals = await observer.query(
      `select id, signals from ${schema().runs} where id in ('waiter', 'other') order by id`,
    );
    expect(signals.rows).toEqual([
      { id: 'other', signals: 1 },
      { id: 'waiter', signals: 1 },
    ]);
    expect(await news()).toBe(0);
  });

  test('the session that reads it breaks off: it is read by the next one', async () => {
    await note(WAITS.result);
    await park();
    await home.store.commit([finish('target')]);
    await holding.begin();
    await held.query(wakeWaiters.text(schema()), [10]);
    await observer.query('select pg_terminate_backend($1)', [
      (held as pg.Client & { processID: number }).processID,
    ]);
    await expect.poll(() => home.store.waits.wake(10)).toEqual({ runs: 1, hasMore: false });
    expect(await wakeAt()).not.toBeNull();
  });

  test('the run that is woken is being parked: it is parked and due', async () => {
    await note(WAITS.result);
    await home.store.commit([finish('target')]);
    await holding.begin();
    await holding.write({
      op: 'park',
      runId: 'waiter',
      epoch: 1,
      wakeAtMs: null,
      signals: 0,
      keepsSlot: false,
    });
    const woken = home.store.waits.wake(10);
    await untilBlocked(observer);
    await holding.commit();
    await woken;
    expect(await home.store.run('waiter')).toMatchObject({ state: 'waiting' });
    expect(await wakeAt()).not.toBeNull();
  });
});

test('a sweep finds what older code did without leaving news, and a run that was deleted by hand', async () => {
  await note(WAITS.event);
  await park();
  await observer.query(
    `insert into ${schema().events} (run_id, name, value) values ('target', 'progress', '1')`,
  );
  expect(await home.store.waits.sweep(null, 10)).toEqual({ next: null, hasNews: true });
  expect(await home.store.waits.wake(10)).toEqual({ runs: 1, hasMore: false });

  const { runs } = await home.store.claim({
    executorId: 'a',
    serves: [{ workflow: 'checkout', version: '1' }],
    limit: 10,
  });
  const [{ epoch, signals }] = runs as [(typeof runs)[0]];
  await home.store.waits.note([{ runId: 'waiter', epoch, waits: [WAITS.result] }]);
  await home.store.commit([
    { op: 'park', runId: 'waiter', epoch, wakeAtMs: null, signals, keepsSlot: false },
  ]);
  await observer.query(`delete from ${schema().runs} where id = 'target'`);
  expect(await home.store.waits.sweep(null, 10)).toEqual({ next: null, hasNews: true });
  expect(await home.store.waits.wake(10)).toEqual({ runs: 1, hasMore: false });
});
