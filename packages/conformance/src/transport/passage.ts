import type { Delivery } from './delivery.js';
import type { FromWorker, Point, WorkerConfig } from './messages.js';

/** The way of each delivery from the transport into the store: where it is watched, held up, and where a worker dies. */
export class Passage {
  readonly #death: WorkerConfig['death'];
  readonly #tell: (message: FromWorker) => void;
  readonly #gate: Promise<void>;
  #open: () => void = () => undefined;
  #now = 0;
  #most = 0;

  constructor({ death, isShut }: WorkerConfig, tell: (message: FromWorker) => void) {
    this.#death = death;
    this.#tell = tell;
    this.#gate = isShut
      ? new Promise((resolve) => {
          this.#open = resolve;
        })
      : Promise.resolve();
  }

  open(): void {
    this.#open();
  }

  /** A delivery is about to be started. Resolves when it may be. */
  async enter({ id }: Delivery): Promise<void> {
    this.pass('received', id);
    this.#now += 1;
    this.#most = Math.max(this.#most, this.#now);
    this.#tell({ kind: 'starting', now: this.#now, most: this.#most });
    await this.#gate;
    this.#now -= 1;
  }

  /** Dies here, by a signal that nothing can catch, if this is where the worker is to die. */
  pass(point: Point, deliveryId: string): void {
    if (this.#death?.point !== point || this.#death.delivery !== deliveryId) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal comes at once, but not before the next instruction.
    for (;;);
  }
}
