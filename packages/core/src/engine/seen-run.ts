import type { Outcome } from '../replay/index.js';
import type { OwnedRun } from '../store/index.js';
import type { OpenCall } from './call.js';
import type { EngineDeps } from './deps.js';
import type { Departure } from './run-host.js';
import type { RunWatch, SeenDeparture } from './telemetry.js';
import { readTraceContext } from './trace-context.js';

/** Calls that are seen attempt by attempt. */
const ATTEMPTED: ReadonlySet<OpenCall['kind']> = new Set(['step', 'transaction', 'undo']);

/** Lets the app's telemetry, if it has one, see that a run was taken up. */
export function watchRun(
  run: OwnedRun,
  executorId: string,
  { telemetry, clock }: EngineDeps,
): RunWatch | undefined {
  if (!telemetry) return undefined;
  const { id: runId, key, workflow, version, epoch, takeovers, queue, parentId, isUnwinding } = run;
  const nowMs = clock.now();
  return telemetry.takenUp({
    runId,
    key,
    traceContext: readTraceContext(run.traceContext),
    workflow,
    version,
    executorId,
    epoch,
    takeovers,
    queue,
    parentId,
    ageMs: Math.max(0, nowMs - run.createdAtMs),
    startedAgoMs: Math.max(0, nowMs - run.startedAtMs),
    isUnwinding,
  });
}

/** A call's outcome is recorded. Steps are seen attempt by attempt, so they are not seen here. */
export function watchCall(watch: RunWatch, call: OpenCall, outcome: Outcome, deps: EngineDeps): void {
  const { kind, name, seq, startedAtMs, about = null, traceContext = null } = call;
  if (ATTEMPTED.has(kind)) return;
  watch.called({
    kind,
    name,
    seq,
    madeAgoMs: Math.max(0, deps.clock.now() - startedAtMs),
    runId: about,
    traceContext: readTraceContext(traceContext),
    error: outcome.ok ? undefined : deps.codec.decode(outcome.error),
  });
}

/** A run left this process. */
export function watchDeparture(watch: RunWatch, how: Departure, { codec }: EngineDeps): void {
  watch.left(seenDeparture(how, (payload) => codec.decode(payload)));
}

function seenDeparture(how: Departure, decode: (payload: OwnedRun['input']) => unknown): SeenDeparture {
  if (how.kind === 'broken') return { kind: 'broken', error: how.error };
  if (how.kind !== 'finished') return { kind: how.kind };
  const { state, error } = how.status;
  if (state === 'succeeded') return { kind: 'succeeded' };
  const kind = state === 'cancelled' ? 'cancelled' : 'failed';
  return { kind, error: error ? decode(error) : undefined };
}
