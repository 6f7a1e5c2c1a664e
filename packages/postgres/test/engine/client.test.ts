import { Client, createRegistry, type Registry, workflow } from '@holdfast/core';
import { expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/index.js';
import { openClient } from '../support/sessions.js';
import { database, launch, proxyTo } from './app.js';

const doubling = (registry: Registry) => workflow('double', { registry }, async (n: number) => n * 2);

async function clientOf(url: string): Promise<Client> {
  const client = new Client({ store: postgres(url), registry: createRegistry() });
  await client.open();
  onTestFinished(() => client.close());
  return client;
}

test('a client is no executor: it has no row and no lease, and its runs wait for one that is', async () => {
  const url = await database();
  const client = await clientOf(url);
  const handle = await client.start('double', [21], { id: 'early' });
  const sql = await openClient(url);
  onTestFinished(() => sql.end());
  expect((await sql.query('select id from holdfast.executors')).rows).toEqual([]);
  expect(await client.runs.stranded()).toMatchObject([{ workflow: 'double', version: '1', runs: 1 }]);
  await launch(url, doubling);
  expect(await handle.result()).toBe(42);
});

test('an idle executor takes up what a client starts, and the client hears of its end', async () => {
  const url = await database();
  await launch(url, doubling);
  const client = await clientOf(url);
  await (await client.start('double', [1])).result();
  // An executor that is not told looks every five seconds.
  const beganMs = performance.now();
  for (let n = 0; n < 5; n++) expect(await (await client.start('double', [n])).result()).toBe(n * 2);
  expect(performance.now() - beganMs).toBeLessThan(5000);
});

test('a client whose connections are cut goes on when they are back', async () => {
  const url = await database();
  await launch(url, doubling);
  const proxy = await proxyTo(url);
  const client = await clientOf(proxy.url(url));
  await (await client.start('double', [1])).result();
  proxy.cut();
  const handle = await client.start('double', [2], { id: 'after the cut' });
  expect(await handle.result()).toBe(4);
  expect(await client.runs.counts({ by: ['state'] })).toEqual([{ state: 'succeeded', runs: 2 }]);
});
