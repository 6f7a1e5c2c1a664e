/**
 * The order in which results are handed to a workflow: strictly by ordinal, one at a time.
 *
 * A result takes its ordinal when it is sent to the store, and is ready when it is there. One that is ready waits for
 * every lower ordinal that is still on its way. A lower ordinal that never arrived (a transaction that rolled back, a
 * crash) is given up and leaves a gap: nobody saw it, so the order that was seen is still the order of ordinals.
 */
export class Delivery<T> {
  readonly #items = new Map<number, T | undefined>();
  /** Ordinals, lowest first; outstanding from `#head` on. New ones are the highest, so appending keeps the order. */
  #order: number[];
  #head = 0;
  #highest: number;

  /**
   * @param recorded ordinals that a journal already holds; each becomes ready once the workflow makes its call.
   * @param after every ordinal is higher than this one.
   */
  constructor(recorded: readonly number[] = [], after = 0) {
    this.#order = [...recorded].sort((a, b) => a - b);
    this.#highest = this.#order.at(-1) ?? after;
    for (const ordinal of this.#order) this.#items.set(ordinal, undefined);
  }

  /** Takes the next ordinal for a result that is about to be sent to the store. */
  assign(): number {
    this.#highest += 1;
    this.#order.push(this.#highest);
    this.#items.set(this.#highest, undefined);
    return this.#highest;
  }

  /** The result with this ordinal is in the store: it may be handed over when its turn comes. */
  ready(ordinal: number, item: T): void {
    this.#items.set(ordinal, item);
  }

  /** The result with this ordinal did not get into the store. */
  giveUp(ordinal: number): void {
    this.#items.delete(ordinal);
  }

  /** Takes the next result, if its turn has come. */
  take(): T | undefined {
    this.#skipGaps();
    const first = this.#order[this.#head];
    if (first === undefined) return undefined;
    const item = this.#items.get(first);
    if (item === undefined) return undefined;
    this.#items.delete(first);
    this.#pass();
    return item;
  }

  /** Whether a result can be taken now. */
  get hasNext(): boolean {
    this.#skipGaps();
    const first = this.#order[this.#head];
    return first !== undefined && this.#items.get(first) !== undefined;
  }

  /** Whether every ordinal that was given out or recorded has been handed over or given up. */
  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  #skipGaps(): void {
    while (this.#head < this.#order.length && !this.#items.has(this.#order[this.#head]!)) this.#pass();
  }

  /** Goes past the first ordinal. Cut off many at a time: shifting each would move a long journal once per result. */
  #pass(): void {
    this.#head += 1;
    if (this.#head < 1024 || this.#head * 2 < this.#order.length) return;
    this.#order = this.#order.slice(this.#head);
    this.#head = 0;
  }
}
