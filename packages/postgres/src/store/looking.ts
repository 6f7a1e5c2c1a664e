import type { LookingStore } from '@holdfast/core/internal';
import type { Schema } from '../sql/names.js';
import { listRuns } from '../sql/runs/list.js';
import { countRuns } from '../sql/tallies/count.js';
import { sumUpTallies } from '../sql/tallies/sum-up.js';
import type { RunStatement } from './run-statement.js';

/** Looking at many runs in Postgres. */
export function postgresLooking(schema: Schema, run: RunStatement): LookingStore {
  return {
    async list(request) {
      const { statement, values } = listRuns(schema, request);
      const rows = await run(statement, values);
      const isLast = rows.length <= request.limit;
      const wanted = isLast ? rows : rows.slice(0, request.limit);
      return { runs: wanted.map((row) => row.run), next: isLast ? null : wanted.at(-1)!.position };
    },
    counts: () => run(countRuns, []),
    sumUp: async () => void (await run(sumUpTallies, [])),
  };
}
