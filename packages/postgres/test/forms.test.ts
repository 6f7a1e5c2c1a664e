import type { StoreEntry } from '@holdfast/core/internal';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Driver } from '../src/driver/driver.js';
import { PgDriver } from '../src/driver/pg-driver.js';
import { Statements } from '../src/driver/statements.js';
import { schemaNamed } from '../src/sql/names.js';
import { commitEntries } from '../src/store/commit.js';
import { finish, start, step } from './support/entries.js';
import { type Home, postgresHome } from './support/homes.js';

// What can be written plainly is, and what cannot, or proves not to be after all, is written in full.

const WRITTEN = { kind: 'written' };

let home: Home;
let driver: PgDriver;
let asked: string[] = [];
let made = 0;

beforeAll(async () => {
  home = await postgresHome();
  driver = new PgDriver({ pool: new pg.Pool({ connectionString: home.url, max: 1 }), isOwn: true });
  for (const id of ['a', 'dead']) await home.store.register({ id, host: 'here', pid: 1 }, 600_000);
  await home.store.retire('dead');
});

beforeEach(() => {
  asked = [];
});

afterAll(async () => {
  await driver.close();
  await home.dispose();
});

/** Writes a batch; `asked` are the names of the statements that it took. */
async function commit(...entries: StoreEntry[]) {
  const listening: Pick<Driver, 'query'> = {
    query: (statement, values) => {
      asked.push(statement.name!.replace(/^holdfast_(.*)_[0-9a-f]+$/, '$1'));
      return driver.query(statement, values);
    },
  };
  return commitEntries(listening as Driver, new Statements(schemaNamed(home.schema)), entries);
}

async function begin(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `run-${made++}`);
  await home.store.commit(ids.map((id) => start(id)));
  return ids;
}

const noted = (runId: string) => step(runId, { ordinal: null, output: null, completedAtMs: null });

describe('what is of the common sort is written plainly, in one statement:', () => {
  test('a start, a success and an end', async () => {
    const [one, other, third] = await begin(3);
    const entries = [start(`run-${made++}`), step(one!), finish(other!), step(third!), finish(third!)];
    expect(await commit(...entries)).toEqual(entries.map(() => WRITTEN));
    expect(asked).toEqual(['commit_begins_calls_ends']);
    expect(await home.store.steps(third!)).toMatchObject([{ ordinal: 1, output: step(third!).output }]);
    expect(await home.store.run(third!)).toMatchObject({ state: 'succeeded', output: finish(third!).output });
  });

  test.each<[what: string, entry: (id: string) => StoreEntry, name: string]>([
    [
      'a start in a queue',
      () => start(`run-${made++}`, { queue: 'mail', executorId: null, startedAtMs: null }),
      'starts',
    ],
    ['a start with a key', () => start(`run-${made++}`, { deduplicationKey: `key-${made}` }), 'starts'],
    ['a start by a parent', (parentId) => start(`run-${made++}`, { parentId }), 'starts'],
    ['a failed call', (id) => step(id, { output: null, error: { json: '{}', extra: null } }), 'steps'],
    ['a call that began', noted, 'steps'],
    ['a success that can be undone', (id) => step(id, { hasUndo: true }), 'steps'],
    ['a call that waited for a run', (id) => step(id, { childId: 'x' }), 'steps'],
    ['an end that a parent is told', (id) => finish(id, { parentId: 'none' }), 'changes'],
    ['a release', (runId) => ({ op: 'release', runId, epoch: 1 }), 'changes'],
  ])('but not %s', async (_, entry, name) => {
    const [id] = await begin(1);
    expect(await commit(entry(id!))).toEqual([WRITTEN]);
    expect(asked).toEqual([`commit_${name}`]);
  });

  test('also a start that belongs to a trace', async () => {
    const id = `run-${made++}`;
    const traceContext = '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}';
    expect(await commit(start(id, { traceContext }), start(`run-${made++}`))).toEqual([WRITTEN, WRITTEN]);
    expect(asked).toEqual(['commit_begins']);
    expect(await home.store.run(id)).toMatchObject({ traceContext });
  });

  test('each kind by itself: one that is not plain leaves the other kinds as they are', async () => {
    const [one, other, third] = await begin(3);
    expect(await commit(noted(one!), step(other!), finish(third!))).toEqual([WRITTEN, WRITTEN, WRITTEN]);
    expect(asked).toEqual(['commit_steps_ends']);
  });
});

