import { type Registry, sleep, step, workflow } from '@holdfast/core';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startTemporaryCluster } from '../../src/embedded/temporary-cluster.js';
import { database, launch, proxyTo } from './app.js';

const RUNS = 60;
const STEPS = 8;

/** Counts every execution of every step, outside the database. */
class Ledger {
  readonly #executions = new Map<string, number>();

  enter(what: string): void {
    this.#executions.set(what, (this.#executions.get(what) ?? 0) + 1);
  }

  get size(): number {
    return this.#executions.size;
  }

  get most(): number {
    return Math.max(...this.#executions.values());
  }
}

function work(ledger: Ledger) {
  return (registry: Registry) =>
    workflow('work', { registry }, async (run: number) => {
      const results: number[] = [];
      for (let n = 0; n < STEPS; n++) {
        results.push(
          await step.run('effect', async () => {
            ledger.enter(`${run}.${n}`);
            return run * 100 + n;
          }),
        );
        if (n % 3 === 0) await sleep(20);
      }
      return results;
    });
}

async function allRight(results: Promise<number[]>[], ledger: Ledger): Promise<void> {
  const expected = (run: number): number[] => Array.from({ length: STEPS }, (_, n) => run * 100 + n);
  expect(await Promise.all(results)).toEqual(results.map((_, run) => expected(run)));
  expect(ledger.size).toBe(RUNS * STEPS);
  // The process lived, so an outage is no reason to execute a step again.
  expect(ledger.most).toBe(1);
}

describe('outages while work is going on', () => {
  test('Postgres is restarted again and again: no result is lost or doubled', async () => {
    const cluster = await startTemporaryCluster();
    onTestFinished(() => cluster.remove());
    const ledger = new Ledger();
    const { defined } = await launch(cluster.url, work(ledger));
    const results = Array.from({ length: RUNS }, (_, run) => defined(run));
    for (const [round, mode] of (['fast', 'immediate', 'fast'] as const).entries()) {
      await until(() => ledger.size > 60 + round * 120);
      await cluster.stop(mode);
      await cluster.start();
    }
    await allRight(results, ledger);
  }, 60_000);

  test('every backend is terminated again and again: no result is lost or doubled', async () => {
    const url = await database();
    const ledger = new Ledger();
    const { defined } = await launch(url, work(ledger));
    const results = Array.from({ length: RUNS }, (_, run) => defined(run));
    const sql = new Client({ connectionString: url });
    await sql.connect();
    onTestFinished(() => sql.end());
    for (let round = 1; round <= 5; round++) {
      await until(() => ledger.size >= round * 60);
      await sql.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
    }
    await allRight(results, ledger);
  }, 60_000);

  test('every connection is cut again and again, answers on their way included', async () => {
    const url = await database();
    const proxy = await proxyTo(url);
    const ledger = new Ledger();
    const { defined } = await launch(proxy.url(url), work(ledger));
    const results = Array.from({ length: RUNS }, (_, run) => defined(run));
    for (let round = 1; round <= 6; round++) {
      await until(() => ledger.size >= round * 50);
      if (round % 2) proxy.cut();
      else await proxy.dropResponseTo(/insert into/i);
    }
    await allRight(results, ledger);
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

/** Waits until something holds, looking at every turn of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
