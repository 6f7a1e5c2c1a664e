import type { CancelTimer, Clock } from '../time/index.js';

/** A clock set by the store's, so that executors on machines whose clocks differ agree on when a run is due. */
export class StoreClock implements Clock {
  readonly #machine: Clock;
  #offsetMs = 0;

  constructor(machine: Clock) {
    this.#machine = machine;
  }

  now(): number {
    return this.#machine.now() + this.#offsetMs;
  }

  at(atMs: number, fire: () => void): CancelTimer {
    return this.#machine.at(atMs - this.#offsetMs, fire);
  }

  /**
   * The store's time, read somewhere within a round trip that ended now. As long as that does not contradict what is
   * believed, nothing changes: a clock that follows every measurement would jump about.
   */
  set(storeNowMs: number, roundTripMs: number): void {
    const measuredMs = storeNowMs + roundTripMs / 2 - this.#machine.now();
    // A millisecond more, as both times are whole ones.
    if (Math.abs(measuredMs - this.#offsetMs) > roundTripMs / 2 + 1) this.#offsetMs = measuredMs;
  }
}
