import { ambient, type RunScope, type StepInfo } from '../define/index.js';
import type { Clock } from '../time/index.js';
import type { Bodies } from './bodies.js';
import { stepTimedOut } from './step-errors.js';

/** One execution of a step's body. */
export interface Attempt {
  readonly scope: RunScope;
  readonly name: string;
  readonly seq: number;
  readonly attempt: number;
  readonly timeoutMs: number | undefined;
  /** Aborted when the run leaves this executor. */
  readonly lifetime: AbortSignal;
  readonly bodies: Bodies;
}

/** How a body came out. */
export type AttemptResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** Runs a body once, within its timeout. Never rejects. A late result of a body that timed out is dropped. */
export async function runAttempt(
  attempt: Attempt,
  clock: Clock,
  body: () => unknown,
): Promise<AttemptResult> {
  try {
    return { ok: true, value: await withinTimeout(attempt, clock, body) };
  } catch (error) {
    return { ok: false, error };
  }
}

function withinTimeout(attempt: Attempt, clock: Clock, body: () => unknown): Promise<unknown> {
  const { name, seq, timeoutMs, lifetime } = attempt;
  if (timeoutMs === undefined)
    return enter(attempt, { name, seq, attempt: attempt.attempt, signal: lifetime }, body);
  return new Promise((resolve, reject) => {
    const timeout = new AbortController();
    const signal = AbortSignal.any([lifetime, timeout.signal]);
    const cancel = clock.at(clock.now() + timeoutMs, () => {
      const error = stepTimedOut(name, timeoutMs, attempt.attempt);
      timeout.abort(error);
      reject(error);
    });
    enter(attempt, { name, seq, attempt: attempt.attempt, signal }, body)
      .then(resolve, reject)
      .finally(cancel);
  });
}

function enter({ scope, bodies }: Attempt, step: StepInfo, body: () => unknown): Promise<unknown> {
  return ambient.run({ scope, step }, () => bodies.enter(body));
}
