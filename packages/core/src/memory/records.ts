import { NO_LIMITS } from '../define/index.js';
import type { JournalEntry, Outcome } from '../replay/index.js';
import type { OwnedRun, RunRecord, RunStatus, StepRecord, StepsPage } from '../store/index.js';
import type { Queues } from './queues.js';
import type { RunRow } from './tables.js';

/** What an executor is given of a run. */
export function ownedRun(row: RunRow, queues: Queues): OwnedRun {
  const { id, key, workflow, version, epoch, input, parentId, signals, seed } = row;
  const { queue, deadlineMs, takeovers, isUnwinding, isFailing, error, createdAtMs, traceContext } = row;
  const limits = queue === null ? NO_LIMITS : queues.row(queue).limits;
  return Object.freeze({
    id,
    key,
    workflow,
    version,
    epoch,
    input,
    parentId,
    startedAtMs: row.logicalStartMs ?? row.startedAtMs!,
    signals,
    queue,
    deadlineMs,
    seed,
    takeovers,
    isUnwinding,
    keepsSlot: limits.parkedHoldSlots,
    isSlotScarce: (limits.concurrency ?? limits.workerConcurrency ?? limits.partitionConcurrency) !== null,
    isFailing,
    error,
    createdAtMs,
    traceContext,
  });
}

/** What is shown of a run. */
export function runRecord(row: RunRow): RunRecord {
  const {
    signals: _,
    seed: _seed,
    takeoverSeq: _takeoverSeq,
    debounceUntilMs: _until,
    place: _place,
    holdsSlot: _holdsSlot,
    isFailing: _failing,
    logicalStartMs: _logicalStartMs,
    ...record
  } = row;
  return Object.freeze(record);
}

export function runStatus({ id, workflow, state, executorId, output, error }: RunRow): RunStatus {
  return Object.freeze({ id, workflow, state, executorId, output, error });
}

/** A step's row as replay reads it. */
export function journalEntry(step: StepRecord): JournalEntry {
  const { seq, ordinal, kind, name, attempt, retryAtMs, completedAtMs, childId, hasUndo } = step;
  if (ordinal === null) return Object.freeze({ state: 'open', seq, kind, name, attempt, retryAtMs, childId });
  const outcome: Outcome = step.output ? { ok: true, value: step.output } : { ok: false, error: step.error! };
  return Object.freeze({
    state: 'recorded',
    seq,
    ordinal,
    kind,
    name,
    outcome: Object.freeze(outcome),
    completedAtMs: completedAtMs!,
    ...(hasUndo && { hasUndo }),
  });
}

/** The part of a journal that was asked for. */
export function stepsPage(steps: readonly StepRecord[], page: StepsPage | undefined): readonly StepRecord[] {
  if (!page) return steps;
  const part = steps.filter(({ seq }) => seq > page.afterSeq).slice(0, page.limit);
  return page.withPayloads ? part : part.map((step) => Object.freeze({ ...step, output: null, error: null }));
}
