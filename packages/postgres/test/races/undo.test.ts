import type { StepEntry, StoreEntry } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commitBatch } from '../../src/sql/batch/commit.js';
import { recordCheckpoint } from '../../src/sql/checkpoints/record.js';
import { schemaNamed } from '../../src/sql/names.js';
import { cancelRuns } from '../../src/sql/runs/cancel.js';
import { gather } from '../../src/store/gather.js';
import { finish, SERVES, start, step } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

// A success that has an undo is either in the journal of whoever unwinds its run, or not recorded at all. Each test holds
// one session in the middle of its transaction, while the other comes to the same run.

let home: Home;
let held: pg.Client;
let observer: pg.Client;

const error = { json: '{"message":"late"}', extra: null };
const undoable = (runId = 'run-1'): StepEntry => step(runId, { hasUndo: true });

beforeEach(async () => {
  home = await postgresHome();
  [held, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
  for (const id of ['a', 'b']) await home.store.register({ id, host: 'here', pid: 1 }, 600_000);
  await home.store.commit([start('run-1', { deadlineMs: 1 }), start('run-2'), start('run-3')]);
});

afterEach(async () => {
  await Promise.all([held.end(), observer.end()]);
  await home.dispose();
});

const schema = () => schemaNamed(home.schema);

function write(...entries: StoreEntry[]): Promise<pg.QueryResult> {
  const { kinds, values } = gather(entries);
  return held.query(commitBatch(kinds).text(schema()), [...values]);
}

/** The same success as a transactional step writes it, on the user's own connection. */
function record({ runId, epoch, seq, ordinal, name }: StepEntry): Promise<pg.QueryResult> {
  const values = [runId, epoch, seq, ordinal, 'transaction', name, 1, '"paid"', null, 1, '1', '2'];
  return held.query(recordCheckpoint.text(schema()), values);
}

/** All ways in which a run is ended from outside. */
const ENDS = {
  'a cancel': () => home.store.cancel(['run-1']),
  'a cancel of its tree': () => home.store.control.cancelTrees(['run-1']),
  'its deadline': () => home.store.control.expire([{ runId: 'run-1', error }]),
} as const;

const WRITES = { 'a batch': write, 'a transactional step': record } as const;

const ways = Object.keys(ENDS).flatMap((end) =>
  Object.keys(WRITES).map((by) => [end as keyof typeof ENDS, by as keyof typeof WRITES] as const),
);

describe.each(ways)('%s and a success with an undo in %s', (end, by) => {
  test('that is not committed yet: it waits, and the success is undone', async () => {
    await held.query('begin');
    await WRITES[by](undoable());
    const ending = ENDS[end]();
    await untilBlocked(observer);
    await held.query('commit');
    expect(await ending).toEqual(['run-1']);
    expect(await home.store.run('run-1')).toMatchObject({ state: 'pending', isUnwinding: true });
    const { runs } = await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 });
    expect(runs).toMatchObject([{ id: 'run-1', isUnwinding: true }]);
    expect((await home.store.load(['run-1'])).get('run-1')).toMatchObject([{ seq: 0, hasUndo: true }]);
  });

  test('that is rolled back: it waits, and there is nothing to undo', async () => {
    await held.query('begin');
    await WRITES[by](undoable());
    const ending = ENDS[end]();
    await untilBlocked(observer);
    await held.query('rollback');
    expect(await ending).toEqual(['run-1']);
    expect(await home.store.run('run-1')).toMatchObject({ state: 'cancelled', isUnwinding: false });
    expect(await home.store.steps('run-1')).toEqual([]);
  });
});

describe('a success with an undo that comes to a run whose cancel is not committed yet', () => {
  beforeEach(async () => {
    await held.query('begin');
    await held.query(cancelRuns.text(schema()), ['["run-1"]']);
  });

  test('waits for it, and is not recorded', async () => {
    const writing = home.store.commit([undoable()]);
    await untilBlocked(observer);
    await held.query('commit');
    expect(await writing).toEqual([{ kind: 'lost' }]);
    expect(await home.store.run('run-1')).toMatchObject({ state: 'cancelled', isUnwinding: false });
    expect(await home.store.steps('run-1')).toEqual([]);
  });

  test('waits for it, and is recorded if it comes to nothing', async () => {
    const writing = home.store.commit([undoable()]);
    await untilBlocked(observer);
    await held.query('rollback');
    expect(await writing).toEqual([{ kind: 'written' }]);
    expect(await home.store.run('run-1')).toMatchObject({ state: 'running', isUnwinding: false });
  });

  test('waits for it as a transactional step too, and that is told so', async () => {
    const other = await openClient(home.url);
    const { runId, epoch, seq, ordinal, name } = undoable();
    const values = [runId, epoch, seq, ordinal, 'transaction', name, 1, '"paid"', null, 1, '1', '2'];
    const recording = other.query(recordCheckpoint.text(schema()), values);
    await untilBlocked(observer);
    await held.query('commit');
    expect((await recording).rows).toEqual([{ outcome: 'lost' }]);
    await other.end();
    expect(await home.store.steps('run-1')).toEqual([]);
  });
});

test('a run that fails by itself unwinds with a success that a transactional step of it commits meanwhile', async () => {
  await held.query('begin');
  await record(undoable());
  const unwinding = home.store.commit([{ op: 'unwind', runId: 'run-1', epoch: 1, error }]);
  await untilBlocked(observer);
  await held.query('commit');
  expect(await unwinding).toEqual([{ kind: 'written' }]);
  const { runs } = await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 });
  expect(runs).toMatchObject([{ id: 'run-1', isUnwinding: true, isFailing: true, error }]);
  expect((await home.store.load(['run-1'])).get('run-1')).toMatchObject([{ seq: 0, hasUndo: true }]);
});

test('a plain success in the midst of its transaction keeps no cancel waiting', async () => {
  await held.query('begin');
  await write(step('run-1'));
  expect(await home.store.cancel(['run-1'])).toEqual(['run-1']);
  await held.query('commit');
  expect(await home.store.run('run-1')).toMatchObject({ state: 'cancelled', isUnwinding: false });
});

test('a cancel that the server ends in a deadlock is done again', async () => {
  const [blocker, other] = [await openClient(home.url), held];
  // The cancel gets run-1, and waits for run-2. Another holds run-3, and wants run-1.
  await blocker.query('begin');
  await blocker.query(`select from ${schema().runs} where id = 'run-2' for update`);
  await other.query('begin');
  await write(undoable('run-3'));
  const cancelling = home.store.cancel(['run-1', 'run-2', 'run-3']);
  await untilBlocked(observer);
  // The one that comes to wait last finds the deadlock; this one never looks for it.
  await other.query(`set local deadlock_timeout = '1h'`);
  const finishing = write(finish('run-1'));
  await untilBlocked(observer, 2);
  await blocker.query('commit');
  await finishing;
  await other.query('commit');
  expect([...(await cancelling)].sort()).toEqual(['run-2', 'run-3']);
  expect(await home.store.run('run-1')).toMatchObject({ state: 'succeeded' });
  expect(await home.store.run('run-3')).toMatchObject({ state: 'pending', isUnwinding: true });
  await blocker.end();
});
