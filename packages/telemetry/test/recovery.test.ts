import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/internal';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { openTelemetry } from '../src/index.js';
import type { fulfil } from './support/shop.js';
import { type FiledSpan, filed, readSpans } from './support/span-file.js';
import { Spans, takeNoTraces, takeTraces } from './support/spans.js';

describe('a run whose process is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-spans-'));
  const spans = new Spans();
  const workers: ChildProcess[] = [];
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase(inject('serverUrl'));
    takeTraces(spans.exporter);
  });

  afterEach(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    takeNoTraces();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is one trace: what the dead process did, what another did after it, and what started it', async () => {
    const file = join(folder, 'spans');
    const client = new Client({ store: postgres(database.url), telemetry: openTelemetry() });
    await client.open();
    const doomed = await worker(file, ['--hangs']);
    const packing = once(doomed, 'message');
    const handle = await trace.getTracer('shop').startActiveSpan('POST /orders', async (request) => {
      const started = await client.start<typeof fulfil>('fulfil', ['order-42'], { id: 'order-42' });
      request.end();
      return started;
    });
    expect((await packing)[0]).toEqual({ packing: 'order-42' });
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    const heir = await worker(file);
    expect(await handle.result()).toBe('packed order-42');
    await client.close();

    const all = [...spans.all.map(filed), ...(await spansUntilEnd(file))];
    const request = all.find(({ name }) => name === 'POST /orders')!;
    expect(new Set(all.map(({ traceId }) => traceId))).toEqual(new Set([request.traceId]));
    expect(treeOf(all, request)).toEqual({
      'POST /orders': [
        {
          'start fulfil': [
            { 'take up fulfil': [{ 'step pay': [] }] },
            { 'take up fulfil': [{ 'step pack': [] }] },
            { 'run fulfil': [] },
          ],
        },
      ],
    });
    const taken = all.filter(({ name }) => name === 'take up fulfil');
    expect(taken.map(({ pid }) => pid)).toEqual([doomed.pid, heir.pid]);
    expect(taken.map(({ attributes }) => attributes['holdfast.run.takeovers'])).toEqual([0, 1]);
  });

  async function worker(file: string, more: readonly string[] = []): Promise<ChildProcess> {
    const loader = fileURLToPath(import.meta.resolve('tsx'));
    const program = fileURLToPath(new URL('support/shop-worker.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', loader, program, database.url, file, ...more], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    workers.push(child);
    await once(child, 'message');
    return child;
  }
});

/** The span of the run is made just after its outcome is known. */
async function spansUntilEnd(file: string): Promise<FiledSpan[]> {
  for (;;) {
    const found = readSpans(file);
    if (found.some(({ name }) => name.startsWith('run '))) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Tree {
  readonly [name: string]: readonly Tree[];
}

function treeOf(spans: readonly FiledSpan[], root: FiledSpan): Tree {
  const below = spans.filter(({ parentId }) => parentId === root.spanId);
  return { [root.name]: below.map((span) => treeOf(spans, span)) };
}
