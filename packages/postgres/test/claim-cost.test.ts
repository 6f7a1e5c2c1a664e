import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schemaNamed } from '../src/sql/names.js';
import { claimRuns } from '../src/sql/runs/claim.js';
import { type Home, postgresHome } from './support/homes.js';
import { openClient } from './support/sessions.js';

// What a function does is not in the plan of the statement that calls it. What it reads is counted all the same.

const FEW = 200;
const MANY = 20_000;
const QUEUES = ['limited', 'free'];

let home: Home;
let client: pg.Client;

interface Cost {
  readonly claimed: number;
  /** Pages that were read, of all tables and indexes. */
  readonly pages: number;
  /** Rows of runs that were read otherwise than by an index. */
  readonly scanned: number;
}

beforeAll(async () => {
  home = await postgresHome();
  client = await openClient(home.url);
  const s = schemaNamed(home.schema);
  await client.query(
    `insert into ${s.queues} (name, concurrency, rate_limit, rate_per_ms) values ('limited', 100000, 100000, 1000)`,
  );
  await client.query(`prepare claim (text, text, int, text, float8, text) as ${claimRuns.text(s)}`);
});

afterAll(async () => {
  await client.end();
  await home.dispose();
});

/** As many runs that have ended as such that wait. Of two neighbours in line, one is of a version that nobody has. */
async function enqueue(count: number): Promise<void> {
  const { runs } = schemaNamed(home.schema);
  for (const queue of QUEUES) {
    await client.query(
      `insert into ${runs} (id, key, workflow, version, state, epoch, input, queue, place, created_at, started_at, completed_at)
       select gen_random_uuid(), gen_random_uuid(), 'mail', '1', 'succeeded', 1, '[]', $1, n, now(), now(), now()
       from generate_series(1, $2::int) n`,
      [queue, count],
    );
    await client.query(
      `insert into ${runs} (id, key, workflow, version, state, epoch, input, queue, place, in_line, wake_at, created_at)
       select gen_random_uuid(), gen_random_uuid(), 'mail', n % 2, 'pending', 0, '[]', $1, n, true, now(), now()
       from generate_series(1, $2::int) n`,
      [queue, count],
    );
  }
}

/** Claims, and puts back what it got. */
async function costOf(queue: string, version: string, limit: number): Promise<Cost> {
  const table = schemaNamed(home.schema).runs;
  const serves = JSON.stringify([{ workflow: 'mail', version }]);
  const scanned = async (): Promise<number> => {
    const { rows } = await client.query(
      `select pg_stat_get_xact_tuples_returned($1::regclass)::int as rows`,
      [table],
    );
    return rows[0].rows;
  };
  await client.query('begin');
  try {
    const before = await scanned();
    const { rows } = await client.query(
      `explain (analyze, buffers, format json) execute claim ('somebody', '${serves}', ${limit}, '["${queue}"]', 0, null)`,
    );
    const after = await scanned();
    const claimed = await client.query(`select from ${table} where executor_id = 'somebody'`);
    const { Plan: plan } = rows[0]['QUERY PLAN'][0];
    return {
      claimed: claimed.rowCount!,
      pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      scanned: after - before,
    };
  } finally {
    await client.query('rollback');
  }
}

/** The lowest of several costs: at first catalogs are read and plans are made, and now and then again. */
async function leastCostOf(queue: string, version: string): Promise<Cost> {
  const costs: Cost[] = [];
  for (let n = 0; n < 9; n++) costs.push(await costOf(queue, version, 20));
  return costs.reduce((least, cost) => (cost.pages < least.pages ? cost : least));
}

test('a claim reads no more from a long queue than from a short one, whatever it holds of other versions', async () => {
  const cases = QUEUES.flatMap((queue) => [
    { queue, version: '1', claimed: 20 },
    { queue, version: 'of nobody', claimed: 0 },
  ]);
  await enqueue(FEW);
  const few: Cost[] = [];
  for (const { queue, version } of cases) few.push(await leastCostOf(queue, version));
  await enqueue(MANY);
  for (const [index, { queue, version, claimed }] of cases.entries()) {
    const many = await leastCostOf(queue, version);
    expect(many, `from ${queue}, version ${version}`).toMatchObject({ claimed, scanned: 0 });
    expect(few[index]).toMatchObject({ claimed, scanned: 0 });
    // Indexes are a level higher, also those that a run that is taken is written into.
    expect(many.pages, `pages read from ${queue}, version ${version}`).toBeLessThan(
      few[index]!.pages + 50 + claimed * 15,
    );
  }
}, 60_000);
