import type { CancelTimer } from '../time/index.js';
import type { EngineDeps } from './deps.js';

/** Something that any executor does now and then for all of them. */
export interface Chore {
  readonly name: string;
  /** The longest pause between two times, in milliseconds; shortened a little by chance, so that executors spread. */
  readonly everyMs: number;
  /** Does it once. Answers in how many milliseconds there will be something to do again, if that is known. */
  run(): Promise<number | null>;
}

interface Planned {
  readonly chore: Chore;
  atMs: number;
  cancelTimer: CancelTimer | undefined;
  running: Promise<void> | undefined;
  isWantedAgain: boolean;
}

/** Does chores, each by itself: at intervals, when one says that it is due, and when somebody asks for it. */
export class Upkeep {
  readonly #deps: EngineDeps;
  readonly #planned = new Map<string, Planned>();
  #isStopped = true;

  constructor(deps: EngineDeps, chores: readonly Chore[]) {
    this.#deps = deps;
    for (const chore of chores) {
      const atMs = Number.POSITIVE_INFINITY;
      this.#planned.set(chore.name, {
        chore,
        atMs,
        cancelTimer: undefined,
        running: undefined,
        isWantedAgain: false,
      });
    }
  }

  /** Begins: each chore is done soon. */
  start(): void {
    this.#isStopped = false;
    for (const name of this.#planned.keys()) this.soon(name);
  }

  /** Does a chore now, or once more if it is being done. */
  soon(name: string): void {
    const planned = this.#planned.get(name);
    if (!planned || this.#isStopped) return;
    planned.isWantedAgain = true;
    planned.running ??= this.#do(planned).finally(() => {
      planned.running = undefined;
      if (planned.isWantedAgain) this.soon(name);
    });
  }

  /** There will be something to do for a chore then: makes sure that it is done by then. */
  dueAt(name: string, atMs: number): void {
    const planned = this.#planned.get(name);
    if (!planned || this.#isStopped || atMs >= planned.atMs) return;
    planned.cancelTimer?.();
    planned.atMs = atMs;
    planned.cancelTimer = this.#deps.clock.at(atMs, () => {
      planned.atMs = Number.POSITIVE_INFINITY;
      this.soon(name);
    });
  }

  /** Does no more chores. Resolves when those under way are done. */
  async stop(): Promise<void> {
    this.halt();
    for (const { running } of this.#planned.values()) await running;
  }

  /** Stops dead. */
  halt(): void {
    this.#isStopped = true;
    for (const planned of this.#planned.values()) planned.cancelTimer?.();
  }

  async #do(planned: Planned): Promise<void> {
    const { chore } = planned;
    planned.isWantedAgain = false;
    let nextInMs: number | null = null;
    try {
      nextInMs = await chore.run();
    } catch (error) {
      this.#deps.logger.warn({ error, chore: chore.name }, 'a chore failed; it is done again later');
    }
    const { clock, random } = this.#deps;
    const pauseMs = chore.everyMs * (0.8 + 0.2 * random());
    this.dueAt(chore.name, clock.now() + Math.min(pauseMs, Math.ceil(nextInMs ?? pauseMs) + 1));
  }
}
