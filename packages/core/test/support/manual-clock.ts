import type { CancelTimer, Clock } from '../../src/internal.js';

interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

/** A clock that a test moves. Timers fire in their order, in later turns of the event loop, as real ones would. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs: number;

  constructor(nowMs = Date.UTC(2030, 0, 1)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** When the timers are due that are set now. */
  get dueTimes(): number[] {
    return [...this.#timers].map(({ atMs }) => atMs);
  }

  at(atMs: number, fire: () => void): CancelTimer {
    const timer = { atMs, fire };
    this.#timers.add(timer);
    if (atMs <= this.#nowMs) setImmediate(() => this.#fire(timer));
    return () => void this.#timers.delete(timer);
  }

  /** Moves the time, all at once: what fell due meanwhile fires now, as on a machine that slept. */
  advance(ms: number): void {
    this.#nowMs += ms;
    const due = [...this.#timers].filter(({ atMs }) => atMs <= this.#nowMs);
    for (const timer of due.sort((a, b) => a.atMs - b.atMs)) setImmediate(() => this.#fire(timer));
  }

  /** Lets time pass, a few milliseconds at a time, until a promise has settled. */
  async passUntil<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (; !isSettled; this.advance(5)) {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    return promise;
  }

  #fire(timer: Timer): void {
    if (this.#timers.delete(timer)) timer.fire();
  }
}
