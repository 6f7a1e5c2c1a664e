import { type Holdfast, type Registry, schedule, workflow } from '@holdfast/core';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { database, launch } from './app.js';

const SECOND_MS = 1000;

async function client(url: string): Promise<Client> {
  const sql = new Client({ connectionString: url });
  await sql.connect();
  onTestFinished(() => sql.end());
  return sql;
}

/** The moments of the schedule's runs, in order. */
async function ticksIn(sql: Client): Promise<number[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from holdfast.runs where schedule = 'each second' order by id`,
  );
  return rows.map(({ id }) => Date.parse(id.replace('schedule each second ', '')));
}

function ticking(registry: Registry) {
  const tick = workflow('tick', { registry }, async (scheduledAt: Date) => scheduledAt.getTime());
  schedule('each second', '* * * * * *', tick, { registry, catchUp: 'all' });
}

describe('schedules', () => {
  test('three apps start each second once between them, whoever of them dies or loses its connections', async () => {
    const url = await database();
    const apps: Holdfast[] = [];
    for (let n = 0; n < 3; n++) apps.push((await launch(url, ticking)).app);
    const sql = await client(url);
    const reached = (count: number): Promise<void> =>
      vi.waitFor(async () => expect((await ticksIn(sql)).length).toBeGreaterThanOrEqual(count), {
        timeout: 60_000,
        interval: 50,
      });
    await reached(2);
    apps[0]!.halt();
    await reached(4);
    // Every connection of every app at once.
    await sql.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await reached(6);
    apps[1]!.halt();
    const late = await launch(url, ticking);
    await reached(10);

    const ticks = await ticksIn(sql);
    expect(ticks).toEqual(ticks.map((_, n) => ticks[0]! + n * SECOND_MS));
    for (const atMs of ticks) {
      const id = `schedule each second ${new Date(atMs).toISOString()}`;
      expect(await late.app.handle(id).result()).toBe(atMs);
    }
  }, 120_000);
});
