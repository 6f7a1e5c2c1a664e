import type { Store } from '@holdfast/core/internal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTemporaryCluster, type TemporaryCluster } from '../src/embedded/temporary-cluster.js';
import { postgres } from '../src/index.js';
import { start, step } from './support/entries.js';
import { TestListener, until } from './support/listener.js';
import { openClient } from './support/sessions.js';

let cluster: TemporaryCluster;
const stores: Store[] = [];

beforeAll(async () => {
  cluster = await startTemporaryCluster();
});

afterAll(async () => {
  for (const store of stores) await store.close();
  await cluster.remove();
});

async function attend(id: string): Promise<{ readonly store: Store; readonly listener: TestListener }> {
  const store = postgres(cluster.url);
  stores.push(store);
  await store.open();
  await store.register({ id, host: 'here', pid: 1 }, 600_000);
  const listener = new TestListener();
  await store.attend(id, listener);
  return { store, listener };
}

test('when the server is killed and comes back, nobody is taken for dead, and all goes on', async () => {
  const all = [await attend('a'), await attend('b'), await attend('c')];
  const { store } = all[0]!;
  await store.commit([start('run-1')]);
  await cluster.kill();
  const error: unknown = await store.commit([step('run-1')]).catch((reason: unknown) => reason);
  expect(store.isTransient(error)).toBe(true);
  await cluster.start();
  await until('all listen again', () => all.every(({ listener }) => listener.missed === 1));
  const observer = await openClient(cluster.url);
  await until('all are watched again', async () => {
    const { rows } = await observer.query(
      `select count(*)::int as watching from pg_locks where locktype = 'advisory' and not granted`,
    );
    return rows[0].watching === 3;
  });
  await observer.end();
  expect(all.flatMap(({ listener }) => listener.lost)).toEqual([]);
  expect(await store.commit([step('run-1')])).toEqual([{ kind: 'written' }]);
});
