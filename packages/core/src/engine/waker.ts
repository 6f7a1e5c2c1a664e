import type { EngineDeps } from './deps.js';

/** The most pieces of news that are read at a time. */
const PORTION = 1000;

/** Brings the news that parked runs wait for: at once when something happened here, and when the lease is renewed in case nobody did. */
export class Waker {
  readonly #deps: Pick<EngineDeps, 'store' | 'logger'>;
  readonly #offerWork: () => void;
  #isWanted = false;
  #isBusy = false;
  #isHalted = false;
  #idle: (() => void)[] = [];

  /** @param offerWork says that runs are due. */
  constructor(deps: Pick<EngineDeps, 'store' | 'logger'>, offerWork: () => void) {
    this.#deps = deps;
    this.#offerWork = offerWork;
  }

  /** There is news, or may be. */
  soon(): void {
    this.#isWanted = true;
    if (!this.#isBusy) void this.#work();
  }

  /** Resolves when all news is read that there was. */
  async idle(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  halt(): void {
    this.#isHalted = true;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#isWanted && !this.#isHalted) {
      this.#isWanted = false;
      try {
        const { runs, hasMore } = await this.#deps.store.waits.wake(PORTION);
        if (runs > 0) this.#offerWork();
        if (hasMore) this.#isWanted = true;
      } catch (error) {
        this.#deps.logger.debug({ error }, 'news for parked runs could not be read; it is read again later');
      }
    }
    this.#isBusy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
