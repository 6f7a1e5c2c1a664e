import type { LookingStore } from '../store/index.js';
import type { Chore } from './upkeep.js';

/** How often what was noted of ended runs is summed up, in milliseconds. */
const EVERY_MS = 60_000;

/** Keeps it cheap to count runs. */
export function tallyChore(store: { readonly looking: LookingStore }): Chore {
  return {
    name: 'sum up tallies',
    everyMs: EVERY_MS,
    async run() {
      await store.looking.sumUp();
      return null;
    },
  };
}
