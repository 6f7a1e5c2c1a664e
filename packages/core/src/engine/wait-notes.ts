import type { WaitingRun } from '../store/index.js';
import type { EngineDeps } from './deps.js';

interface Noting {
  readonly run: WaitingRun;
  readonly resolve: (hasComeAbout: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Has the store note what runs wait for that are about to be parked: one write is under way at a time, the next gathers. */
export class WaitNotes {
  readonly #deps: Pick<EngineDeps, 'store'>;
  #gathered: Noting[] = [];
  #isBusy = false;

  constructor(deps: Pick<EngineDeps, 'store'>) {
    this.#deps = deps;
  }

  /**
   * Notes what a run waits for. Resolves, when that is written, with whether some of it has come about already: the run must
   * not be parked then.
   */
  note(run: WaitingRun): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ run, resolve, reject });
      if (this.#isBusy) return;
      this.#isBusy = true;
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#gathered.length > 0) {
      const notings = this.#gathered;
      this.#gathered = [];
      try {
        const come = new Set(await this.#deps.store.waits.note(notings.map(({ run }) => run)));
        for (const { run, resolve } of notings) resolve(come.has(run.runId));
      } catch (error) {
        for (const { reject } of notings) reject(error);
      }
    }
    this.#isBusy = false;
  }
}
