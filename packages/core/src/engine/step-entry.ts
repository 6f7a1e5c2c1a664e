import type { Outcome } from '../replay/index.js';
import type { OwnedRun, StepEntry } from '../store/index.js';
import type { OpenCall } from './call.js';
import type { RecordExtras } from './call-context.js';

/** What is written of a call: its outcome, or what is known before there is one. */
export function stepEntry(
  run: OwnedRun,
  call: OpenCall,
  extras: RecordExtras,
  done?: { readonly ordinal: number; readonly outcome: Outcome; readonly completedAtMs: number },
): StepEntry {
  const outcome = done?.outcome;
  const entry: StepEntry = {
    op: 'step',
    runId: run.id,
    epoch: run.epoch,
    seq: call.seq,
    ordinal: done ? done.ordinal : null,
    kind: call.kind,
    name: call.name,
    attempt: extras.attempt ?? 1,
    output: outcome?.ok ? outcome.value : null,
    error: outcome && !outcome.ok ? outcome.error : null,
    retryAtMs: null,
    startedAtMs: call.startedAtMs,
    completedAtMs: done ? done.completedAtMs : null,
    childId: extras.childId ?? null,
  };
  const hasUndo = call.hasUndo && outcome?.ok === true;
  if (!hasUndo && !call.isNoted) return entry;
  return { ...entry, ...(hasUndo && { hasUndo }), ...(call.isNoted && { isNoted: true }) };
}
