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
  readonly #elsewhere: ReadonlySet<string>;

  /** `elsewhere`: what the code of this process defines for other apps than this one. */
  constructor(deps: EngineDeps, queues: readonly Queue[], elsewhere: readonly Queue[] = []) {
    this.#deps = deps;
    this.#names = new Set(queues.map(({ name }) => name));
    this.#elsewhere = new Set(elsewhere.map(({ name }) => name));
  }

  /** Whether code of this process defines it: if it is not in the store yet, it is when the app is launched that has it. */
  isDefinedHere(name: string): boolean {
    return this.#names.has(name) || this.#elsewhere.has(name);
  }

  /** Does nothing if there is such a queue, or if none is named. @throws HoldfastError UNKNOWN_QUEUE. */
  async check(name: string | null): Promise<void> {
    if (name === null || this.#names.has(name)) return;
    if (!(await this.#deps.store.queues.find(name))) throw unknownQueue(name);
    this.#names.add(name);
  }

  /** The same, however long the store cannot be reached. */
  async checkSurely(name: string | null): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.check(name);
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
