import type { EngineDeps } from './deps.js';
import type { Lookout } from './lookout.js';

/** What is waited for, and for how long. */
export interface Wanted<Question, Answer, Result> {
  readonly runId: string;
  readonly question: () => Question;
  /** What an answer comes to: a result, or nothing yet. A throw ends the wait with that error. */
  readonly judge: (answer: Answer) => Result | undefined;
  /** When the wait ends, with `timedOut`; null for never. One more look is taken first. */
  readonly untilMs: number | null;
  readonly timedOut: () => Error;
  /** Whether the end of the time ends the wait although the store cannot be asked. */
  readonly isPunctual?: boolean;
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told when it was seen not to be there yet. Perhaps more than once. */
  readonly pending?: () => void;
}

/** Waits until a look finds what is wanted. */
export function watchFor<Question, Answer, Result>(
  lookout: Lookout<Question, Answer>,
  deps: EngineDeps,
  wanted: Wanted<Question, Answer, Result>,
): Promise<Result> {
  const { runId, question, judge, untilMs, timedOut, signal } = wanted;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    let isLate = untilMs !== null && deps.clock.now() >= untilMs;
    let isAskedLate = false;
    const end = (settle: () => void): true => {
      forget();
      cancelTimer?.();
      signal?.removeEventListener('abort', abort);
      settle();
      return true;
    };
    const abort = (): void => void end(() => reject(signal?.reason));
    const forget = lookout.add({
      runId,
      question: () => {
        isAskedLate = isLate;
        return question();
      },
      found(answer) {
        try {
          const result = judge(answer);
          if (result !== undefined) return end(() => resolve(result));
        } catch (error) {
          return end(() => reject(error));
        }
        if (isAskedLate) return end(() => reject(timedOut()));
        wanted.pending?.();
        return false;
      },
      failed: () => wanted.isPunctual === true && isLate && end(() => reject(timedOut())),
      fail: (error) => void end(() => reject(error)),
    });
    const late = (): void => {
      isLate = true;
      lookout.heard([runId]);
    };
    const cancelTimer = untilMs === null || isLate ? undefined : deps.clock.at(untilMs, late);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
