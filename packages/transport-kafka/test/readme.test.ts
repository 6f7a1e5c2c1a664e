import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase } from '@holdfast/postgres/internal';
import { expect, inject, onTestFinished, test } from 'vitest';
import { kafkaAt, onBroker, TestTopic } from './support/kafka.js';

const PACKAGE = join(import.meta.dirname, '..');

onBroker('the README', () => {
  test('has a program that runs as it stands, and takes orders until it is told to stop', async () => {
    const kafka = kafkaAt();
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({
      topics: ['orders', 'orders.taken', 'orders.dead'].map((topic) => ({ topic })),
    });
    await admin.disconnect();
    await new TestTopic('orders', kafka).write([
      { value: { id: 'order-1', item: 'lamp' } },
      { value: Buffer.from('no order') },
    ]);

    const { url, drop } = await createTestDatabase(inject('serverUrl'));
    onTestFinished(drop);
    const [, program] = /```ts\n([\s\S]*?)```/.exec(await readFile(join(PACKAGE, 'README.md'), 'utf8'))!;
    const folder = await mkdtemp(join(PACKAGE, 'test', 'readme-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'program.mts');
    await writeFile(file, program!);
    const env = { ...process.env, DATABASE_URL: url, KAFKA: inject('broker') };
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: PACKAGE,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = once(child, 'exit');
    let printed = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text: Buffer) => {
        printed += text.toString();
        if (printed.includes('took')) resolve();
      });
    });
    const [taken] = await new TestTopic('orders.taken', kafka).read(1);
    expect(taken!.headers['holdfast-run']).toBe('kafka:shop:orders:0:0');
    const [dead] = await new TestTopic('orders.dead', kafka).read(1);
    expect(dead).toMatchObject({ value: 'no order', headers: { 'holdfast-error-code': 'INVALID_INPUT' } });
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(printed).toBe('took order-1: lamp\n');
  }, 60_000);
});
