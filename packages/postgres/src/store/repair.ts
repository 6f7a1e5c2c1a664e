import type { Fork, ForkOutcome, RepairStore, Retry } from '@holdfast/core/internal';
import { deleteRuns } from '../sql/repair/delete.js';
import { forkRun } from '../sql/repair/fork.js';
import { retryRuns } from '../sql/repair/retry.js';
import { withFreeKeys } from './resume.js';
import type { RunStatement } from './run-statement.js';

/** Mends runs in Postgres. */
export function postgresRepair(run: RunStatement): RepairStore {
  return {
    async fork({
      of,
      id,
      key,
      version,
      tags,
      queue,
      timeoutMs,
      fromSeq,
      replaced,
      traceContext,
    }: Fork): Promise<ForkOutcome> {
      const results = replaced.map(({ seq, value }) => ({
        seq,
        output: value.json,
        output_extra: value.extra ?? undefined,
      }));
      const values = [
        of,
        id,
        key,
        version,
        tags,
        queue,
        fromSeq,
        JSON.stringify(results),
        timeoutMs,
        traceContext,
      ] as const;
      const [{ isFound, isWritten }] = (await run(forkRun, [...values])) as [
        { isFound: boolean; isWritten: boolean },
      ];
      if (isWritten) return 'written';
      return isFound ? 'exists' : 'missing';
    },
    async retry(retries: readonly Retry[]): Promise<boolean> {
      const rows = retries.map(({ runId, epoch, fromOrdinal }) => ({
        run_id: runId,
        epoch,
        from_ordinal: fromOrdinal ?? undefined,
      }));
      const ids = retries.map(({ runId }) => runId);
      const [taken] = await withFreeKeys(run, ids, () => run(retryRuns, [JSON.stringify(rows)]));
      return (taken ?? 0) > 0;
    },
    delete: (runIds, withChildren) => run(deleteRuns, [JSON.stringify(runIds), withChildren]),
  };
}
