import { retryDelayMs, retryVerdict, type StepCall, type StepPolicy, stepPolicy } from '../define/index.js';
import type { OpenEntry } from '../replay/index.js';
import { type AttemptResult, runAttempt } from './attempt.js';
import { type AttemptFailure, BUSY, type OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { settle, settleError } from './settle.js';
import { retriesExhausted, stepInterrupted } from './step-errors.js';

/** What follows an attempt: the call's outcome, or another attempt. */
export type Following =
  | { readonly kind: 'outcome'; readonly result: AttemptResult }
  | { readonly kind: 'again' };

/** Executes a step: its attempts, from where the journal left off, until there is an outcome, and records that. */
export async function performStep(
  run: CallContext,
  open: OpenCall,
  call: StepCall,
  begun: OpenEntry | undefined,
): Promise<void> {
  const policy = stepPolicy(call.name, call.options);
  if (begun && begun.retryAtMs === null) return recordInterrupted(run, open, begun.attempt);
  if (begun?.retryAtMs) await run.waitUntil(open, begun.retryAtMs);
  const { lifetime, bodies } = run;
  for (let attempt = (begun?.attempt ?? 0) + 1; ; attempt++) {
    if (policy.atMostOnce) await run.note(open, attempt, null, null);
    const { name } = call;
    const target = {
      scope: run.scope,
      name,
      seq: open.seq,
      attempt,
      timeoutMs: policy.timeoutMs,
      lifetime,
      bodies,
    };
    const result = await runAttempt(target, run.host.deps.clock, call.body);
    const next = await afterAttempt(run, open, policy, result, attempt);
    if (next.kind === 'outcome') {
      return run.record(open, settle(run.host.deps.codec, next.result, `the result of step "${name}"`), {
        attempt,
      });
    }
  }
}

/** Decides what follows an attempt. Before another one it records the failure and waits the policy's delay out. */
export async function afterAttempt(
  run: CallContext,
  open: OpenCall,
  policy: StepPolicy,
  result: AttemptResult,
  attempt: number,
): Promise<Following> {
  if (result.ok) return { kind: 'outcome', result };
  const { codec, random } = run.host.deps;
  const failures = noteFailure(open, result.error, attempt);
  const verdict = await judge(policy, result.error, attempt);
  if (verdict.kind === 'failed') return { kind: 'outcome', result: { ok: false, error: verdict.error } };
  if (verdict.kind === 'exhausted') {
    const error = retriesExhausted(open.name, attempt, result.error, failures);
    if (!run.pausesWhenExhausted) return { kind: 'outcome', result: { ok: false, error } };
    return run.pause(open, attempt, settleError(codec, result.error).error, settleError(codec, error).error);
  }
  const retryAtMs = run.nowMs() + Math.ceil(retryDelayMs(policy.retry, attempt, random()));
  const failure = settleError(codec, result.error);
  await run.note(open, attempt, failure.error, retryAtMs);
  await run.waitUntil(open, retryAtMs);
  open.activity = BUSY;
  return { kind: 'again' };
}

/** As many failures are kept as anybody reads: a step may be tried for months. */
const FAILURES_KEPT = 20;

function noteFailure(open: OpenCall, error: unknown, attempt: number): readonly AttemptFailure[] {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  const failure = typeof code === 'string' ? { attempt, message, code } : { attempt, message };
  open.failures = [...(open.failures ?? []), failure].slice(-FAILURES_KEPT);
  return open.failures;
}

type Judgement =
  | { readonly kind: 'again' | 'exhausted' }
  | { readonly kind: 'failed'; readonly error: unknown };

async function judge(policy: StepPolicy, error: unknown, attempt: number): Promise<Judgement> {
  try {
    const verdict = await retryVerdict(policy.retry, error, attempt);
    if (verdict === 'refused') return { kind: 'failed', error };
    return { kind: verdict === 'retry' ? 'again' : 'exhausted' };
  } catch (thrown) {
    return { kind: 'failed', error: thrown };
  }
}

async function recordInterrupted(run: CallContext, open: OpenCall, attempt: number): Promise<void> {
  const error = stepInterrupted(open.name, attempt);
  return run.record(open, settleError(run.host.deps.codec, error), { attempt });
}
