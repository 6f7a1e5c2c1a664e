import type { Queue } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import type { EngineDeps } from './deps.js';

/**
 * The queues that runs may be started in: those that this app defines, and those that the store knows. Each name is asked
 * for once.
 */
export class KnownQueues {
  readonly #deps: EngineDeps;
  readonly #names: Set<string>;

  constructor(deps: EngineDeps, queues: readonly Queue[]) {
    this.#deps = deps;
    this.#names = new Set(queues.map(({ name }) => name));
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Asks the store for a queue. @throws HoldfastError UNKNOWN_QUEUE if it has none of that name. */
  async find(name: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        if (!(await this.#deps.store.queues.find(name))) throw unknownQueue(name);
        this.#names.add(name);
        return;
      } catch (error) {
        if (!this.#deps.store.isTransient(error)) throw error;
        await pause(STORE_BACKOFF, tries, this.#deps);
      }
    }
  }
}

function unknownQueue(name: string): HoldfastError {
  return new HoldfastError(
    'UNKNOWN_QUEUE',
    `There is no queue "${name}": no app has defined it. Define it with queue('${name}'), or make it with ` +
      `app.queues.set('${name}', {}).`,
    { details: { queue: name } },
  );
}
