/** Cancels a timer. Cancelling one that fired, or twice, does nothing. */
export type CancelTimer = () => void;

/** Where the engine gets its time from. Everything that waits or stamps goes through one of these. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `fire` once, at or after `atMs`. Any distance is allowed, also beyond Node's 24.8 days. */
  at(atMs: number, fire: () => void): CancelTimer;
}

/** Node overflows longer timers to 1 ms, so long waits are cut into pieces of this many milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Node's timers and `Date` run by two clocks, so a timer may come a millisecond early. One that comes earlier than this
 * means that the machine's time was set back: waiting that out would let leases lapse.
 */
const EARLY_MS = 5;

/** The machine's own clock. Its timers do not keep a process alive. */
export const systemClock: Clock = machineClock((timer) => timer.unref());

/** The same, with timers that do: for a program that does nothing but wait. */
export const foregroundClock: Clock = machineClock((timer) => timer);

function machineClock(hold: (timer: NodeJS.Timeout) => void): Clock {
  return {
    now: () => Date.now(),
    at(atMs, fire) {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const leftMs = atMs - Date.now();
        const isLong = leftMs > LONGEST_TIMER_MS;
        timer = isLong ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(come, Math.max(0, Math.ceil(leftMs)));
        hold(timer);
      };
      const come = (): void => {
        const leftMs = atMs - Date.now();
        if (leftMs > 0 && leftMs < EARLY_MS) arm();
        else fire();
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}

/** A promise of the moment `atMs`, or of an earlier `signal`. Never rejects: the caller asks the signal. */
export function waitUntil(clock: Clock, atMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.at(atMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
