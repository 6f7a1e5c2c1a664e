import { keyTaken } from '@holdfast/core/internal';
import { driverState } from '../driver-state.js';
import { findHolder } from '../sql/runs/holder.js';
import { resumeRun } from '../sql/runs/resume.js';
import type { RunStatement } from './run-statement.js';

const UNIQUE_VIOLATION = '23505';

/** Resumes a run. */
export async function resume(run: RunStatement, runId: string): Promise<boolean> {
  return (await withFreeKeys(run, [runId], () => run(resumeRun, [runId]))).length > 0;
}

/**
 * Takes up runs again. The index of deduplication keys refuses one whose key another has taken since.
 *
 * @throws HoldfastError DUPLICATE_RUN.
 */
export async function withFreeKeys<T>(
  run: RunStatement,
  runIds: readonly string[],
  takeUp: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await takeUp();
    } catch (error) {
      if (driverState(error) !== UNIQUE_VIOLATION) throw error;
      for (const runId of runIds) {
        const [holder] = await run(findHolder, [runId]);
        if (holder) throw keyTaken(runId, holder.id, holder.deduplicationKey);
      }
      // No other has one of their keys: whoever had it has ended meanwhile.
    }
  }
}
