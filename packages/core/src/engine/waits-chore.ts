import type { WaitPosition, WaitStore } from '../store/index.js';
import type { Chore } from './upkeep.js';
import type { Waker } from './waker.js';

/** How often it is looked for waits that are over, in milliseconds. */
const EVERY_MS = 60_000;

/** The most waits that are looked at in one go, and the pause between two of them while there are more, in milliseconds. */
const PORTION = 1000;
const PAUSE_MS = 5000;

/** Clears away waits of runs that have ended, and finds those that no news will ever come for. */
export function waitsChore(store: { readonly waits: WaitStore }, waker: Waker): Chore {
  let after: WaitPosition | null = null;
  return {
    name: 'waits',
    everyMs: EVERY_MS,
    async run() {
      const { next, hasNews } = await store.waits.sweep(after, PORTION);
      after = next;
      if (hasNews) waker.soon();
      return next ? PAUSE_MS : null;
    },
  };
}
