import type { EndedPosition, PruneCriteria, RetentionStore } from '../store/index.js';
import type { Clock } from '../time/index.js';
import type { Chore } from './upkeep.js';

/** How often it is looked for runs that are kept no longer, in milliseconds. */
const EVERY_MS = 60_000;

/** The most runs that one statement deletes. */
export const PRUNE_LIMIT = 1000;

/** How long runs that could not be deleted are left in peace, in milliseconds. */
const PATIENCE_MS = 3_600_000;

/** A rule, and how far the runs that have ended were gone through for it. */
interface Sweep {
  readonly criteria: PruneCriteria;
  after: EndedPosition | null;
  beganAtMs: number;
  hasKept: boolean;
}

/**
 * Deletes runs that are kept no longer, a portion at a time; as long as there are more it goes on at once.
 *
 * A run that a rule has left alone is not looked at again: its state and its workflow do not change. So a look costs what
 * has come of age since the last one, and not what is kept. Only those that still had to wait for others are looked for
 * again, from time to time. Executors do this side by side, and pass over what another one has in hand.
 */
export class RetentionChore implements Chore {
  readonly name = 'retention';
  readonly everyMs = EVERY_MS;
  readonly #store: { readonly retention: RetentionStore };
  readonly #clock: Clock;
  readonly #sweeps: readonly Sweep[];

  constructor(
    { store, clock }: { readonly store: { readonly retention: RetentionStore }; readonly clock: Clock },
    rules: readonly PruneCriteria[],
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#sweeps = rules.map((criteria) => ({
      criteria,
      after: null,
      beganAtMs: clock.now(),
      hasKept: false,
    }));
  }

  async run(): Promise<number | null> {
    let hasMore = false;
    for (const sweep of this.#sweeps) hasMore = (await this.#portion(sweep)) || hasMore;
    return hasMore ? 0 : null;
  }

  async #portion(sweep: Sweep): Promise<boolean> {
    const { criteria, after } = sweep;
    const pruned = await this.#store.retention.prune({ criteria, after, limit: PRUNE_LIMIT });
    sweep.after = pruned.last ?? after;
    sweep.hasKept ||= pruned.kept > 0;
    if (!pruned.hasMore) this.#endOf(sweep);
    return pruned.hasMore;
  }

  #endOf(sweep: Sweep): void {
    const nowMs = this.#clock.now();
    // One that ends in a transaction which stays open for long becomes visible late, behind others.
    const isShort = sweep.criteria.afterMs < PATIENCE_MS;
    if (!isShort && !(sweep.hasKept && nowMs >= sweep.beganAtMs + PATIENCE_MS)) return;
    sweep.after = null;
    sweep.hasKept = false;
    sweep.beganAtMs = nowMs;
  }
}
