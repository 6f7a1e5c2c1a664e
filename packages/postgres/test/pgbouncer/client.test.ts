import { Client, channel, createRegistry, event, type Registry, step, workflow } from '@holdfast/core';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/index.js';
import { database, launch } from '../engine/app.js';
import { hasPooler, startPooler } from '../support/pooler.js';

const approval = channel<string>('approval');
const progress = event<number>('progress');

const workflows = (registry: Registry) =>
  workflow('order', { registry }, async (id: string) => {
    await progress.set(50);
    const by = await approval.receive();
    return step.run('ship', () => `${id} approved by ${by}`);
  });

/** A pooler in front of an empty database, with fewer connections than there are processes. */
async function pooled(): Promise<{ url: string; client: () => Promise<Client> }> {
  const direct = await database();
  const pooler = await startPooler(inject('serverUrl'), { poolSize: 4 });
  onTestFinished(() => pooler.remove());
  const url = pooler.url(direct);
  const client = async (): Promise<Client> => {
    const opened = new Client({ store: postgres(url), registry: createRegistry() });
    await opened.open();
    onTestFinished(() => opened.close());
    return opened;
  };
  return { url, client };
}

describe.skipIf(!hasPooler)(
  'a client through PgBouncer in transaction mode (skipped where it is not installed)',
  () => {
    test('starts runs before anybody executes them, sends to them, and gets their events and results', async () => {
      const { url, client } = await pooled();
      const one = await client();
      const handle = await one.start('order', ['42'], { id: 'order-42' });
      expect(await (await one.start('order', ['42'], { id: 'order-42' })).status()).toBe('pending');
      await launch(url, workflows);
      expect(await one.event(progress).get('order-42')).toBe(50);
      await one.channel(approval).send('order-42', 'Kim');
      expect(await handle.result()).toBe('42 approved by Kim');
      expect(await one.runs.steps('order-42')).toHaveLength(3);
    }, 60_000);

    test('repairs and deletes runs', async () => {
      const { url, client } = await pooled();
      const one = await client();
      await launch(url, workflows);
      const handle = await one.start('order', ['42'], { id: 'order-42' });
      expect(await one.event(progress).get('order-42')).toBe(50);
      expect(await one.runs.cancel('order-42')).toBe(true);
      await expect(handle.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
      const fork = await one.runs.fork<string>('order-42', { id: 'fork' });
      await one.channel(approval).send('fork', 'Lee');
      expect(await fork.result()).toBe('42 approved by Lee');
      expect([...(await one.runs.delete(['order-42', 'fork']))].sort()).toEqual(['fork', 'order-42']);
    }, 60_000);

    test('of many that share its few connections, each gets the results of its own runs', async () => {
      const { url, client } = await pooled();
      await launch(url, (registry) => workflow('double', { registry }, async (n: number) => n * 2));
      const clients = await Promise.all(Array.from({ length: 8 }, client));
      const results = clients.flatMap((one, c) =>
        Array.from({ length: 10 }, async (_, n) => (await one.start('double', [c * 10 + n])).result()),
      );
      expect(await Promise.all(results)).toEqual(results.map((_, n) => n * 2));
    }, 60_000);
  },
);
