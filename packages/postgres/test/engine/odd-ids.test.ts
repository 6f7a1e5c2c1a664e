import { Client, createRegistry, type Registry, workflow } from '@holdfast/core';
import { expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/index.js';
import { database, launch } from './app.js';

const doubling = (registry: Registry) => workflow('double', { registry }, async (n: number) => n * 2);

test.each([
  ['a NUL', 'order\0-42'],
  ['half of a character', 'order-\ud83d'],
])('a wait for a run whose id has %s holds up no other wait', async (_, id) => {
  const url = await database();
  await launch(url, doubling);
  const client = new Client({ store: postgres(url), registry: createRegistry() });
  await client.open();
  onTestFinished(() => client.close());
  const odd = (async () => client.handle(id).result())().catch((error: unknown) => error);
  const handle = await client.start('double', [21]);
  expect(await handle.result({ timeout: '3s' })).toBe(42);
  expect(await odd).toMatchObject({ code: 'INVALID_ID' });
});
