import { step, workflow } from '@holdfast/core';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startTemporaryCluster } from '../../src/embedded/temporary-cluster.js';
import { countedWork, expectAllRight, Ledger, untilHolds } from '../support/ledger.js';
import { database, launch, proxyTo } from './app.js';

const RUNS = 60;
describe('outages while work is going on', () => {
  test('Postgres is restarted again and again: no result is lost or doubled', async () => {
    const cluster = await startTemporaryCluster();
    onTestFinished(() => cluster.remove());
    const ledger = new Ledger();
    const { defined } = await launch(cluster.url, countedWork(ledger));
    const results = Array.from({ length: RUNS }, (_, run) => defined(run));
    for (const [round, mode] of (['fast', 'immediate', 'fast'] as const).entries()) {
      await untilHolds(() => ledger.size > 60 + round * 120);
      await cluster.stop(mode);
      await cluster.start();
    }
    await expectAllRight(results, ledger);
  }, 60_000);

  test('every backend is terminated again and again: no result is lost or doubled', async () => {
    const url = await database();
    const ledger = new Ledger();
    const { defined } = await launch(url, countedWork(ledger));
    const results = Array.from({ length: RUNS }, (_, run) => defined(run));
    const sql = new Client({ connectionString: url });
    await sql.connect();
    onTestFinished(() => sql.end());
    for (let round = 1; round <= 5; round++) {
      await untilHolds(() => ledger.size >= round * 60);
      await sql.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
    }
    await expectAllRight(results, ledger);
  }, 60_000);

  test('every connection is cut again and again, answers on their way included', async () => {
    const url = await database();
    const proxy = await proxyTo(url);
    const ledger = new Ledger();
    const { defined } = await launch(proxy.url(url), countedWork(ledger));
    const results = Array.from({ length: RUNS }, (_, run) => defined(run));
    for (let round = 1; round <= 6; round++) {
      await untilHolds(() => ledger.size >= round * 50);
      if (round % 2) proxy.cut();
      else await proxy.dropResponseTo(/insert into/i);
    }
    await expectAllRight(results, ledger);
  }, 60_000);

  test('the answer to a claim is lost: what was claimed is found and executed', async () => {
    const url = await database();
    const proxy = await proxyTo(url);
    const { app, defined } = await launch(proxy.url(url), (registry) =>
      workflow('later', { registry }, async () => {
        await step.run('once', () => 1);
        return 'done';
      }),
    );
    const dropped = proxy.dropResponseTo(/for update of r skip locked/);
    const handles = await Promise.all(
      Array.from({ length: 5 }, () => app.start(defined, [], { delay: 200 })),
    );
    await dropped;
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(Array(5).fill('done'));
  }, 60_000);
});
