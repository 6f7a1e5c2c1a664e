import type { HeldRun, Store } from '../store/index.js';
import type { Chore } from './upkeep.js';

/** How often it is asked where no signal tells. */
const EVERY_MS = 1000;

/** What holds runs. */
export interface Holder {
  readonly held: readonly HeldRun[];
  dropHeld(lost: readonly HeldRun[]): void;
}

/**
 * Finds out which of the runs that execute here were cancelled, or taken by another executor: where other processes'
 * signals do not arrive, and when some may have been missed. Else it asks nothing.
 */
export class HeldRunsChore implements Chore {
  static readonly NAME = 'held runs';
  readonly name = HeldRunsChore.NAME;
  readonly everyMs = EVERY_MS;
  readonly #store: Store;
  readonly #holder: Holder;
  #isDoubtful = false;
  /** Whether other processes' signals arrive. */
  hears = false;

  constructor(store: Store, holder: Holder) {
    this.#store = store;
    this.#holder = holder;
  }

  /** Signals may have been missed: it asks when it is done next. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /**
   * These runs were cancelled: those that execute here are dropped. The word of it may come late, when one was taken up again
   * since, to go on or to be undone: so it is asked which are lost. Never rejects.
   */
  async cancelled(runIds: readonly string[]): Promise<void> {
    const ids = new Set(runIds);
    try {
      await this.#drop(this.#holder.held.filter(({ id }) => ids.has(id)));
    } catch {
      // The chore asks again, and tells if it cannot.
      this.#isDoubtful = true;
    }
  }

  async run(): Promise<null> {
    const { held } = this.#holder;
    if (this.hears && !this.#isDoubtful) return null;
    this.#isDoubtful = false;
    try {
      await this.#drop(held);
      return null;
    } catch (error) {
      this.#isDoubtful = true;
      throw error;
    }
  }

  async #drop(held: readonly HeldRun[]): Promise<void> {
    if (held.length === 0) return;
    const lost = new Set(await this.#store.control.lost(held.map(({ id, epoch }) => ({ id, epoch }))));
    this.#holder.dropHeld(held.filter(({ id }) => lost.has(id)));
  }
}
