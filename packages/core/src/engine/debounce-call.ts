import type { DebounceCall } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { DebounceOutcome, NewRun } from '../store/index.js';
import type { OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { debounceSurely, unclaimed } from './debouncer.js';
import { idOfChild } from './id-of-child.js';
import { idConflict } from './run-errors.js';
import { settle, settleError } from './settle.js';

/** Debounces, and records the id of the run that waits: the store does both in one transaction. */
export async function performDebounce(run: CallContext, open: OpenCall, call: DebounceCall): Promise<void> {
  // Not as a child's id: a run that waits for a child is parked, and this one would not wake it.
  const id = call.id ?? idOfChild(run.run, open.seq, '.debounced');
  try {
    // The run that waits is nobody's child: other callers put it off as well, and it inherits no time limit.
    const debounced = unclaimed(await run.host.newRun({ ...call, id, parentId: null }));
    const taken = run.lifetime.aborted ? undefined : await debounceAndRecord(run, open, call, debounced);
    if (!taken) return;
    await run.record(open, idOutcome(run, takenId(call, id, taken)));
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    await run.record(open, settleError(run.host.deps.codec, error));
  }
}

type Taken = Extract<DebounceOutcome, { readonly kind: 'exists' }>;

/** Answers what has the run's id, if that is why nothing was written. */
async function debounceAndRecord(
  run: CallContext,
  open: OpenCall,
  call: DebounceCall,
  debounced: NewRun,
): Promise<Taken | undefined> {
  // Until the store has answered, results with later ordinals wait.
  const ordinal = run.assignOrdinal();
  const completedAtMs = run.nowMs();
  const { id: runId, epoch } = run.run;
  const { seq, name, startedAtMs } = open;
  const record = { runId, epoch, seq, ordinal, name, startedAtMs, completedAtMs };
  const request = { run: debounced, maxMs: call.maxMs, call: record };
  try {
    const outcome = await debounceSurely(run.host.deps, request, run.lifetime);
    if (outcome.kind === 'exists') {
      run.giveUpOrdinal(ordinal);
      return outcome;
    }
    if (outcome.kind === 'lost') run.lose();
    else {
      run.host.offer(outcome.dueInMs);
      run.ready(open, ordinal, idOutcome(run, outcome.runId), completedAtMs);
    }
    return undefined;
  } catch (error) {
    // Refused for good, so certainly not written.
    run.giveUpOrdinal(ordinal);
    throw error;
  }
}

function idOutcome(run: CallContext, id: string): ReturnType<typeof settle> {
  return settle(run.host.deps.codec, { ok: true, value: id }, 'the id of a run');
}

/** An id twice is the same run, as in a start. @throws HoldfastError RUN_ID_CONFLICT if it is of another workflow. */
export function takenId({ workflow }: DebounceCall, id: string, taken: Taken): string {
  if (taken.workflow === workflow.name) return id;
  throw idConflict(id, taken.workflow);
}
