import { describe, expect, onTestFinished, test } from 'vitest';
import { Client, createRegistry, Holdfast, memoryStore, queue, step, workflow } from '../src/index.js';

describe('executors', () => {
  test('are seen by a client with the workflows, queues and runs that they have', async () => {
    const registry = createRegistry();
    const store = memoryStore();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = workflow('slow', { registry, version: '3' }, () => step.run('wait', () => held));
    const mail = queue('mail', { registry });
    const app = new Holdfast({ store, registry, workflows: [slow], serve: [mail] });
    const client = new Client({ store, registry });
    await Promise.all([app.launch(), client.open()]);
    onTestFinished(async () => {
      await app.shutdown();
      await client.close();
    });
    const handle = await app.start(slow, []);
    expect(await client.executors.list()).toEqual([
      {
        id: app.executorId,
        host: expect.any(String),
        pid: process.pid,
        standing: 'alive',
        workflows: [{ workflow: 'slow', version: '3' }],
        queues: ['mail'],
        runs: 1,
        startedAt: expect.any(Date),
        leaseUntil: expect.any(Date),
        stoppedAt: undefined,
      },
    ]);
    release();
    await handle.result();
    await app.shutdown();
    expect(await client.executors.list()).toMatchObject([
      { standing: 'stopped', runs: 0, stoppedAt: expect.any(Date) },
    ]);
  });
});
