import type { Store } from '@holdfast/core/internal';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { postgres } from '../src/index.js';
import { startWireProxy, type WireProxy } from '../src/testing/wire-proxy.js';
import { finish, SERVES, start, step } from './support/entries.js';
import { type Home, postgresHome } from './support/homes.js';
import { TestListener } from './support/listener.js';

let home: Home;
let proxy: WireProxy;
let store: Store;
let made = 0;

beforeAll(async () => {
  home = await postgresHome();
  const { hostname, port } = new URL(home.url);
  proxy = await startWireProxy({ host: hostname, port: Number(port) });
  store = postgres(proxy.url(home.url), { schema: home.schema, poolSize: 1 });
  await store.open();
  await store.register({ id: 'a', host: 'here', pid: 1 }, 600_000);
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await store.close();
  await proxy.close();
  await home.dispose();
});

/** Runs that executor a holds. */
async function begin(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `run-${made++}`);
  await store.commit(ids.map((id) => start(id)));
  proxy.reset();
  return ids;
}

async function expectOneRoundTrip(work: () => Promise<unknown>): Promise<void> {
  await work();
  expect(proxy.statements).toHaveLength(1);
  expect(proxy.roundTrips).toBe(1);
}

describe('one round trip and one statement is what it takes', () => {
  test('to write a step', async () => {
    const [id] = await begin(1);
    await expectOneRoundTrip(() => store.commit([step(id!)]));
  });

  test('to write a batch of everything, for many runs', async () => {
    const ids = await begin(50);
    await expectOneRoundTrip(() =>
      store.commit([
        ...ids.map((id) => step(id)),
        ...ids.slice(0, 20).map((id) => finish(id)),
        ...ids.slice(20, 30).map((id) => ({ op: 'release', runId: id, epoch: 1 }) as const),
        start(`run-${made++}`),
      ]),
    );
  });

  test('to claim runs, and to load all their journals', async () => {
    const ids = await begin(5);
    await store.commit(ids.map((id) => ({ op: 'release', runId: id, epoch: 1 })));
    proxy.reset();
    await expectOneRoundTrip(() => store.claim({ executorId: 'a', serves: SERVES, limit: 10 }));
    proxy.reset();
    await expectOneRoundTrip(() => store.load(ids));
  });

  test('to renew a lease, to bury and to cancel', async () => {
    const ids = await begin(3);
    await expectOneRoundTrip(() => store.renew('a', 600_000));
    proxy.reset();
    await expectOneRoundTrip(() => store.bury(null));
    proxy.reset();
    await expectOneRoundTrip(() => store.cancel(ids));
  });

  test('to announce thousands of ends', async () => {
    const runIds = Array.from({ length: 3000 }, (_, n) => `some-run-with-a-rather-long-id-${n}`);
    await expectOneRoundTrip(() => store.announce([{ kind: 'work' }, { kind: 'finished', runIds }]));
  });

  test('to open a store whose tables are up to date', async () => {
    const other = postgres(proxy.url(home.url), { schema: home.schema });
    await expectOneRoundTrip(() => other.open());
    await other.close();
  });
});

test('an entry that is not plainly written costs a second round trip', async () => {
  const [id] = await begin(1);
  await store.cancel([id!]);
  proxy.reset();
  expect(await store.commit([step(id!), start(`run-${made++}`)])).toEqual([
    { kind: 'lost' },
    { kind: 'written' },
  ]);
  expect(proxy.roundTrips).toBe(2);
});

test('a commit whose answer was lost is written once, and answered as written when it is repeated', async () => {
  const [id, other] = await begin(2);
  const entries = [step(id!), finish(other!), start(`run-${made++}`)];
  const dropped = proxy.dropResponseTo(/insert into/);
  const error: unknown = await store.commit(entries).catch((reason: unknown) => reason);
  await dropped;
  expect(store.isTransient(error)).toBe(true);
  expect(await store.commit(entries)).toEqual(entries.map(() => ({ kind: 'written' })));
  expect(await store.steps(id!)).toHaveLength(1);
});

test('a listener whose connections were cut hears that it may have missed something', async () => {
  const listener = new TestListener();
  const attendance = await store.attend('a', listener);
  proxy.cut();
  await expect.poll(() => listener.missed).toBe(1);
  await attendance.close();
});
