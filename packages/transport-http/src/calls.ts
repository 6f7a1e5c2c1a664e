import { COME_AGAIN, Problem } from './problem.js';

/** A request that is being served, until the last byte of its answer is sent. */
export interface Call {
  /** Aborted when its answer is of no use to anybody any more: the caller has left, or the handler is closing. */
  readonly signal: AbortSignal;
  /** Keeps it open until what it gives is called, whatever else ends. */
  readonly hold: () => () => void;
  /** It ends, unless something holds it. */
  readonly release: () => void;
}

/** All requests that are being served. */
export class Calls {
  readonly #open = new Set<AbortController>();
  #isClosing = false;
  readonly #emptied: (() => void)[] = [];

  /** How many requests are being served. */
  get size(): number {
    return this.#open.size;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** @throws Problem SHUT_DOWN */
  begin(request: Request): Call {
    if (this.#isClosing)
      throw new Problem(
        503,
        'SHUT_DOWN',
        'This server is shutting down. Another one may serve you.',
        COME_AGAIN,
      );
    const controller = new AbortController();
    // One signal made of both would stay on the handler's as long as that lives.
    const leave = (): void => controller.abort();
    request.signal.addEventListener('abort', leave, { once: true });
    if (request.signal.aborted) leave();
    this.#open.add(controller);
    let holders = 0;
    const hold = (): (() => void) => {
      holders += 1;
      return () => {
        holders -= 1;
        if (holders > 0) return;
        request.signal.removeEventListener('abort', leave);
        this.#ended(controller);
      };
    };
    return { signal: controller.signal, hold, release: hold() };
  }

  /** Begins no other one, ends what only waits, and resolves when all are answered. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const controller of this.#open) controller.abort();
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  #ended(controller: AbortController): void {
    this.#open.delete(controller);
    if (this.#open.size === 0) for (const resolve of this.#emptied.splice(0)) resolve();
  }
}
