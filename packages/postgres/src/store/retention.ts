import type { RetentionStore } from '@holdfast/core/internal';
import { pruneRuns } from '../sql/runs/prune.js';
import type { RunStatement } from './run-statement.js';

/** Deleting what is over, in Postgres. */
export function postgresRetention(run: RunStatement): RetentionStore {
  return {
    async prune({ criteria, after, limit }) {
      const { states, workflows, afterMs } = criteria;
      const [pruned] = await run(pruneRuns, [
        states && JSON.stringify(states),
        workflows && JSON.stringify(workflows),
        afterMs,
        after?.completedAtMicros ?? null,
        after?.id ?? null,
        limit,
      ]);
      return pruned!;
    },
  };
}
