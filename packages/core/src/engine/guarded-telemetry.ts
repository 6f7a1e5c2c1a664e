import type { Logger } from './logger.js';
import type { AttemptWatch, RunWatch, SeenStarting, Telemetry } from './telemetry.js';

/** Does something with telemetry; what that throws is said to the logger, and is nobody else's trouble. */
type Guard = <T>(what: string, act: () => T) => T | undefined;

const UNSEEN: SeenStarting = { traceContext: undefined, ended: () => {} };

/**
 * The same telemetry, which can do no harm: what it throws is logged, and what it is to execute is executed exactly once
 * whether it does so or not.
 */
export function guardedTelemetry(telemetry: Telemetry, logger: Logger): Telemetry {
  const guard: Guard = (what, act) => {
    try {
      return act();
    } catch (error) {
      logger.warn({ error, what }, 'telemetry failed; runs go on without');
      return undefined;
    }
  };
  return {
    starting(start) {
      const starting = guard('starting', () => telemetry.starting(start));
      return starting ? guardedStarting(starting, guard) : UNSEEN;
    },
    takenUp(run) {
      const watch = guard('takenUp', () => telemetry.takenUp(run));
      return watch ? guardedRun(watch, guard) : UNWATCHED_RUN;
    },
    sending: (message) => guard('sending', () => telemetry.sending(message)),
    launched(app) {
      const unseen = guard('launched', () => telemetry.launched(app));
      return () => guard('launched', () => unseen?.());
    },
    committed: (batch) => guard('committed', () => telemetry.committed(batch)),
    claimed: (claim) => guard('claimed', () => telemetry.claimed(claim)),
    freed: (runs) => guard('freed', () => telemetry.freed(runs)),
  };
}

function guardedStarting(starting: SeenStarting, guard: Guard): SeenStarting {
  return {
    traceContext: guard('traceContext', () => starting.traceContext),
    ended: (how, error) => guard('ended', () => starting.ended(how, error)),
  };
}

function guardedRun(watch: RunWatch, guard: Guard): RunWatch {
  return {
    within: (work) => within(watch, work, guard),
    attempt(step) {
      const attempt = guard('attempt', () => watch.attempt(step));
      return attempt ? guardedAttempt(attempt, guard) : UNWATCHED_ATTEMPT;
    },
    called: (call) => guard('called', () => watch.called(call)),
    left: (how) => guard('left', () => watch.left(how)),
  };
}

function guardedAttempt(watch: AttemptWatch, guard: Guard): AttemptWatch {
  return {
    within: (work) => within(watch, work, guard),
    triedAgain: (error) => guard('triedAgain', () => watch.triedAgain(error)),
    executed: (result) => guard('executed', () => watch.executed(result)),
    recorded: (retryInMs) => guard('recorded', () => watch.recorded(retryInMs)),
  };
}

type Done<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** HAZARD: telemetry may throw before it has executed the work, or after; and the work's own error is no failure of telemetry. */
function within<T>(watch: Pick<RunWatch, 'within'>, work: () => T, guard: Guard): T {
  let done: Done<T> | undefined;
  const once = (): T => {
    done ??= attempted(work);
    if (done.ok) return done.value;
    throw done.error;
  };
  guard('within', () => {
    try {
      watch.within(once);
    } catch (error) {
      if (!done || done.ok || done.error !== error) throw error;
    }
  });
  return once();
}

function attempted<T>(work: () => T): Done<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error };
  }
}

const UNWATCHED_ATTEMPT: AttemptWatch = {
  within: (work) => work(),
  triedAgain: () => {},
  executed: () => {},
  recorded: () => {},
};

const UNWATCHED_RUN: RunWatch = {
  within: (work) => work(),
  attempt: () => UNWATCHED_ATTEMPT,
  called: () => {},
  left: () => {},
};
