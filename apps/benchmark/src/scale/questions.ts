import type { Client, ListOptions } from '@holdfast/core';

/** Something that somebody asks of ten million runs. */
export interface Question {
  readonly name: string;
  ask(client: Client): Promise<unknown>;
}

const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

const FILTERS: Readonly<Record<string, ListOptions>> = {
  'no filter': {},
  'state succeeded': { state: 'succeeded' },
  'state failed': { state: 'failed' },
  'state waiting': { state: 'waiting' },
  'state paused (none)': { state: 'paused' },
  'all states but one': { state: ['pending', 'running', 'waiting', 'paused', 'failed', 'cancelled'] },
  'common workflow': { workflow: 'checkout' },
  'rare workflow': { workflow: 'yearly-report' },
  'no such workflow': { workflow: 'nothing' },
  'two workflows, failed': { workflow: ['chargeback', 'refund'], state: 'failed' },
  'rare workflow, failed': { workflow: 'yearly-report', state: 'failed' },
  'newest version': { version: 'v40' },
  'oldest version': { version: 'v1' },
  'rare version': { version: 'hotfix' },
  'no such version': { version: 'nothing' },
  'workflow and rare version': { workflow: 'checkout', version: 'hotfix' },
  queue: { queue: 'queue-1' },
  'rare queue': { queue: 'once-a-year' },
  'no such queue': { queue: 'nothing' },
  'queue, failed': { queue: 'queue-1', state: 'failed' },
  'only queued': { onlyQueued: true },
  'partition key': { partitionKey: 'tenant-77' },
  'deduplication key': { deduplicationKey: 'once-9' },
  'created in an hour of long ago': { createdAfter: daysAgo(50), createdBefore: daysAgo(49.96) },
  'started in an hour of long ago': { startedAfter: daysAgo(50), startedBefore: daysAgo(49.96) },
  'completed in an hour of long ago': { completedAfter: daysAgo(50), completedBefore: daysAgo(49.96) },
  'failed, completed in that hour': {
    state: 'failed',
    completedAfter: daysAgo(50),
    completedBefore: daysAgo(49.96),
  },
  'workflow in a day of long ago': {
    workflow: 'refund',
    createdAfter: daysAgo(50),
    createdBefore: daysAgo(49),
  },
  'version in a day of long ago': {
    version: 'hotfix',
    createdAfter: daysAgo(50),
    createdBefore: daysAgo(49),
  },
  'tags, one customer': { tags: { customer: 4 } },
  'tags, a third of all': { tags: { region: 'north' } },
  'tags, no such': { tags: { customer: -1 } },
  'children of a run': { parentId: 'order-20' },
  'has a parent': { hasParent: true },
  'is a fork': { isFork: true },
  'forks of a run': { forkedFrom: 'order-20' },
  schedule: { schedule: 'nightly-0' },
  ids: { ids: ['order-10', 'order-5000', 'order-77770'] },
  'prefix of ids, narrow': { idPrefix: 'order-9999' },
  'prefix of ids, wide': { idPrefix: 'order-' },
};

const EXECUTORS = ['newest', 'oldest'] as const;

/** Everything that is asked, in the order in which it is shown. */
export async function questions(client: Client): Promise<readonly Question[]> {
  const lists = Object.entries(FILTERS).flatMap(([name, filter]) => bothWays(name, filter));
  const executors = await Promise.all(
    EXECUTORS.map(async (order) => {
      const { runs } = await client.runs.list({ order, limit: 1, state: 'succeeded' });
      return bothWays(`${order} executor`, { executorId: runs[0]!.executorId! });
    }),
  );
  const deep = await Promise.all([
    deepPage(client, 'no filter', {}),
    deepPage(client, 'failed', { state: 'failed' }),
    deepPage(client, 'common workflow', { workflow: 'checkout' }),
  ]);
  return [...lists, ...executors.flat(), ...deep, ...COUNTS, ...ONE];
}

function bothWays(name: string, filter: ListOptions): readonly Question[] {
  return (['newest', 'oldest'] as const).map((order) => ({
    name: `list: ${name}, ${order} first`,
    ask: (client) => client.runs.list({ ...filter, order }),
  }));
}

/** The page after a run from the middle of all. */
async function deepPage(client: Client, name: string, filter: ListOptions): Promise<Question> {
  const { nextCursor } = await client.runs.list({ ...filter, createdBefore: daysAgo(45), limit: 1 });
  return {
    name: `list: ${name}, a page from the middle`,
    ask: (one) => one.runs.list({ ...filter, ...(nextCursor && { cursor: nextCursor }) }),
  };
}

const COUNTS: readonly Question[] = [
  { name: 'counts by state', ask: (client) => client.runs.counts({ by: ['state'] }) },
  { name: 'counts by workflow', ask: (client) => client.runs.counts({ by: ['workflow'] }) },
  {
    name: 'counts by queue and state',
    ask: (client) => client.runs.counts({ by: ['queue', 'state'] }),
  },
];

const ONE: readonly Question[] = [
  { name: 'one run', ask: (client) => client.runs.get('order-5000') },
  { name: 'its steps', ask: (client) => client.runs.steps('order-5000') },
  { name: 'stranded runs', ask: (client) => client.runs.stranded() },
];
