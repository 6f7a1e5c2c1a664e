import { NO_LIMITS } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Schema, schemaNamed } from '../src/sql/names.js';
import { claimRuns } from '../src/sql/runs/claim.js';
import { type Home, postgresHome } from './support/homes.js';
import { openClient } from './support/sessions.js';

// While a transaction is open, what has left the line stays in its indexes. Claims are told where the line begins by those
// before them, so that they need not pass over it.

const QUEUE = 'mail';

interface Enqueued {
  readonly priority?: number;
  readonly partition?: string | null;
  readonly version?: string;
  readonly queue?: string | null;
  readonly isDelayed?: boolean;
  readonly agoMs?: number;
}

let home: Home;
let s: Schema;
let client: pg.Client;
let holder: pg.Client;
let late: pg.Client;
let hints: string | null;

beforeEach(async () => {
  home = await postgresHome();
  s = schemaNamed(home.schema);
  [client, holder, late] = await Promise.all([
    openClient(home.url),
    openClient(home.url),
    openClient(home.url),
  ]);
  await client.query(`prepare claim (text, text, int, text, float8, text) as ${claimRuns.text(s)}`);
  hints = null;
});

afterEach(async () => {
  await Promise.all([client, holder, late].map((session) => session.end()));
  await home.dispose();
});

async function enqueue(
  count: number,
  {
    priority = 0,
    partition = null,
    version = '1',
    queue = QUEUE,
    isDelayed = false,
    agoMs = 0,
  }: Enqueued = {},
  by = client,
): Promise<void> {
  await by.query(
    `insert into ${s.runs} (id, key, workflow, version, state, epoch, input, queue, partition_key, priority, place,
       in_line, wake_at, created_at)
     select gen_random_uuid(), gen_random_uuid(), 'mail', $2, 'pending', 0, '[]', $3, $4, $5, nextval('${s.places}'),
       $6, clock_timestamp() - $7 * interval '1 ms', now()
     from generate_series(1, $1::int)`,
    [count, version, queue, partition, priority, queue !== null && !isDelayed, agoMs],
  );
}

/** The text of a claim that is told what the ones before it learnt, or is not. */
function claimText(limit: number, told: string | null): string {
  const serves = JSON.stringify([1, 2].map((version) => ({ workflow: 'mail', version: `${version}` })));
  return `execute claim ('somebody', '${serves}', ${limit}, null, 0, ${told === null ? 'null' : `'${told}'`})`;
}

/** What a claim would be given, in order, if it were told nothing. */
async function wouldTake(limit: number): Promise<string[]> {
  await client.query('begin');
  const { rows } = await client.query(claimText(limit, null));
  await client.query('rollback');
  return rows.flatMap(({ id }) => id ?? []);
}

/** Claims, and ends what it was given or parks it. */
async function take(limit: number, how: 'end' | 'park' = 'end'): Promise<string[]> {
  const { rows } = await client.query(claimText(limit, hints));
  hints = rows[0].hints;
  const ids: string[] = rows.flatMap(({ id }) => id ?? []);
  await client.query(
    how === 'end'
      ? `update ${s.runs} set state = 'succeeded', holds_slot = false, completed_at = now() where id = any ($1)`
      : `update ${s.runs} set state = 'waiting', holds_slot = false, executor_id = null, wake_at = clock_timestamp() where id = any ($1)`,
    [ids],
  );
  return ids;
}

async function drain(limit = 100): Promise<number> {
  let total = 0;
  for (let taken = -1; taken !== 0; total += taken) taken = (await take(limit)).length;
  return total;
}

/** From now on, whatever leaves the line is kept. */
async function hold(): Promise<void> {
  await holder.query('begin isolation level repeatable read');
  await holder.query('select 1');
}

/** So many have left the line that who is told nothing passes over them each time. */
async function wearOut(options: Enqueued = {}): Promise<void> {
  await enqueue(1500, options);
  await drain();
  expect(hints).not.toBeNull();
}

