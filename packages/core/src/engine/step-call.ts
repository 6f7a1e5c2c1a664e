import { retryDelayMs, retryVerdict, type StepCall, type StepPolicy, stepPolicy } from '../define/index.js';
import type { OpenEntry } from '../replay/index.js';
import { runAttempt } from './attempt.js';
import { type AttemptFailure, BUSY, type OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { settle, settleError } from './settle.js';
import { retriesExhausted, stepInterrupted } from './step-errors.js';
import type { AttemptWatch } from './telemetry.js';

/** What follows a failed attempt: the call fails, or there is another one. */
export type Following = { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'again' };

/** An attempt that failed, and what watched it. */
export interface FailedAttempt {
  readonly error: unknown;
  readonly attempt: number;
  readonly watch: AttemptWatch | undefined;
}

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
  const { name } = call;
  const { seq } = open;
  const { timeoutMs } = policy;
  for (let attempt = (begun?.attempt ?? 0) + 1; ; attempt++) {
    if (policy.atMostOnce) await run.note(open, attempt, null, null);
    const watch = run.watch?.attempt({ kind: open.kind, name, seq, attempt });
    const result = await runAttempt(run, { name, seq, attempt, timeoutMs }, call.body, watch);
    watch?.executed(result);
    const { codec } = run.host.deps;
    if (result.ok) {
      await run.record(open, settle(codec, result, `the result of step "${name}"`), { attempt });
      return watch?.recorded();
    }
    const next = await afterFailure(run, open, policy, { error: result.error, attempt, watch });
    if (next.kind === 'failed') {
      await run.record(open, settleError(codec, next.error), { attempt });
      return watch?.recorded();
    }
  }
}

/** Decides what follows a failed attempt. Before another one it records the failure and waits the policy's delay out. */
export async function afterFailure(
  run: CallContext,
  open: OpenCall,
  policy: StepPolicy,
  { error, attempt, watch }: FailedAttempt,
): Promise<Following> {
  const { codec, random } = run.host.deps;
  const failures = noteFailure(open, error, attempt);
  const verdict = await judge(policy, error, attempt);
  if (verdict.kind === 'failed') return verdict;
  if (verdict.kind === 'exhausted') {
    const exhausted = retriesExhausted(open.name, attempt, error, failures);
    if (!run.pausesWhenExhausted) {
      const { id: runId, workflow } = run.run;
      if (attempt > 1)
        run.host.deps.logger.warn(
          { runId, workflow, step: open.name, attempt, error },
          'the retries of a step are exhausted; the step fails',
        );
      return { kind: 'failed', error: exhausted };
    }
    return run.pause(open, attempt, settleError(codec, error).error, settleError(codec, exhausted).error);
  }
  const delayMs = Math.ceil(retryDelayMs(policy.retry, attempt, random()));
  const retryAtMs = run.nowMs() + delayMs;
  const failure = settleError(codec, error);
  await run.note(open, attempt, failure.error, retryAtMs);
  watch?.recorded(delayMs);
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
