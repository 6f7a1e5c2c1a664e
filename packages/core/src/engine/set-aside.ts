import type { JournalEntry, RecordedEntry } from '../replay/index.js';
import type { FinishEntry, OwnedRun, PauseEntry } from '../store/index.js';
import { Bodies } from './bodies.js';
import { setAsideError } from './run-errors.js';
import type { Departure, RunHost } from './run-host.js';
import { watchDeparture, watchRun } from './seen-run.js';
import { settleError } from './settle.js';

/**
 * Ends a run as failed, without executing it: too many executors died with it. What is known about why goes into its
 * error. One that unwinds is paused instead: it has not taken back all it did, and is to go on with that when it is
 * resumed. It never rejects.
 */
export async function setAside(
  run: OwnedRun,
  journal: readonly JournalEntry[],
  host: RunHost,
): Promise<void> {
  const { store, codec, logger } = host.deps;
  const { id: runId, epoch, parentId, workflow, takeovers } = run;
  const watch = watchRun(run, host.executorId, host.deps);
  const depart = (how: Departure): void => {
    if (watch) watchDeparture(watch, how, host.deps);
    host.departed(run, how);
  };
  try {
    const deaths = (await store.run(runId))?.deaths ?? [];
    const cause = setAsideError(runId, takeovers, deaths, lastCallOf(journal));
    logger.error({ runId, workflow, error: cause }, 'a run was taken over too often and is set aside');
    const { error } = settleError(codec, cause);
    const entry: FinishEntry | PauseEntry = run.isUnwinding
      ? { op: 'pause', runId, epoch, error }
      : { op: 'finish', runId, epoch, state: 'failed', output: null, error, parentId };
    const written = await host.committer.submit(entry);
    if (written.kind === 'refused') return depart({ kind: 'broken', error: written.error });
    if (written.kind !== 'written') return depart({ kind: 'lost', bodies: new Bodies() });
    if (run.isUnwinding) return depart({ kind: 'paused' });
    const status = { id: runId, workflow, state: 'failed', executorId: null, output: null, error } as const;
    depart({ kind: 'finished', status, isAwaited: written.isAwaited ?? false });
  } catch (error) {
    depart({ kind: 'broken', error });
  }
}

/** The last call whose outcome is recorded: what came after it is what kills. */
function lastCallOf(journal: readonly JournalEntry[]): RecordedEntry | undefined {
  let last: RecordedEntry | undefined;
  for (const entry of journal) {
    if (entry.state === 'recorded' && (!last || entry.seq > last.seq)) last = entry;
  }
  return last;
}
