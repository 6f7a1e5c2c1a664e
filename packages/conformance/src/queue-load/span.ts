/** When something was asked and answered: what was answered before something else was asked came before it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Counts questions and answers of this process. */
export class Ticks {
  #now = 0;

  next(): number {
    return ++this.#now;
  }
}
