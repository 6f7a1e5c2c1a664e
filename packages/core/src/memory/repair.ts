import { undoneSeqs } from '../replay/index.js';
import { type Fork, type ForkOutcome, isFinal, type RepairStore, type Retry } from '../store/index.js';
import { treeOf } from './control.js';
import type { MailTables } from './mail.js';
import { refuseTakenKey, resumeRun } from './operations.js';
import { copyPayload, type RunRow, type Tables } from './tables.js';

/** Does something with the rows at one moment. */
type Ask = <T>(work: (tables: Tables, mail: MailTables, nowMs: number) => T) => Promise<T>;

/** Mends runs in memory. */
export function memoryRepair(ask: Ask): RepairStore {
  return {
    fork: (fork) =>
      ask((tables, mail, nowMs) => {
        const outcome = forkRun(tables, fork, nowMs);
        if (outcome === 'written') mail.copyBefore(fork, tables.steps(fork.id));
        return outcome;
      }),
    retry: (retries) => ask((tables, _, nowMs) => retryRuns(tables, retries, nowMs)),
    delete: (runIds, withChildren) =>
      ask((tables, mail) => {
        const free = runIds.filter((id) => !isNeeded(tables, id));
        const trees = free.map((id) => (withChildren ? treeOf(tables, [id]) : [id]));
        const gone = new Set(trees.filter((ids) => ids.every((id) => isOver(tables.run(id)))).flat());
        for (const id of gone) {
          tables.remove(tables.run(id)!);
          mail.remove(id);
        }
        return [...gone];
      }),
  };
}

/** Whether a run is there, has ended, and none of its code runs in a slot. */
function isOver(run: RunRow | undefined): boolean {
  return run !== undefined && isFinal(run.state) && !run.holdsSlot;
}

/** Whether the run that started it has not ended, and may wait for it. */
function isNeeded(tables: Tables, runId: string): boolean {
  const parentId = tables.run(runId)?.parentId ?? null;
  const parent = parentId === null ? undefined : tables.run(parentId);
  return parent !== undefined && !isFinal(parent.state);
}

function forkRun(tables: Tables, fork: Fork, nowMs: number): ForkOutcome {
  const original = tables.run(fork.of);
  if (!original) return 'missing';
  if (tables.run(fork.id)) return 'exists';
  const steps = tables.steps(fork.of);
  tables.insert({
    ...original,
    ...FRESH,
    id: fork.id,
    key: fork.key,
    version: fork.version ?? original.version,
    tags: fork.tags ?? original.tags,
    queue: fork.queue,
    timeoutMs: fork.timeoutMs,
    forkedFrom: original.id,
    traceContext: fork.traceContext,
    logicalStartMs: original.logicalStartMs ?? original.startedAtMs,
    wakeAtMs: nowMs,
    createdAtMs: nowMs,
  });
  const undone = undoneSeqs(steps);
  for (const { hasUndo, ...step } of steps) {
    if (step.seq >= fork.fromSeq || step.ordinal === null || step.kind === 'undo') continue;
    const value = fork.replaced.find(({ seq }) => seq === step.seq)?.value;
    tables.putStep(fork.id, {
      ...step,
      epoch: 1,
      ...(hasUndo && !undone.has(step.seq) && { hasUndo }),
      ...(value && { output: copyPayload(value), error: null }),
      ...(value && step.kind === 'start' && { childId: String(JSON.parse(value.json)) }),
    });
  }
  return 'written';
}

/** What a fork has of its own. */
const FRESH = {
  state: 'pending',
  epoch: 1,
  executorId: null,
  output: null,
  error: null,
  parentId: null,
  priority: 0,
  partitionKey: null,
  deduplicationKey: null,
  deadlineMs: null,
  isDetached: false,
  schedule: null,
  takeovers: 0,
  takeoverSeq: null,
  deaths: [],
  isUnwinding: false,
  isFailing: false,
  holdsSlot: false,
  debounceUntilMs: null,
  startedAtMs: null,
  completedAtMs: null,
  signals: 0,
} as const;

function retryRuns(tables: Tables, retries: readonly Retry[], nowMs: number): boolean {
  const areAsTheyWere = retries.every(({ runId, epoch }) => {
    const run = tables.run(runId);
    return run?.epoch === epoch && ['failed', 'cancelled', 'paused'].includes(run.state);
  });
  if (!areAsTheyWere) return false;
  for (const { runId } of retries) refuseTakenKey(tables, tables.run(runId)!);
  for (const { runId, fromOrdinal } of retries) {
    for (const { seq, ordinal, retryAtMs } of tables.steps(runId)) {
      const isForgotten =
        ordinal === null ? retryAtMs !== null : fromOrdinal !== null && ordinal >= fromOrdinal;
      if (isForgotten) tables.removeStep(runId, seq);
    }
    resumeRun(tables, runId, nowMs);
  }
  return true;
}