/** As if it were long until the whole line is to be looked at again. */
function putOffWholeLook(): void {
  const told = JSON.parse(hints ?? '{}') as Record<string, { at: number }>;
  for (const hint of Object.values(told)) hint.at = Date.now() + 3_600_000;
  hints = hints && JSON.stringify(told);
}

async function pagesOf(limit: number): Promise<number> {
  await client.query('begin');
  const { rows } = await client.query(`explain (analyze, buffers, format json) ${claimText(limit, hints)}`);
  await client.query('rollback');
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

/** The lowest of several: at first catalogs are read and plans are made. */
async function leastPagesOf(limit: number): Promise<number> {
  putOffWholeLook();
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 5; n++) least = Math.min(least, await pagesOf(limit));
  return least;
}

describe('while a transaction is open elsewhere', () => {
  test('a claim reads no more when thousands of jobs have gone than when none has', async () => {
    await enqueue(40);
    await take(10);
    const before = await leastPagesOf(10);
    await drain();
    const beforeEmpty = await leastPagesOf(10);
    await hold();
    for (let round = 0; round < 3; round++) {
      await enqueue(2000);
      await drain(200);
      await enqueue(20);
      await take(10);
      expect(await leastPagesOf(10), 'pages of a claim of ten').toBeLessThan(before + 250);
      await drain();
      expect(await leastPagesOf(10), 'pages of a claim that finds none').toBeLessThan(beforeEmpty + 250);
    }
    await enqueue(20);
    hints = null;
    expect(await leastPagesOf(10), 'pages of one that is told nothing').toBeGreaterThan(before + 750);
  });

  test('a claim of runs without a queue reads no more when thousands have gone', async () => {
    await enqueue(40, { queue: null });
    await take(10);
    const before = await leastPagesOf(10);
    await drain();
    await hold();
    await enqueue(5000, { queue: null, agoMs: 60_000 });
    await drain(200);
    await enqueue(20, { queue: null });
    expect(await take(10)).toHaveLength(10);
    expect(await leastPagesOf(10), 'pages of a claim of ten').toBeLessThan(before + 250);
    hints = null;
    expect(await leastPagesOf(10), 'pages of one that is told nothing').toBeGreaterThan(before + 400);
  });

  test('a run without a queue is found when its transaction ends, however long that was open', async () => {
    await hold();
    await enqueue(5000, { queue: null, agoMs: 60_000 });
    await late.query('begin');
    await enqueue(1, { queue: null, agoMs: 30_000 }, late);
    await drain(200);
    const { rows } = await client.query(
      `select pg_snapshot_xmax(pg_current_snapshot())::text as "notWaitedFor"`,
    );
    const told = JSON.parse(hints!);
    Object.assign(told[''], { r: Date.now(), l: rows[0].notWaitedFor });
    hints = JSON.stringify(told);
    putOffWholeLook();
    expect(await take(1)).toEqual([]);
    putOffWholeLook();
    await late.query('commit');
    expect(await take(1)).toHaveLength(1);
  });

  test('a claim learns nothing when the line is short, and forgets when it is clean again', async () => {
    await enqueue(300);
    await drain();
    expect(hints).toBeNull();
    await hold();
    await wearOut();
    await holder.query('rollback');
    await client.query(`vacuum ${s.runs}`);
    await expect
      .poll(async () => {
        await take(1);
        return hints;
      })
      .toBeNull();
  });

  test('a run whose place was drawn before others had gone is found when it is committed', async () => {
    await hold();
    await late.query('begin');
    await enqueue(1, {}, late);
    await wearOut();
    await late.query('commit');
    expect(await take(1)).toHaveLength(1);
  });

  test('a run of a transaction that nobody waited for is found when it is committed', async () => {
    await hold();
    await late.query('begin');
    await enqueue(1, {}, late);
    await wearOut();
    // As if it had been open for long.
    const told = JSON.parse(hints!);
    told[QUEUE].t = 0;
    hints = JSON.stringify(told);
    await wearOut();
    await wearOut();
    await late.query('commit');
    expect(await take(1)).toHaveLength(1);
  });

  test('a run that is given a higher priority, or another version, has its new place at once', async () => {
    await hold();
    await enqueue(2, { version: '3' });
    await enqueue(3);
    await enqueue(1500, { priority: -5 });
    for (let n = 0; n < 15; n++) await take(100);
    expect(hints).not.toBeNull();
    putOffWholeLook();
    const { rows } = await client.query(
      `select id from ${s.runs} where state = 'pending' order by place desc`,
    );
    const [last, , , , moved] = rows.map(({ id }) => id as string);
    await home.store.pending.setPriority(last!, -5);
    expect(await take(1)).toEqual([last]);
    putOffWholeLook();
    await home.store.versions.moveRuns([moved!], '1');
    expect(await take(1)).toEqual([moved]);
    expect(await drain()).toBe(2);
  });

  test('of a queue with limits, a run that came back is taken in its turn by whoever claims next', async () => {
    await home.store.queues.save(QUEUE, { ...NO_LIMITS, concurrency: 1000 }, null);
    await hold();
    await wearOut();
    await enqueue(2);
    const back = await take(2, 'park');
    const wake = (when: string) =>
      client.query(`update ${s.runs} set wake_at = ${when} where id = any ($1)`, [back]);
    await wake("now() + interval '1 hour'");
    await enqueue(1500);
    await drain();
    putOffWholeLook();
    const ofAnother = hints;
    await wake('clock_timestamp()');
    await enqueue(1);
    // One of the two is taken with the room there is.
    expect(await take(1)).toEqual([back[0]]);
    hints = ofAnother;
    expect(await take(1)).toEqual([back[1]]);
  });

  test('a queue that comes new and one that was abandoned are both found', async () => {
    await hold();
    await wearOut({ queue: 'b' });
    hints = null;
    expect(await take(1)).toEqual([]);
    for (const queue of ['a', 'b', 'c']) {
      await enqueue(1, { queue });
      expect(await take(1), `of ${queue}`).toHaveLength(1);
    }
  });

  test('what a claim is given, and in which order, is what it would be given if it were told nothing', async () => {
    await hold();
    await wearOut();
    await wearOut({ partition: 'x', version: '2' });
    let compared = 0;
    let lateOnes = 0;
    for (let step = 0; step < 100; step++) {
      const dice = chance(step);
      const options = {
        priority: Math.floor(dice() * 3) - 1,
        partition: [null, null, 'x', 'y', `p${step}`][Math.floor(dice() * 5)]!,
        version: dice() < 0.8 ? '1' : '2',
      };
      const what = dice();
      if (what < 0.45) await enqueue(Math.ceil(dice() * 30), options);
      else if (what < 0.55) await enqueue(3, { ...options, isDelayed: true });
      else if (what < 0.65 && lateOnes === 0) {
        await late.query('begin');
        lateOnes = 2;
        await enqueue(lateOnes, options, late);
      } else if (what < 0.75 && lateOnes > 0) {
        await late.query('commit');
        lateOnes = 0;
      } else if (what < 0.8) await enqueue(400, options);
      const limit = Math.ceil(dice() * (dice() < 0.1 ? 700 : 20));
      putOffWholeLook();
      const expected = await wouldTake(limit);
      const taken = await take(limit, dice() < 0.2 ? 'park' : 'end');
      compared += expected.length;
      expect(taken, `step ${step}`).toEqual(expected);
    }
    expect(compared).toBeGreaterThan(1000);
  }, 120_000);
});

/** Numbers from 0 to 1 that are the same each time. */
function chance(seed: number): () => number {
  let state = (seed + 1) * 2654435761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
}
