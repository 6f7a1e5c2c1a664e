import { setTimeout as delay } from 'node:timers/promises';

/** Waits so long, or until the signal. Never rejects: the caller asks the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** How long to wait before a lost connection is made again: 10 ms at first, a second at most, and never in step. */
export function backoffMs(tries: number): number {
  return Math.min(1000, 10 * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2);
}
