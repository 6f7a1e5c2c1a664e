/**
 * The bodies of a run's steps that are being executed. A body that was told to stop may go on, as may one that timed out:
 * while one does, the run still takes up what it took up.
 */
export class Bodies {
  #running = 0;
  #settled: (() => void)[] = [];

  /** Executes a body, and gives what it gives: a value or a promise. */
  enter(body: () => unknown): unknown {
    this.#running += 1;
    let promise: Promise<unknown> | undefined;
    try {
      const given = body();
      if (!isThenable(given)) return given;
      // HAZARD: the `then` of what is not a plain promise may do the work, as that of a query does: it is called once.
      promise =
        Object.getPrototypeOf(given) === Promise.prototype
          ? (given as Promise<unknown>)
          : Promise.resolve(given);
      promise.then(this.#left, this.#left);
      return promise;
    } finally {
      if (!promise) this.#left();
    }
  }

  readonly #left = (): void => {
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#settled.splice(0)) resolve();
  };

  /** Resolves when none is being executed. */
  async settled(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
