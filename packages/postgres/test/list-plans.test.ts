import type { RunCriteria } from '@holdfast/core/internal';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaNamed } from '../src/sql/names.js';
import { listRuns } from '../src/sql/runs/list.js';
import { countRuns } from '../src/sql/tallies/count.js';
import { listStranded } from '../src/sql/versions/stranded.js';
import { type Home, postgresHome } from './support/homes.js';
import { openClient } from './support/sessions.js';

// A list must cost what it shows, and not what there is. A hundred thousand runs are enough to tell: whoever reads on from
// one end looks at nearly all of them.

const RUNS = 100_000;
const ASLEEP = 5000;
const HELD = 1000;
const PAGE = 100;

/** The most rows that a page may read, and of those that it may read for nothing. */
interface Most {
  readonly read: number;
  readonly discarded: number;
}

let home: Home;
let client: pg.Client;

/** Runs of which the first few are of the same kinds as all. */
async function fill(from: number, to: number): Promise<void> {
  const { runs } = schemaNamed(home.schema);
  await client.query(
    `insert into ${runs} (id, key, workflow, version, state, epoch, input, tags, parent_id, schedule, queue, partition_key,
       deduplication_key, created_at, started_at, completed_at)
     select case when n % 10 = 0 then 'order-' || n else md5(n::text)::uuid::text end, gen_random_uuid(),
       case when n = 500 then 'yearly' when n % 3 = 0 then 'refund' else 'checkout' end, 'v' || (n / 10000),
       case when n % 50 = 0 then 'failed' else 'succeeded' end, 1, '[]',
       case when n % 4 = 0 then jsonb_build_object('customer', n % 5000) end, case when n % 20 = 1 then 'order-' || n - 1 end,
       case when n % 1000 = 3 then 'nightly' end, case when n = 900 then 'rare' when n % 3 = 0 then 'queue-' || n % 2 end,
       case when n % 6 = 0 then 'tenant-' || n / 1000 end, case when n % 7 = 0 then 'key-' || n end,
       c.at, c.at, c.at + interval '1 second'
     from generate_series(${from}, ${to}) n cross join lateral (select now() - (${RUNS} - n) * interval '1 second' as at) c`,
  );
}

/** Runs that sleep since the beginning. */
async function fillAsleep(from: number, to: number): Promise<void> {
  await client.query(
    `insert into ${schemaNamed(home.schema).runs} (id, key, workflow, version, state, epoch, wake_at, input, created_at)
     select 'asleep-' || n, gen_random_uuid(), 'subscription', 'v0', 'waiting', 1, now() + interval '1 year', '[]',
       now() - interval '2 days' + n * interval '1 ms' from generate_series(${from}, ${to}) n`,
  );
}

/** Runs in the hands of an executor. */
async function fillHeld(from: number, to: number): Promise<void> {
  await client.query(
    `insert into ${schemaNamed(home.schema).runs} (id, key, workflow, version, state, executor_id, epoch, input, created_at, started_at)
     select 'held-' || n, gen_random_uuid(), 'checkout', 'v9', 'running', 'executor', 1, '[]', c.at, c.at
     from generate_series(${from}, ${to}) n cross join lateral (select now() - n * interval '1 second' as at) c`,
  );
}

beforeAll(async () => {
  home = await postgresHome();
  client = await openClient(home.url);
  const { runs, tallies } = schemaNamed(home.schema);
  // Statistics are as the tests below want them.
  await client.query(`alter table ${runs} set (autovacuum_enabled = false)`);
  await fill(1, 1000);
  await fillAsleep(1, 50);
  await fillHeld(1, 10);
  await client.query(`analyze ${runs}`);
  await fill(1001, RUNS);
  await fillAsleep(51, ASLEEP);
  await fillHeld(11, HELD);
  await client.query(
    `insert into ${tallies} (workflow, queue, state, runs)
     select workflow, queue, state, count(*) from ${runs} where completed_at is not null group by 1, 2, 3`,
  );
});

afterAll(async () => {
  await client.end();
  await home.dispose();
});

const NO_TIME = { fromMs: null, toMs: null };
const ANY: RunCriteria = {
  ...{ ids: null, idPrefixes: null, workflows: null, states: null, versions: null, executorIds: null },
  ...{ queues: null, partitionKeys: null, deduplicationKeys: null, parentIds: null, forkedFrom: null },
  ...{ schedules: null, tags: null, hasQueue: null, hasParent: null, isFork: null },
  ...{ created: NO_TIME, started: NO_TIME, completed: NO_TIME },
};

