import type { ChildCall } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { Outcome } from '../replay/index.js';
import type { RunStatus } from '../store/index.js';
import type { OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { cancelledOutcome, idConflict } from './run-errors.js';
import { settle, settleError } from './settle.js';

/** Starts a child run and records its id. */
export async function startOnly(run: CallContext, open: OpenCall, call: ChildCall): Promise<void> {
  const childId = await begin(run, open, call);
  if (childId === undefined) return;
  const outcome = settle(run.host.deps.codec, { ok: true, value: childId }, 'the id of a run');
  return run.record(open, outcome, { childId });
}

/** Starts a child run, waits for its outcome, and records that as the call's own. */
export async function beginChild(run: CallContext, open: OpenCall, call: ChildCall): Promise<void> {
  const childId = await begin(run, open, call);
  if (childId === undefined) return;
  const status = await outcomeOf(run, open, childId);
  if (status.workflow !== call.workflow.name) return refuse(run, open, idConflict(childId, status.workflow));
  return run.record(open, outcomeFrom(run, status), { childId });
}

/** Waits for a run's outcome and records that as the call's own. */
export async function awaitOutcome(run: CallContext, open: OpenCall, runId: string): Promise<void> {
  const status = await outcomeOf(run, open, runId);
  return run.record(open, outcomeFrom(run, status), { childId: runId });
}

async function begin(run: CallContext, open: OpenCall, call: ChildCall): Promise<string | undefined> {
  const id = call.id ?? `${run.run.id}.${open.seq}`;
  try {
    await run.host.startChild({ ...call, id }, run.run.id);
    return id;
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    await refuse(run, open, error);
    return undefined;
  }
}

async function outcomeOf(run: CallContext, open: OpenCall, runId: string): Promise<RunStatus> {
  run.idle(open, { kind: 'waiting', untilMs: null });
  const status = await run.host.outcomeOf(runId, run.lifetime);
  run.idle(open, { kind: 'busy' });
  return status;
}

function outcomeFrom(run: CallContext, status: RunStatus): Outcome {
  if (status.state === 'succeeded' && status.output) return { ok: true, value: status.output };
  if (status.state === 'failed' && status.error) return { ok: false, error: status.error };
  return settleError(run.host.deps.codec, cancelledOutcome(status.id));
}

function refuse(run: CallContext, open: OpenCall, error: HoldfastError): Promise<void> {
  return run.record(open, settleError(run.host.deps.codec, error));
}
