import { ambient, type StepInfo } from '../define/index.js';
import type { CallContext } from './call-context.js';
import { stepTimedOut } from './step-errors.js';
import type { AttemptWatch } from './telemetry.js';

/** One execution of a step's body. */
export interface Attempt {
  readonly name: string;
  readonly seq: number;
  readonly attempt: number;
  readonly timeoutMs: number | undefined;
}

/** How a body came out. */
export type AttemptResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** Runs a body once, within its timeout. Never rejects. A late result of a body that timed out is dropped. */
export async function runAttempt(
  run: CallContext,
  attempt: Attempt,
  body: () => unknown,
  watch?: AttemptWatch,
): Promise<AttemptResult> {
  try {
    const seen = watch ? (): unknown => watch.within(body) : body;
    return { ok: true, value: await withinTimeout(run, attempt, seen) };
  } catch (error) {
    return { ok: false, error };
  }
}

/** What the body knows of itself. Most bodies never ask for the signal, so it is not made before that. */
class Entered implements StepInfo {
  readonly name: string;
  readonly seq: number;
  readonly attempt: number;
  readonly #run: CallContext;

  constructor({ name, seq, attempt }: Attempt, run: CallContext) {
    this.name = name;
    this.seq = seq;
    this.attempt = attempt;
    this.#run = run;
  }

  get signal(): AbortSignal {
    return this.#run.lifetime;
  }
}

function withinTimeout(run: CallContext, attempt: Attempt, body: () => unknown): unknown {
  const { name, seq, timeoutMs } = attempt;
  if (timeoutMs === undefined) return enter(run, new Entered(attempt, run), body);
  const { clock } = run.host.deps;
  return new Promise((resolve, reject) => {
    const timeout = new AbortController();
    const signal = AbortSignal.any([run.lifetime, timeout.signal]);
    const cancel = clock.at(clock.now() + timeoutMs, () => {
      const error = stepTimedOut(name, timeoutMs, attempt.attempt);
      timeout.abort(error);
      reject(error);
    });
    new Promise((given) => given(enter(run, { name, seq, attempt: attempt.attempt, signal }, body)))
      .then(resolve, reject)
      .finally(cancel);
  });
}

function enter({ scope, bodies }: CallContext, step: StepInfo, body: () => unknown): unknown {
  return ambient.run({ scope, step }, () => bodies.enter(body));
}
