import {
  channel,
  event,
  queue,
  type Registry,
  schedule,
  sleep,
  step,
  stream,
  workflow,
} from '@holdfast/core';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startTemporaryCluster } from '../../src/embedded/temporary-cluster.js';
import { launch } from './app.js';

/** How many runs there are of each kind. */
const RUNS = 60;
const PARTS = 5;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Workflows of all kinds, each of which shows by its result that nothing was lost, doubled or swapped. */
function everything(registry: Registry) {
  const mail = channel<number>('mail', { registry });
  const progress = event<number>('progress', { registry });
  const tokens = stream<number>('tokens', { registry });
  const child = workflow('child', { registry }, async (n: number) => {
    await sleep(30);
    return step.run('square', () => n * n);
  });
  return {
    mail,
    progress,
    tokens,
    receiver: workflow('receiver', { registry }, async () => {
      const received: number[] = [];
      for (const _ of numbers(PARTS)) received.push(await mail.receive());
      return received;
    }),
    sender: workflow('sender', { registry }, async (to: string) => {
      for (const n of numbers(PARTS)) {
        await mail.send(to, n);
        await sleep(20);
      }
    }),
    shower: workflow('shower', { registry }, async () => {
      for (const n of numbers(PARTS)) {
        await progress.set(n);
        await step.run('work', () => n);
      }
    }),
    writer: workflow('writer', { registry }, async () => {
      for (const n of numbers(PARTS * 4)) await tokens.write(n);
      await tokens.close();
    }),
    parent: workflow('parent', { registry }, () => Promise.all(numbers(PARTS).map((n) => child(n)))),
    pool: queue('pool', { concurrency: 5, registry }),
    queued: workflow('queued', { registry }, async (n: number) => {
      await step.run('work', () => n);
      return n;
    }),
    tick: schedule(
      'every second',
      '* * * * * *',
      workflow('tick', { registry }, async (at: Date) => at.getTime()),
      { registry, catchUp: 'all' },
    ),
    late: workflow('late', { registry }, async () => {
      await sleep('1 hour');
    }),
  };
}

test('Postgres is restarted again and again while runs of all kinds go on: none is lost, doubled or stuck', async () => {
  const cluster = await startTemporaryCluster();
  onTestFinished(() => cluster.remove());
  const { app, defined } = await launch(cluster.url, everything, { parkAfter: 50 });
  await launch(cluster.url, everything, { parkAfter: 50 });

  const { receiver, sender, shower, writer, parent, late, queued, pool, progress, tokens } = defined;
  let ended = 0;
  const count = <T>(result: Promise<T>): Promise<T> => result.finally(() => (ended += 1));
  const runs = numbers(RUNS).map(async (n) => {
    const received = await app.start(receiver, [], { id: `receiver-${n}` });
    const shown = await app.start(shower, [], { id: `shower-${n}` });
    const written = await app.start(writer, [], { id: `writer-${n}` });
    return Promise.all([
      count(received.result()),
      count((await app.start(sender, [`receiver-${n}`])).result()),
      count(shown.result().then(() => progress.get(shown.id))),
      count(written.result().then(() => all(tokens.read(written.id)))),
      count((await app.start(parent, [])).result()),
      count((await app.start(queued, [n], { queue: pool, partitionKey: `tenant ${n % 3}` })).result()),
      count(
        (await app.start(late, [], { timeout: 200 })).result().catch((error: { code: string }) => error.code),
      ),
    ]);
  });
  const total = RUNS * 7;
  for (const [round, mode] of (['fast', 'kill', 'immediate', 'fast', 'kill'] as const).entries()) {
    await untilSo(() => ended >= (total * (round + 1)) / 8);
    await (mode === 'kill' ? cluster.kill() : cluster.stop(mode));
    await cluster.start();
  }

  const parts = numbers(PARTS);
  for (const [run, results] of (await Promise.all(runs)).entries()) {
    expect(results).toEqual([
      parts,
      undefined,
      PARTS - 1,
      numbers(PARTS * 4),
      parts.map((n) => n * n),
      run,
      'RUN_TIMED_OUT',
    ]);
  }
  const client = new Client(cluster.url);
  await client.connect();
  onTestFinished(() => client.end());
  const states = await client.query(
    `select state, count(*)::int as runs from holdfast.runs where workflow <> 'tick' group by state order by state`,
  );
  expect(states.rows).toEqual([
    { state: 'cancelled', runs: RUNS },
    { state: 'succeeded', runs: RUNS * (6 + PARTS) },
  ]);
  // Every second has its tick, once, also those in which the server was down.
  await untilSo(async () => {
    const { rows } = await client.query<{ runs: number }>(
      `select count(*)::int as runs from holdfast.runs where workflow = 'tick'`,
    );
    return rows[0]!.runs > 3;
  });
  await app.schedules.pause('every second');
  const { rows: ticks } = await client.query<{ at: number }>(
    `select extract(epoch from (input ->> 0)::timestamptz)::int as at from holdfast.runs where workflow = 'tick' order by at`,
  );
  expect(ticks.length).toBeGreaterThan(3);
  expect(ticks.map(({ at }) => at)).toEqual(ticks.map((_, n) => ticks[0]!.at + n));
}, 120_000);

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function untilSo(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}
