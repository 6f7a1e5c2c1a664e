import type { NotedWait, WaitStore } from '@holdfast/core/internal';
import { lookAtWaits } from '../sql/waits/look.js';
import { noteWaits } from '../sql/waits/note.js';
import { sweepWaits } from '../sql/waits/sweep.js';
import { wakeWaiters } from '../sql/waits/wake.js';
import type { Json } from './batch-rows.js';
import type { RunStatement } from './run-statement.js';

/** The largest position there can be. */
const LAST_POSITION = 2 ** 31 - 1;

/** What parked runs wait for of other runs, in Postgres. */
export function postgresWaits(run: RunStatement): WaitStore {
  return {
    async note(runs) {
      const waiting = runs.map(({ runId, epoch }) => ({ run_id: runId, epoch }));
      const waits = JSON.stringify(
        runs.flatMap((one) => one.waits.map((wait) => ({ run_id: one.runId, ...waitRow(wait) }))),
      );
      await run(noteWaits, [JSON.stringify(waiting), waits]);
      // With a snapshot of its own: what came about until now is in this one, or brings news.
      return run(lookAtWaits, [waits]);
    },
    async wake(limit) {
      const [done] = await run(wakeWaiters, [limit]);
      const { read, woken } = done!;
      return { runs: woken, hasMore: read >= limit };
    },
    async sweep(after, limit) {
      const [swept] = await run(sweepWaits, [after?.runId ?? null, after?.seq ?? null, limit]);
      const { last, looked, news } = swept!;
      return { next: looked >= limit ? last : null, hasNews: news > 0 };
    },
  };
}

function waitRow(wait: NotedWait): Json {
  const { seq, kind, targetId } = wait;
  const row = { seq, kind, target_id: targetId };
  if (wait.kind === 'result') return row;
  if (wait.kind === 'event') return { ...row, name: wait.name };
  return { ...row, name: wait.name, position: Math.min(wait.position, LAST_POSITION) };
}
