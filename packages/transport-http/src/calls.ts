import { COME_AGAIN, Problem } from './problem.js';

/** A request that is being served, until the last byte of its answer is sent. */
export interface Call {
  /** Aborted when its answer is of no use to anybody any more: the caller has left, or the handler is closing. */
  readonly signal: AbortSignal;
  end(): void;
}

/** All requests that are being served. */
export class Calls {
  readonly #open = new Map<Call, AbortController>();
  #isClosing = false;
  #emptied: (() => void) | undefined;

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
    const { signal } = controller;
    // One signal made of both would stay on the handler's as long as that lives.
    const leave = (): void => controller.abort();
    request.signal.addEventListener('abort', leave, { once: true });
    if (request.signal.aborted) leave();
    const call: Call = {
      signal,
      end: () => {
        request.signal.removeEventListener('abort', leave);
        this.#open.delete(call);
        if (this.#open.size === 0) this.#emptied?.();
      },
    };
    this.#open.set(call, controller);
    return call;
  }

  /** Begins no other one, ends what only waits, and resolves when all are answered. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const controller of this.#open.values()) controller.abort();
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      const before = this.#emptied;
      this.#emptied = () => {
        before?.();
        resolve();
      };
    });
  }
}