const LISTS: Readonly<Record<string, Partial<RunCriteria>>> = {
  'no filter': {},
  'a state': { states: ['failed'] },
  'a state without runs': { states: ['paused'] },
  'several states': { states: ['failed', 'waiting', 'running', 'pending', 'cancelled'] },
  'a workflow': { workflows: ['refund'] },
  'a workflow of one old run': { workflows: ['yearly'] },
  'the newest version': { versions: ['v9'] },
  'the oldest version': { versions: ['v0'] },
  'a version without runs': { versions: ['v77'] },
  'several versions': { versions: ['v0', 'v1', 'v77'] },
  'a queue': { queues: ['queue-1'] },
  'a queue of one old run': { queues: ['rare'] },
  'a queue without runs': { queues: ['none'] },
  'all that is queued': { hasQueue: true, states: ['pending', 'running', 'waiting', 'paused'] },
  'an old partition': { partitionKeys: ['tenant-1'] },
  'a deduplication key': { deduplicationKeys: ['key-77'] },
  'those in hands': { states: ['running'] },
  'an executor that holds some': { executorIds: ['executor'], states: ['running'] },
  tags: { tags: '{"customer":4}' },
  'a parent': { parentIds: ['order-20'] },
  'a schedule': { schedules: ['nightly'] },
  ids: { ids: ['order-20', 'order-400'] },
  'a prefix of ids': { idPrefixes: ['order-77'] },
  'a time of creation': { created: { fromMs: Date.now() - 90_000_000, toMs: Date.now() - 89_950_000 } },
};

/** Searches for two things at once, which look through what one of them leaves. */
const PAIRS: Readonly<Record<string, Partial<RunCriteria>>> = {
  'a queue and a state': { queues: ['queue-0', 'rare'], states: ['failed', 'pending'] },
  'a workflow and a state': { workflows: ['refund', 'yearly'], states: ['failed', 'waiting'] },
  'a workflow and a version': { workflows: ['refund'], versions: ['v0'] },
};

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly PlanNode[];
}

async function planOf(text: string, values: readonly unknown[]): Promise<readonly PlanNode[]> {
  const { rows } = await client.query(`explain (analyze, format json) ${text}`, [...values]);
  const flat = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return flat((rows[0]!['QUERY PLAN'] as [{ Plan: PlanNode }])[0].Plan);
}

function planOfList(some: Partial<RunCriteria>, order: 'newest' | 'oldest'): Promise<readonly PlanNode[]> {
  const criteria = { ...ANY, ...some };
  const schema = schemaNamed(home.schema);
  const { statement, values } = listRuns(schema, {
    ...{ criteria, order, after: null, limit: PAGE, withPayloads: false },
  });
  return planOf(statement.text(schema), values);
}

function expectLittleRead(nodes: readonly PlanNode[], most: Most): void {
  const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'runs');
  expect(whole).toEqual([]);
  const discarded = nodes.reduce(
    (total, node) => total + (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'],
    0,
  );
  expect(discarded).toBeLessThanOrEqual(most.discarded);
  const read = Math.max(...nodes.map((node) => node['Actual Rows'] * node['Actual Loops']));
  expect(read).toBeLessThanOrEqual(most.read);
}

function lists(most: Most): void {
  for (const order of ['newest', 'oldest'] as const) {
    test.each(Object.entries(LISTS))(`a page by %s, ${order} first, reads little`, async (_, some) => {
      expectLittleRead(await planOfList(some, order), most);
    });

    test.each(Object.entries(PAIRS))(
      `a page by %s, ${order} first, reads no more than one of them`,
      async (_, some) => {
        expectLittleRead(await planOfList(some, order), { read: RUNS / 5, discarded: RUNS / 10 });
      },
    );
  }

  test('counts read what has not ended, and tallies', async () => {
    expectLittleRead(await planOf(countRuns.text(schemaNamed(home.schema)), []), {
      read: ASLEEP + HELD,
      discarded: 0,
    });
  });

  test('stranded runs are counted from an index of what has not ended', async () => {
    expectLittleRead(await planOf(listStranded.text(schemaNamed(home.schema)), []), {
      read: ASLEEP,
      discarded: 0,
    });
  });
}

describe('among runs that were analyzed when they were few', () => {
  // The planner does not see how many there are by now. A part of them is read and sorted, but never all.
  lists({ read: RUNS / 5, discarded: RUNS / 10 });
});

describe('among runs that were analyzed since', () => {
  beforeAll(async () => {
    await client.query(`analyze ${schemaNamed(home.schema).runs}`);
  });
  // Those that sleep are the oldest: whoever reads on from there may look through them.
  lists({ read: RUNS / 10, discarded: 2 * ASLEEP });
});
