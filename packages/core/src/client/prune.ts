import { PRUNE_LIMIT } from '../engine/index.js';
import type { EndedPosition, PruneCriteria, Store } from '../store/index.js';
import type { OneOrMore } from './one-or-more.js';
import { wholeNumber } from './options-checks.js';
import { recorded } from './recorded.js';
import { pruneCriteria, type RetentionRule } from './retention.js';

/** Deletes runs that have ended, portion by portion. Answers how many. Recorded in a run's own code. */
export async function pruneNow(
  store: () => Store,
  rules: OneOrMore<RetentionRule>,
  options: { readonly limit?: number } = {},
): Promise<number> {
  const all = pruneCriteria(rules);
  const most = Number.MAX_SAFE_INTEGER;
  const limit = wholeNumber(options.limit, { what: 'limit of prune', from: 1, to: most, otherwise: most });
  const at = store();
  return recorded(at, 'prune runs', async () => {
    let deleted = 0;
    for (const criteria of all) deleted += await pruneBy(at, criteria, limit - deleted);
    return deleted;
  });
}

async function pruneBy({ retention }: Store, criteria: PruneCriteria, limit: number): Promise<number> {
  let [deleted, after, hasMore] = [0, null as EndedPosition | null, true];
  while (hasMore && deleted < limit) {
    const portion = Math.min(PRUNE_LIMIT, limit - deleted);
    const pruned = await retention.prune({ criteria, after, limit: portion });
    deleted += pruned.deleted;
    [after, hasMore] = [pruned.last, pruned.hasMore];
  }
  return deleted;
}
