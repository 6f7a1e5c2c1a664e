import { COME_AGAIN, Problem } from './problem.js';

/** How many may do something at a time. Who comes when all places are taken is sent away: waiting is for the caller. */
export class Places {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a place, and gives what frees it. @throws Problem OVERLOADED */
  take(): () => void {
    if (this.#taken >= this.#limit)
      throw new Problem(
        503,
        'OVERLOADED',
        'There is too much to do at the moment. Try again soon.',
        COME_AGAIN,
      );
    this.#taken += 1;
    let isFree = false;
    return () => {
      if (!isFree) this.#taken -= 1;
      isFree = true;
    };
  }

  /** @throws Problem OVERLOADED */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const free = this.take();
    try {
      return await work();
    } finally {
      free();
    }
  }
}
