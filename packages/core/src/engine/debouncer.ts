import type { DebounceOutcome, DebounceRequest, NewRun } from '../store/index.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import type { EngineDeps } from './deps.js';
import { seenStart } from './seen-start.js';

/**
 * Has the store debounce, however long it cannot be reached: a call may be repeated. Never settles once the signal is
 * aborted.
 */
export function debounceSurely(
  deps: EngineDeps,
  request: DebounceRequest,
  signal: AbortSignal,
): Promise<DebounceOutcome> {
  const record = (run: NewRun): Promise<DebounceOutcome> => debounced(deps, { ...request, run }, signal);
  // One that another call had begun is put off, and belongs to the trace that it was begun in.
  const hasJoined = (outcome: DebounceOutcome): boolean =>
    outcome.kind !== 'debounced' || outcome.runId !== request.run.id;
  return seenStart(deps, request.run, record, hasJoined);
}

async function debounced(
  deps: EngineDeps,
  request: DebounceRequest,
  signal: AbortSignal,
): Promise<DebounceOutcome> {
  for (let tries = 0; ; tries++) {
    try {
      const outcome = await deps.store.pending.debounce(request);
      return signal.aborted ? await never() : outcome;
    } catch (error) {
      if (signal.aborted) return await never();
      if (!deps.store.isTransient(error)) throw error;
      deps.logger.warn({ error, tries }, 'the store cannot be reached; the debounce is repeated');
      await pause(STORE_BACKOFF, tries, deps, signal);
      if (signal.aborted) return await never();
    }
  }
}

/** A run that waits for whoever claims it. */
export function unclaimed(run: Omit<NewRun, 'executorId' | 'startedAtMs'>): NewRun {
  return { ...run, executorId: null, startedAtMs: null };
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
