/** Something that does at most one thing a turn. */
export interface TurnTaker {
  turn(): void;
}

/**
 * Turns of the event loop, shared by all runs: each run that asked gets one turn, then all microtasks drain before
 * the next. That is what makes "one result at a time" hold live and on replay alike.
 */
export class Turns {
  #asked = new Set<TurnTaker>();
  #isScheduled = false;

  /** Asks for a turn. Asking twice before it comes gives one. */
  ask(taker: TurnTaker): void {
    this.#asked.add(taker);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#give());
  }

  #give(): void {
    const takers = this.#asked;
    this.#asked = new Set();
    this.#isScheduled = false;
    // A turn only settles promises of its own run, so the takers of one turn cannot see each other.
    for (const taker of takers) taker.turn();
  }
}
