import type { RunCriteria, RunPage, RunPageRequest, Store } from '@holdfast/core/internal';

const ANY_TIME = { fromMs: null, toMs: null };

/** Criteria that every run meets. */
const ANY: RunCriteria = {
  ids: null,
  idPrefixes: null,
  workflows: null,
  states: null,
  versions: null,
  executorIds: null,
  queues: null,
  partitionKeys: null,
  deduplicationKeys: null,
  parentIds: null,
  forkedFrom: null,
  schedules: null,
  tags: null,
  hasQueue: null,
  hasParent: null,
  isFork: null,
  created: ANY_TIME,
  started: ANY_TIME,
  completed: ANY_TIME,
};

/** Asks for runs: oldest first, all on one page, without payloads, unless `changes` say otherwise. */
export function pageOf(
  store: Store,
  criteria: Partial<RunCriteria>,
  changes: Partial<RunPageRequest> = {},
): Promise<RunPage> {
  return store.looking.list({
    order: 'oldest',
    after: null,
    limit: 1000,
    withPayloads: false,
    ...changes,
    criteria: { ...ANY, ...criteria },
  });
}

/** The ids of all runs that meet criteria, in the order in which they are listed. */
export async function listed(store: Store, criteria: Partial<RunCriteria>): Promise<readonly string[]> {
  return (await pageOf(store, criteria)).runs.map(({ id }) => id);
}
