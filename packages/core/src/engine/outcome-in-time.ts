import type { RunStatus } from '../store/index.js';
import { type Clock, waitUntil } from '../time/index.js';

/** How long the last look may take, in milliseconds: the store may be out of reach. */
const LAST_LOOK_MS = 1000;

/** A wait for a run's outcome that has an end. */
export interface TimedWait {
  readonly clock: Clock;
  readonly untilMs: number;
  /** Ends the wait before its time. */
  readonly signal?: AbortSignal;
  /** Waits for the outcome until the signal says that there is no point any more. */
  readonly wait: (over: AbortSignal) => Promise<RunStatus>;
  /** Looks at the store. Resolves when whoever waits has been told. */
  readonly look: () => Promise<void>;
}

/**
 * A run's outcome, or undefined if there was none in time. It is looked once more at the end: who wakes too late, because
 * it was parked or its machine slept, finds an outcome that is there.
 */
export async function outcomeInTime({
  clock,
  untilMs,
  signal,
  wait,
  look,
}: TimedWait): Promise<RunStatus | undefined> {
  const over = new AbortController();
  const endEarly = (): void => over.abort();
  if (signal?.aborted) return undefined;
  signal?.addEventListener('abort', endEarly, { once: true });
  let status: RunStatus | undefined;
  const outcome = wait(over.signal).then((found) => {
    status = found;
  });
  const lastLook = async (): Promise<void> => {
    await waitUntil(clock, untilMs, over.signal);
    if (over.signal.aborted) return;
    await Promise.race([look(), waitUntil(clock, clock.now() + LAST_LOOK_MS, over.signal)]);
    // What was found is on its way to the one who waits.
    await new Promise((resolve) => setImmediate(resolve));
  };
  try {
    await Promise.race([outcome, lastLook()]);
    return status;
  } finally {
    over.abort();
    signal?.removeEventListener('abort', endEarly);
  }
}
