import type { StepEntry, StoreEntry } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commitBatch } from '../../src/sql/batch/commit.js';
import { buryExecutors } from '../../src/sql/executors/bury.js';
import { schemaNamed } from '../../src/sql/names.js';
import { claimRuns } from '../../src/sql/runs/claim.js';
import { gather } from '../../src/store/gather.js';
import { finish, SERVES, start, step } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

// A stale executor's write must never get into a journal that its new owner has loaded. Each test holds one session in
// the middle of its transaction, and shows what the other does meanwhile and afterwards.

let home: Home;
let held: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  [held, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
  for (const id of ['a', 'b']) await home.store.register({ id, host: 'here', pid: 1 }, 600_000);
  await home.store.commit([start('run-1'), start('run-2')]);
});

afterEach(async () => {
  await Promise.all([held.end(), observer.end()]);
  await home.dispose();
});

const schema = () => schemaNamed(home.schema);

/** What the store's statements do, in a transaction that the test holds open. */
const holding = {
  begin: (isolation = 'read committed') => held.query(`begin isolation level ${isolation}`),
  commit: () => held.query('commit'),
  bury: (executorId: string) => held.query(buryExecutors.text(schema()), [executorId, 1]),
  claim: (executorId: string) =>
    held.query(claimRuns.text(schema()), [executorId, JSON.stringify(SERVES), 10, null, 0, null]),
  write: (...entries: StoreEntry[]) => {
    const { kinds, values } = gather(entries);
    return held.query(commitBatch(kinds).text(schema()), [...values]);
  },
};

async function seqsOf(runId: string): Promise<number[]> {
  const journals = await home.store.load([runId]);
  return journals.get(runId)!.map(({ seq }) => seq);
}

const claimed = (executorId = 'b') => home.store.claim({ executorId, serves: SERVES, limit: 10 });

describe('a stale write', () => {
  test('that meets a claim waits for it, and is lost', async () => {
    await holding.begin();
    await holding.bury('a');
    await holding.claim('b');
    const write = home.store.commit([step('run-1')]);
    await untilBlocked(observer);
    await holding.commit();
    expect(await write).toEqual([{ kind: 'lost' }]);
    expect(await seqsOf('run-1')).toEqual([]);
  });

  test('that meets a claim which comes to nothing waits for it, and is written', async () => {
    await holding.begin();
    await holding.bury('a');
    await holding.claim('b');
    const write = home.store.commit([step('run-1')]);
    await untilBlocked(observer);
    await held.query('rollback');
    expect(await write).toEqual([{ kind: 'written' }]);
  });

  test('whose snapshot is older than the claim is lost, though it finds the run as it was', async () => {
    // The writer has its snapshot, and waits for the first of two runs, while the second is buried and claimed.
    await holding.begin();
    await held.query(`select from ${schema().runs} where id = 'run-1' for update`);
    const write = home.store.commit([step('run-1'), step('run-2')]);
    await untilBlocked(observer);
    await takeOver('run-2');
    const journal = await seqsOf('run-2');
    await holding.commit();
    expect(await write).toEqual([{ kind: 'written' }, { kind: 'lost' }]);
    expect(await seqsOf('run-2')).toEqual(journal);
  });

  test('that a delete of its run waits for leaves nothing behind', async () => {
    await holding.begin();
    await holding.write(step('run-1'));
    await home.store.cancel(['run-1']);
    const deletion = home.store.repair.delete(['run-1'], false);
    await untilBlocked(observer);
    await holding.commit();
    expect(await deletion).toEqual(['run-1']);
    expect(await seqsOf('run-1')).toEqual([]);
  });

  test('is lost as well after the run changed several times before and after that claim', async () => {
    await home.store.commit([start('child', { parentId: 'run-2' })]);
    await holding.begin();
    await held.query(`select from ${schema().runs} where id = 'run-1' for update`);
    const write = home.store.commit([step('run-1'), step('run-2')]);
    await untilBlocked(observer);
    await home.store.commit([finish('child', { parentId: 'run-2' })]);
    await takeOver('run-2');
    await home.store.commit([{ op: 'release', runId: 'run-2', epoch: 2 }]);
    await claimed();
    await home.store.commit([step('run-2', { epoch: 3, seq: 7 })]);
    await holding.commit();
    expect(await write).toEqual([{ kind: 'written' }, { kind: 'lost' }]);
    expect(await seqsOf('run-2')).toEqual([7]);
  });

  test.each(['a finish', 'a park', 'a release'])(
    '%s, whose snapshot is older than the claim is lost',
    async (what) => {
      const entries: Record<string, StoreEntry> = {
        'a finish': finish('run-2'),
        'a park': { op: 'park', runId: 'run-2', epoch: 1, wakeAtMs: null, signals: 0, keepsSlot: false },
        'a release': { op: 'release', runId: 'run-2', epoch: 1 },
      };
      await holding.begin();
      await held.query(`select from ${schema().runs} where id = 'run-1' for update`);
      const write = home.store.commit([finish('run-1'), entries[what]!]);
      await untilBlocked(observer);
      await takeOver('run-2');
      await holding.commit();
      expect(await write).toEqual([{ kind: 'written' }, { kind: 'lost' }]);
      expect(await home.store.run('run-2')).toMatchObject({ state: 'running', executorId: 'b', epoch: 2 });
    },
  );
});

