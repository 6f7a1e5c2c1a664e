/**
 * The bodies of a run's steps that are being executed. A body that was told to stop may go on, as may one that timed out:
 * while one does, the run still takes up what it took up.
 */
export class Bodies {
  #running = 0;
  #settled: (() => void)[] = [];

  /** Executes a body. */
  async enter<T>(body: () => T | Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await body();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#settled.splice(0)) resolve();
    }
  }

  /** Resolves when none is being executed. */
  async settled(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }
}
