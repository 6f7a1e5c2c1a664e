import { keyTaken } from '@holdfast/core/internal';
import { driverState } from '../driver-state.js';
import { findHolder } from '../sql/runs/holder.js';
import { resumeRun } from '../sql/runs/resume.js';
import type { RunStatement } from './run-statement.js';

const UNIQUE_VIOLATION = '23505';

/** Resumes a run. The index of deduplication keys refuses one whose key another has taken since. */
export async function resume(run: RunStatement, runId: string): Promise<boolean> {
  for (;;) {
    try {
      return (await run(resumeRun, [runId])).length > 0;
    } catch (error) {
      if (driverState(error) !== UNIQUE_VIOLATION) throw error;
      const [holder] = await run(findHolder, [runId]);
      // Without one, it has ended meanwhile.
      if (holder) throw keyTaken(runId, holder.id, holder.deduplicationKey);
    }
  }
}