describe('a single start or step of the common sort is a bare insert,', () => {
  test('and is written so', async () => {
    const id = `run-${made++}`;
    expect(await commit(start(id))).toEqual([WRITTEN]);
    expect(await commit(step(id))).toEqual([WRITTEN]);
    expect(asked).toEqual(['commit_begin', 'commit_call']);
    expect(await home.store.run(id)).toMatchObject({ state: 'running', executorId: 'a', epoch: 1 });
    expect(await home.store.steps(id)).toMatchObject([{ ordinal: 1, output: step(id).output }]);
  });

  test('and is lost as any other is', async () => {
    const [id] = await begin(1);
    await home.store.cancel([id!]);
    expect(await commit(step(id!))).toEqual([{ kind: 'lost' }]);
    expect(asked).toEqual(['commit_call', 'read_standing']);
  });

  test('and gives a call that is open after all its outcome', async () => {
    const [id] = await begin(1);
    await home.store.commit([noted(id!)]);
    expect(await commit(step(id!))).toEqual([WRITTEN]);
    expect(asked).toEqual(['commit_call', 'commit_steps']);
    expect(await home.store.steps(id!)).toMatchObject([{ ordinal: 1, output: step(id!).output }]);
  });

  test('and is refused with its reason', async () => {
    const [id] = await begin(1);
    const outcome = await commit(step(id!, { output: { json: 'no json', extra: null } }));
    expect(outcome).toMatchObject([{ kind: 'refused', error: { code: 'STORE_WRITE_REFUSED' } }]);
    expect(await home.store.steps(id!)).toEqual([]);
  });
});

describe('a batch that was taken for plain and is not', () => {
  test('gives a call that is open after all its outcome, and its neighbours theirs', async () => {
    const [open, ...others] = await begin(4);
    await home.store.commit([noted(open!)]);
    expect(await commit(...[open!, ...others].map((id) => step(id)))).toEqual(
      [1, 2, 3, 4].map(() => WRITTEN),
    );
    expect(asked).toEqual(['commit_calls', 'commit_steps']);
    for (const id of [open!, ...others])
      expect(await home.store.steps(id)).toMatchObject([{ ordinal: 1, output: step(id).output }]);
  });

  test('leaves an outcome that is there, and tells whose it is', async () => {
    const [ours, taken, other] = await begin(3);
    await commit(step(ours!), step(taken!));
    const different = step(taken!, { ordinal: 2, output: { json: '"other"', extra: null } });
    asked = [];
    expect(await commit(step(ours!), different, step(other!))).toEqual([WRITTEN, { kind: 'lost' }, WRITTEN]);
    expect(asked).toEqual(['commit_calls', 'commit_steps', 'read_standing']);
    expect(await home.store.steps(taken!)).toMatchObject([{ output: step(taken!).output }]);
  });

  test('has the bad one refused alone', async () => {
    const ids = await begin(5);
    const bad = { json: 'no json', extra: null };
    const entries = ids.map((id, n) => (n === 3 ? step(id, { output: bad }) : step(id)));
    const outcomes = await commit(...entries);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'written', 'written', 'refused', 'written']);
  });

  test('tells a fenced call and a fenced end as lost, beside others', async () => {
    const [one, other, third, fourth] = await begin(4);
    await home.store.cancel([one!, third!]);
    expect(await commit(step(one!), step(other!), finish(third!), finish(fourth!))).toEqual([
      { kind: 'lost' },
      WRITTEN,
      { kind: 'lost' },
      WRITTEN,
    ]);
    expect(asked).toEqual(['commit_calls_ends', 'read_standing']);
  });

  test('leaves a run that a dead executor begins to the others', async () => {
    const id = `run-${made++}`;
    expect(await commit(start(id, { executorId: 'dead' }))).toEqual([WRITTEN]);
    expect(asked).toEqual(['commit_begin', 'read_standing', 'commit_starts']);
    expect(await home.store.run(id)).toMatchObject({ state: 'pending', epoch: 1, executorId: null });
  });

  test('says of a start whose id is taken whether it is the same', async () => {
    const id = `run-${made++}`;
    const first = start(id);
    await commit(first);
    expect(await commit(first, start(`run-${made++}`))).toEqual([WRITTEN, WRITTEN]);
    expect(await commit(start(id))).toEqual([{ kind: 'exists' }]);
  });
});

test('an end that somebody waits for says so, also when it is written plainly', async () => {
  const [waiter, target] = await begin(2);
  const wait = { seq: 0, targetId: target!, kind: 'result', name: null, position: null } as const;
  await home.store.waits.note([{ runId: waiter!, epoch: 1, waits: [wait] }]);
  expect(await commit(finish(target!))).toEqual([{ kind: 'written', isAwaited: true }]);
  expect(asked).toEqual(['commit_ends']);
});
