/** Chance that can be repeated. */
export interface Dice {
  /** From 0 to 1, 1 excluded. */
  fraction(): number;
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
}

/** The same seed gives the same throws. */
export function diceFrom(seed: number): Dice {
  let state = seed >>> 0;
  // Mulberry32.
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    between: (low, high) => low + fraction() * (high - low),
    pick: (list) => list[Math.floor(fraction() * list.length)]!,
  };
}
