import type { WaitPosition, WaitStore } from '../store/index.js';
import type { Chore } from './upkeep.js';
import type { Waker } from './waker.js';

/** How often it is looked for news that nobody brought, as its process died, and for waits that are over, in milliseconds. */
const NEWS_EVERY_MS = 5000;
const SWEEP_EVERY_MS = 60_000;

/** The most waits that are looked at in one go, and the pause between two of them while there are more, in milliseconds. */
const PORTION = 1000;
const SWEEP_PAUSE_MS = 5000;

/** Brings news that is still there although whoever made it should have brought it. */
export function newsChore(waker: Waker): Chore {
  return {
    name: 'news',
    everyMs: NEWS_EVERY_MS,
    run: async () => ((await waker.wake()) ? 0 : null),
  };
}

/** Clears away waits of runs that have ended, and finds those that no news will ever come for. */
export function waitsChore(store: { readonly waits: WaitStore }, waker: Waker): Chore {
  let after: WaitPosition | null = null;
  return {
    name: 'waits',
    everyMs: SWEEP_EVERY_MS,
    async run() {
      const { next, hasNews } = await store.waits.sweep(after, PORTION);
      after = next;
      if (hasNews) waker.soon();
      return next ? SWEEP_PAUSE_MS : null;
    },
  };
}
