import type { DebounceRequest } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buryExecutors } from '../../src/sql/executors/bury.js';
import { schemaNamed } from '../../src/sql/names.js';
import { debounceRun } from '../../src/sql/pending/debounce.js';
import { claimRuns } from '../../src/sql/runs/claim.js';
import { startRow } from '../../src/store/gather.js';
import { callRow } from '../../src/store/pending.js';
import { SERVES, start } from '../support/entries.js';
import { type Home, postgresHome } from '../support/homes.js';
import { openClient, untilBlocked } from '../support/sessions.js';

// Two sessions meet over a run that waits for calls. Each test holds one in the middle of its transaction, and shows what
// the other does meanwhile and afterwards.

let home: Home;
let held: pg.Client;
let observer: pg.Client;

beforeEach(async () => {
  home = await postgresHome();
  [held, observer] = await Promise.all([openClient(home.url), openClient(home.url)]);
  for (const id of ['a', 'b']) await home.store.register({ id, host: 'here', pid: 1 }, 600_000);
});

afterEach(async () => {
  await Promise.all([held.end(), observer.end()]);
  await home.dispose();
});

const schema = () => schemaNamed(home.schema);

/** A call of the debounce, which makes a run of this id unless one waits. */
function request(id: string, delayMs = 0): DebounceRequest {
  const key = { deduplicationKey: 'shop 7', deduplicationScope: 'debounce' } as const;
  const input = { json: JSON.stringify([id]), extra: null };
  const { run } = start(id, { ...key, executorId: null, startedAtMs: null, input, delayMs });
  return { run, maxMs: null, call: null };
}

/** The same by a run, as its first call. */
function within(runId: string, id: string, delayMs = 0): DebounceRequest {
  const times = { startedAtMs: 1, completedAtMs: 2 };
  return { ...request(id, delayMs), call: { runId, epoch: 1, seq: 0, ordinal: 1, name: 'x', ...times } };
}

const debounce = (asked: DebounceRequest) => home.store.pending.debounce(asked);

const debounceHeld = ({ run, call }: DebounceRequest) =>
  held.query(debounceRun.text(schema()), [
    JSON.stringify(startRow(0, run)),
    call && JSON.stringify(callRow(call)),
  ]);

const inputOf = async (id: string) => (await home.store.run(id))?.input.json;

describe('a call that meets a claim of the run that waits', () => {
  beforeEach(async () => {
    await debounce(request('first'));
    await held.query('begin');
    const { rows } = await held.query(claimRuns.text(schema()), [
      'b',
      JSON.stringify(SERVES),
      10,
      null,
      0,
      null,
    ]);
    expect(rows).toMatchObject([{ id: 'first' }]);
  });

  test('waits for it, and makes another run', async () => {
    const calling = debounce(request('second'));
    await untilBlocked(observer);
    await held.query('commit');
    expect(await calling).toMatchObject({ kind: 'debounced', runId: 'second' });
    expect(await home.store.run('first')).toMatchObject({ state: 'running', input: { json: '["first"]' } });
  });

  test('waits for it, and puts the run off if the claim came to nothing', async () => {
    const calling = debounce(request('second'));
    await untilBlocked(observer);
    await held.query('rollback');
    expect(await calling).toMatchObject({ kind: 'debounced', runId: 'first' });
    expect(await inputOf('first')).toBe('["second"]');
    expect(await home.store.run('second')).toBeUndefined();
  });
});

test('a claim passes over a run that is being put off, and then finds that it is not due', async () => {
  await debounce(request('first'));
  await held.query('begin');
  await debounceHeld(request('second', 600_000));
  expect((await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 })).runs).toEqual([]);
  await held.query('commit');
  expect((await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 })).runs).toEqual([]);
  expect(await inputOf('first')).toBe('["second"]');
});

describe('the first call, while another’s first call is under way,', () => {
  test.each([
    ['commit', 'first'],
    ['rollback', 'second'],
  ])('waits for its %s', async (end, waits) => {
    await held.query('begin');
    await debounceHeld(request('first'));
    const calling = debounce(request('second'));
    await untilBlocked(observer);
    await held.query(end);
    expect(await calling).toMatchObject({ kind: 'debounced', runId: waits });
    expect(await inputOf(waits)).toBe('["second"]');
  });
});

describe('a call of a run that is repeated while its first try is under way', () => {
  beforeEach(async () => {
    await home.store.commit([start('caller')]);
    await held.query('begin');
    await debounceHeld(within('caller', 'waits', 600_000));
  });

  test('is answered with what that one recorded', async () => {
    const again = debounce(within('caller', 'waits', 600_000));
    await untilBlocked(observer);
    await held.query('commit');
    expect(await again).toEqual({ kind: 'debounced', runId: 'waits', dueInMs: 0 });
    expect(await home.store.steps('caller')).toMatchObject([{ seq: 0, childId: 'waits' }]);
  });

  test('puts nothing off for a second time', async () => {
    const again = debounce(within('caller', 'waits', 1_200_000));
    await untilBlocked(observer);
    await held.query('commit');
    await again;
    const { wakeAtMs, createdAtMs } = (await home.store.run('waits'))!;
    expect(wakeAtMs! - createdAtMs).toBe(600_000);
  });

  test('happens if that one comes to nothing', async () => {
    const again = debounce(within('caller', 'waits', 600_000));
    await untilBlocked(observer);
    await held.query('rollback');
    expect(await again).toMatchObject({ kind: 'debounced', runId: 'waits' });
    expect(await home.store.steps('caller')).toMatchObject([{ seq: 0, childId: 'waits' }]);
  });

  test('keeps claims from its run, so that whoever takes that over reads of it', async () => {
    await home.store.bury('a');
    expect((await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 })).runs).toEqual([]);
    await held.query('commit');
    const { runs } = await home.store.claim({ executorId: 'b', serves: SERVES, limit: 10 });
    expect(runs).toMatchObject([{ id: 'caller', epoch: 2 }]);
    expect((await home.store.load(['caller'])).get('caller')).toMatchObject([{ kind: 'debounce' }]);
    expect(await debounce(within('caller', 'waits'))).toEqual({ kind: 'lost' });
  });
});

test('a call of a run that is being taken over waits for that, and writes nothing', async () => {
  await home.store.commit([start('caller')]);
  await held.query('begin');
  await held.query(buryExecutors.text(schema()), ['a', 1]);
  await held.query(claimRuns.text(schema()), ['b', JSON.stringify(SERVES), 10, null, 0, null]);
  const calling = debounce(within('caller', 'waits'));
  await untilBlocked(observer);
  await held.query('commit');
  expect(await calling).toEqual({ kind: 'lost' });
  expect(await home.store.run('waits')).toBeUndefined();
});
