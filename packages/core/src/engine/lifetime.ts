import { setMaxListeners } from 'node:events';

/**
 * How long a run is in its executor's hands, as a signal that aborts when it leaves. The signal is made when it is first
 * asked for: most runs end without, and an abort costs as much as a step.
 */
export class Lifetime {
  #controller: AbortController | undefined;
  #isOver = false;

  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    setMaxListeners(0, this.#controller.signal); // each open call may listen
    if (this.#isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  end(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}
