import type { NewRun, OwnedRun } from '../store/index.js';

/** When a run must have ended: its time limit begins when it is taken up, which may be now. */
export function deadlineOf(
  { timeoutMs, deadlineMs }: Pick<NewRun, 'timeoutMs' | 'deadlineMs'>,
  startedAtMs: number | null,
): number | null {
  if (timeoutMs === null || startedAtMs === null) return deadlineMs;
  return Math.min(deadlineMs ?? Number.POSITIVE_INFINITY, Math.ceil(startedAtMs + timeoutMs));
}

/** A run that was recorded in this executor's name, as a claim would give it. */
export function ownedFrom(run: NewRun): OwnedRun {
  const { id, key, workflow, version, input, parentId, queue, deadlineMs, traceContext } = run;
  const startedAtMs = run.startedAtMs ?? 0;
  return {
    id,
    key,
    workflow,
    version,
    input,
    parentId,
    epoch: 1,
    signals: 0,
    startedAtMs,
    queue,
    deadlineMs,
    seed: key,
    takeovers: 0,
    isUnwinding: false,
    keepsSlot: false,
    isSlotScarce: false,
    isFailing: false,
    error: null,
    createdAtMs: startedAtMs,
    traceContext,
  };
}
