import { type Clock, waitUntil } from '../time/index.js';

/** Growing pauses between tries of something that must succeed in the end. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** For the store and the connections to it. */
export const STORE_BACKOFF: Backoff = { firstMs: 10, maxMs: 1000 };

/** Waits before try number `tries` + 1: doubling, capped, jittered so that many processes do not return together. */
export function pause(
  backoff: Backoff,
  tries: number,
  deps: { readonly clock: Clock; readonly random: () => number },
  signal?: AbortSignal,
): Promise<void> {
  const full = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(tries, 16));
  return waitUntil(deps.clock, deps.clock.now() + full * (0.5 + deps.random() / 2), signal);
}
