import { type Registry, sleep, workflow } from '@holdfast/core';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { database, launch } from './app.js';

const SLEEPERS = 100_000;
const DUE = 500;

describe('sleeping runs', () => {
  test('a hundred thousand of them cost a launch nothing, and each that is due wakes', async () => {
    const url = await database();
    await (await launch(url, sleepers)).app.shutdown();
    const sql = new Client({ connectionString: url });
    await sql.connect();
    try {
      await fallAsleep(sql);
      const before = heap();
      const began = performance.now();
      const { app } = await launch(url, sleepers);
      const launchMs = performance.now() - began;
      // Wide bounds, as other tests run beside this one: the benchmark measures. Each read row by row would take minutes.
      expect(launchMs).toBeLessThan(10_000);

      await Promise.all(Array.from({ length: DUE }, (_, n) => app.handle(`sleeper-${n}`).result()));
      const { rows } = await sql.query(
        `select state, count(*)::int as runs from holdfast.runs group by state order by state`,
      );
      expect(rows).toEqual([
        { state: 'succeeded', runs: DUE },
        { state: 'waiting', runs: SLEEPERS - DUE },
      ]);
      // What stays in memory for those that sleep on: nothing that grows with their number.
      expect(heap() - before).toBeLessThan(30);
    } finally {
      await sql.end();
    }
  }, 120_000);
});

function sleepers(registry: Registry) {
  return workflow('sleeper', { registry }, async (ms: number) => {
    await sleep(ms);
    return 'awake';
  });
}

/** Makes the rows that runs leave when they are parked in a sleep: some due within two seconds, the others in a year. */
async function fallAsleep(sql: Client): Promise<void> {
  await sql.query(`
    insert into holdfast.runs (id, key, workflow, version, state, epoch, wake_at, input, created_at, started_at)
    select 'sleeper-' || n, gen_random_uuid(), 'sleeper', '1', 'waiting', 1, started + ms * interval '1 ms',
      json_build_array(ms), started, started
    from (
      select n, date_trunc('milliseconds', clock_timestamp()) as started,
        case when n < ${DUE} then 1000 + n * 2 else 365 * 86400000::bigint end as ms
      from generate_series(0, ${SLEEPERS - 1}) as n
    ) as sleeping`);
  await sql.query('analyze holdfast.runs');
}

/** Megabytes of heap in use, after a collection if the process allows one. */
function heap(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
