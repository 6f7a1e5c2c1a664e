import type { Payload } from '../replay/index.js';
import { isFinal, keyTaken, type RunState } from '../store/index.js';
import { holdsKey } from './deduplication.js';
import { copyOptional, type RunRow, type Tables } from './tables.js';
import { signal } from './writes.js';

/**
 * Cancels a run that has not ended. Its epoch is raised, so that whoever holds it cannot write to it any more. If there
 * is something to undo, it ends when that is done, and has no time limit until then.
 *
 * @param isNamed whether it was itself asked for: only then it also ends if it was paused as it unwound.
 */
export function cancelRun(
  tables: Tables,
  runId: string,
  nowMs: number,
  { error = null, isNamed = true }: { readonly error?: Payload | null; readonly isNamed?: boolean } = {},
): boolean {
  const run = tables.run(runId);
  if (!run || isFinal(run.state)) return false;
  if (run.isUnwinding) return run.state === 'paused' && isNamed && stopUnwinding(tables, run, nowMs);
  // Cancelled before, and resumed: its executor knows that cancel's epoch.
  const isResumed = run.holdsSlot && run.state === 'pending';
  const cancelled = { epoch: run.epoch + (isResumed ? 0 : 1), error: copyOptional(error) };
  // What ran keeps its slot until its executor says that its code has ended, or is dead; and nothing is undone before.
  const holdsSlot = isResumed || (run.holdsSlot && run.state === 'running');
  if (tables.steps(runId).some(({ hasUndo }) => hasUndo)) {
    const executorId = holdsSlot ? run.executorId : null;
    const unwinding = { isUnwinding: true, executorId, wakeAtMs: nowMs, deadlineMs: null };
    tables.change(run, { ...cancelled, state: 'pending', ...unwinding, holdsSlot });
    return true;
  }
  tables.change(run, { ...cancelled, state: 'cancelled', completedAtMs: nowMs, wakeAtMs: null, holdsSlot });
  signal(tables, run.parentId, nowMs);
  return true;
}

/** Ends a run with its reason, however much of it was taken back. It is still marked: resumed, it goes on with that. */
function stopUnwinding(tables: Tables, run: RunRow, nowMs: number): true {
  const state = run.isFailing ? 'failed' : 'cancelled';
  const isUnwinding = tables.steps(run.id).some(({ hasUndo }) => hasUndo);
  tables.change(run, {
    state,
    epoch: run.epoch + 1,
    isUnwinding,
    isFailing: isUnwinding && run.isFailing,
    completedAtMs: nowMs,
  });
  signal(tables, run.parentId, nowMs);
  return true;
}

/** Makes a failed, cancelled or paused run due at once, without a time limit. */
export function resumeRun(tables: Tables, runId: string, nowMs: number): boolean {
  const run = tables.run(runId);
  if (!run || !RESUMABLE.has(run.state)) return false;
  refuseTakenKey(tables, run);
  if (run.state === 'paused' || run.isUnwinding) countAttemptsAnew(tables, runId);
  tables.change(run, {
    state: 'pending',
    // While code of it that was cancelled runs on and so has its slot, its executor stays with it, and nobody takes it.
    executorId: run.holdsSlot ? run.executorId : null,
    output: null,
    // One that unwinds keeps the reason.
    error: run.isUnwinding ? run.error : null,
    completedAtMs: null,
    timeoutMs: null,
    deadlineMs: null,
    takeovers: 0,
    takeoverSeq: null,
    deaths: [],
    wakeAtMs: nowMs,
  });
  return true;
}

/** A run that is taken up again has its deduplication key again. @throws HoldfastError DUPLICATE_RUN. */
export function refuseTakenKey(tables: Tables, run: RunRow): void {
  const holder = holdsKey({ ...run, state: 'pending' }) ? tables.holderFor(run) : undefined;
  if (holder && holder.id !== run.id) throw keyTaken(run.id, holder.id, holder.deduplicationKey!);
}

const RESUMABLE: ReadonlySet<RunState> = new Set(['failed', 'cancelled', 'paused']);

function countAttemptsAnew(tables: Tables, runId: string): void {
  for (const step of tables.steps(runId)) {
    if (step.ordinal === null && step.retryAtMs !== null) tables.putStep(runId, { ...step, attempt: 0 });
  }
}
