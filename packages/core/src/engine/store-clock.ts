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

  /** The store's time, as it was when its answer arrived. */
  set(storeNowMs: number): void {
    this.#offsetMs = storeNowMs - this.#machine.now();
  }
}
