import type { OffsetMove, OffsetRecord } from '../store/index.js';
import { unclaimed } from './debouncer.js';
import type { EngineDeps } from './deps.js';
import type { Executor } from './executor.js';
import { shutDown } from './run-errors.js';
import type { StartRequest, Workflows } from './workflows.js';

/** The parts that readers of logs are moved on with. */
export interface OffsetsParts {
  readonly workflows: Workflows;
  readonly executor: Executor;
  readonly isClosing: () => boolean;
}

/** Moves readers of logs on, together with the runs of what they read. */
export class Offsets {
  readonly #deps: EngineDeps;
  readonly #parts: OffsetsParts;

  constructor(deps: EngineDeps, parts: OffsetsParts) {
    this.#deps = deps;
    this.#parts = parts;
  }

  read(reader: string): Promise<readonly OffsetRecord[]> {
    this.checkOpen();
    return this.#deps.store.offsets.read(reader);
  }

  /**
   * False if the reader does not stand where it was believed to. The store is asked once: whoever reads a log must know
   * soon that it cannot go on.
   */
  async advance(move: Omit<OffsetMove, 'starts'>, requests: readonly StartRequest[]): Promise<boolean> {
    this.checkOpen();
    const { workflows, executor } = this.#parts;
    const starts = await Promise.all(requests.map(async (one) => unclaimed(await workflows.newRun(one))));
    this.checkOpen();
    const isAdvanced = await this.#deps.store.offsets.advance({ ...move, starts });
    if (isAdvanced && starts.length > 0) executor.offer(Math.min(...starts.map(({ delayMs }) => delayMs)));
    return isAdvanced;
  }

  forget(reader: string, log: string | null): Promise<number> {
    this.checkOpen();
    return this.#deps.store.offsets.forget(reader, log);
  }

  checkOpen(): void {
    if (this.#parts.isClosing()) throw shutDown();
  }
}
