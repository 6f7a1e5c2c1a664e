import type { ChildCall, RunTerms } from '../define/index.js';
import { HoldfastError, isHoldfastError } from '../errors/index.js';
import type { OpenEntry, Outcome } from '../replay/index.js';
import type { RunStatus } from '../store/index.js';
import { BUSY, type OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { idOfChild } from './id-of-child.js';
import { outcomeInTime } from './outcome-in-time.js';
import { cancelledOutcome, idConflict, resultTimedOut, waitsForItself } from './run-errors.js';
import { settle, settleError } from './settle.js';
import { joinedRun } from './start-answer.js';

/**
 * Starts a child run, or joins one, and records its id.
 *
 * @param check what must hold beforehand: its error is the call's.
 */
export async function startOnly(
  run: CallContext,
  open: OpenCall,
  call: ChildCall,
  check?: () => Promise<unknown>,
): Promise<void> {
  const begun = await begin(run, open, call, check);
  if (!begun) return;
  const { childId, kind } = begun;
  // Found there, it is this run's own child from before a crash, as a rule; but a given id may be anybody's.
  const found = kind === 'exists' ? await run.host.find(childId, run.lifetime) : undefined;
  if (found && found.workflow !== call.workflow.name)
    return refuse(run, open, idConflict(childId, found.workflow));
  const outcome = settle(run.host.deps.codec, { ok: true, value: childId }, 'the id of a run');
  return run.record(open, outcome, { childId });
}

/**
 * Starts a child run, or joins one, waits for its outcome, and records that as the call's own.
 *
 * @param before what the journal has of the call: which run it joined, if one did not begin it.
 */
export async function beginChild(
  run: CallContext,
  open: OpenCall,
  call: ChildCall,
  before: OpenEntry | undefined,
): Promise<void> {
  const childId = before?.childId ?? (await beginOrJoin(run, open, call));
  if (childId === undefined) return;
  return unlessGone(run, open, async () => {
    const status = (await outcomeOf(run, open, childId))!;
    if (status.workflow !== call.workflow.name) {
      return refuse(run, open, idConflict(childId, status.workflow));
    }
    return run.record(open, outcomeFrom(run, status), { childId });
  });
}

/** The run to wait for. Undefined if there is none, and the call has its outcome. */
async function beginOrJoin(run: CallContext, open: OpenCall, call: ChildCall): Promise<string | undefined> {
  const begun = await begin(run, open, call);
  if (begun?.kind !== 'joined') return begun?.childId;
  const { childId } = begun;
  if (childId === run.run.id) {
    await refuse(run, open, waitsForItself(call.workflow.name, childId));
    return undefined;
  }
  // Or after a crash it would begin a run of its own, if the one that it waited for has ended meanwhile.
  await run.noteJoined(open, childId);
  return childId;
}

/** How long a wait for an outcome may take, and when that is over. */
export interface WaitLimit {
  readonly timeoutMs: number;
  readonly untilMs: number;
}

/** Waits for a run's outcome and records that as the call's own. */
export async function awaitOutcome(
  run: CallContext,
  open: OpenCall,
  runId: string,
  limit: WaitLimit | undefined,
): Promise<void> {
  return unlessGone(run, open, async () => {
    const status = await outcomeOf(run, open, runId, limit);
    if (!status) return refuse(run, open, resultTimedOut(runId, limit!.timeoutMs));
    return run.record(open, outcomeFrom(run, status), { childId: runId });
  });
}

/** Does something with a run that was waited for. If that is not there any more, the call has this for its outcome. */
async function unlessGone(run: CallContext, open: OpenCall, act: () => Promise<void>): Promise<void> {
  try {
    return await act();
  } catch (error) {
    if (!isHoldfastError(error, 'RUN_NOT_FOUND')) throw error;
    run.idle(open, BUSY);
    return refuse(run, open, error);
  }
}

async function begin(
  run: CallContext,
  open: OpenCall,
  call: ChildCall,
  check?: () => Promise<unknown>,
): Promise<{ readonly childId: string; readonly kind: 'new' | 'exists' | 'joined' } | undefined> {
  const id = call.id ?? idOfChild(run.run, open.seq);
  try {
    await check?.();
    const terms = inheritedTerms(run, call);
    const answer = await run.host.startChild({ ...call, id, terms }, run.run.id);
    if (answer.kind === 'duplicate') return { childId: joinedRun(call, answer), kind: 'joined' };
    return { childId: id, kind: answer.kind };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    await refuse(run, open, error);
    return undefined;
  }
}

/** A child has no more time than its parent, unless it is detached. */
function inheritedTerms({ run }: CallContext, { terms = {} }: ChildCall): Partial<RunTerms> {
  if (terms.isDetached || run.deadlineMs === null) return terms;
  return { ...terms, deadlineMs: Math.min(run.deadlineMs, terms.deadlineMs ?? Number.POSITIVE_INFINITY) };
}

/**
 * Waits for the other run's end. Undefined if that did not come in time.
 *
 * Hazard: a run that is parked is woken by its own children, by what it has noted that it waits for, and by what comes in
 * after it was claimed. So it may be parked only once the other was seen not to have ended; and any but a child is noted.
 */
async function outcomeOf(
  run: CallContext,
  open: OpenCall,
  runId: string,
  limit?: WaitLimit,
): Promise<RunStatus | undefined> {
  const { host, lifetime } = run;
  const wakesUs = isOwn(run, runId) || (await host.find(runId, lifetime))?.parentId === run.run.id;
  const untilMs = limit?.untilMs ?? null;
  const wait = wakesUs ? {} : { wait: { kind: 'result', targetId: runId } as const };
  const pending = (): void => run.idle(open, { kind: 'waiting', untilMs, mayEndSooner: true, ...wait });
  const status = await (untilMs === null
    ? host.outcomeOf(runId, lifetime, pending)
    : outcomeInTime({
        clock: host.deps.clock,
        untilMs,
        wait: (over) => host.outcomeOf(runId, AbortSignal.any([lifetime, over]), pending),
        look: () => host.recheckOutcomes(),
      }));
  if (lifetime.aborted) return new Promise(() => {});
  run.idle(open, BUSY);
  return status;
}

/** Whether an id is one that a run gives to its children. */
function isOwn({ run }: CallContext, runId: string): boolean {
  return runId.startsWith(`${run.id}.`) && /^\d+$/.test(runId.slice(run.id.length + 1));
}

function outcomeFrom(run: CallContext, status: RunStatus): Outcome {
  if (status.state === 'succeeded' && status.output) return { ok: true, value: status.output };
  if (status.error) return { ok: false, error: status.error };
  return settleError(run.host.deps.codec, cancelledOutcome(status.id));
}

function refuse(run: CallContext, open: OpenCall, error: HoldfastError): Promise<void> {
  return run.record(open, settleError(run.host.deps.codec, error));
}
