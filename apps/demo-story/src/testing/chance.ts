/** Numbers from 0 to 1 that follow from a seed (mulberry32), so that a test that failed can be repeated. */
export class Chance {
  readonly seed: number;
  #state: number;

  /** @param seed default: HOLDFAST_SEED, or else a new one. */
  constructor(seed = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 32))) {
    this.seed = seed;
    this.#state = seed;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` up to, and without, `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length)]!;
  }
}