describe('a write that is under way', () => {
  const write: StepEntry = step('run-1');

  test('keeps claims from its run, and is in the journal of whoever claims it afterwards', async () => {
    await holding.begin();
    expect((await holding.write(write)).rows).toEqual([]);
    expect(await home.store.bury('a')).toBe(2);
    const first = await claimed();
    expect(first.runs.map(({ id }) => id)).toEqual(['run-2']);
    expect(first.nextDueInMs).toBeGreaterThan(0);
    await holding.commit();
    expect((await claimed()).runs.map(({ id }) => id)).toEqual(['run-1']);
    expect(await seqsOf('run-1')).toEqual([0]);
  });

  test('and came to a run whose burial was under way, keeps claims from it all the same', async () => {
    const other = await openClient(home.url);
    await other.query('begin');
    await other.query(buryExecutors.text(schema()), ['a', 1]);
    await holding.begin();
    expect((await holding.write(write)).rows).toEqual([]);
    await other.query('commit');
    await other.end();
    expect((await claimed()).runs.map(({ id }) => id)).toEqual(['run-2']);
    await holding.commit();
    expect((await claimed()).runs.map(({ id }) => id)).toEqual(['run-1']);
    expect(await seqsOf('run-1')).toEqual([0]);
  });

  test('and found the run as it was before its burial, keeps claims from it all the same', async () => {
    await holding.begin();
    const blocker = await openClient(home.url);
    await blocker.query('begin');
    await blocker.query(`select from ${schema().runs} where id = 'run-1' for update`);
    const writing = holding.write(step('run-1'), step('run-2'));
    await untilBlocked(observer);
    await home.store.cancel(['run-2']);
    await home.store.resume('run-2');
    await blocker.query('commit');
    await blocker.end();
    // Not by its epoch, which the cancel raised, but by the lock: it passed before.
    await writing;
    expect((await claimed()).runs).toEqual([]);
    await holding.commit();
    expect((await claimed()).runs.map(({ id }) => id)).toEqual(['run-2']);
  });

  test('does not hold up a signal, a cancel, or another write to its run', async () => {
    await home.store.commit([start('child', { parentId: 'run-1' })]);
    await holding.begin();
    await holding.write(write);
    await home.store.commit([step('run-1', { seq: 1, ordinal: 2 })]);
    await home.store.commit([finish('child', { parentId: 'run-1' })]);
    expect(await home.store.cancel(['run-1'])).toEqual(['run-1']);
    await holding.commit();
    expect(await seqsOf('run-1')).toEqual([0, 1]);
  });
});

/** The run is taken from executor a, and claimed by b, in transactions of their own. */
async function takeOver(runId: string): Promise<void> {
  await observer.query(
    `update ${schema().runs} set state = 'pending', wake_at = now(), executor_id = null where id = $1`,
    [runId],
  );
  const { runs } = await claimed();
  expect(runs.map(({ id }) => id)).toEqual([runId]);
}
