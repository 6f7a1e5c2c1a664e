import type { Signal } from '../store/index.js';
import type { EngineDeps } from './deps.js';

/** How long signals gather before one message carries them, in milliseconds. */
const GATHER_MS = 5;

/** Tells other processes what was committed here: after the commit, many at a time, and only when there are others. */
export class Announcer {
  readonly #deps: EngineDeps;
  readonly #finished = new Set<string>();
  readonly #cancelled = new Set<string>();
  #hasWork = false;
  #isScheduled = false;
  #isHalted = false;
  /** Whether any other process could be listening. */
  hasAudience = false;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  say(signal: Signal): void {
    if (!this.hasAudience || this.#isHalted) return;
    if (signal.kind === 'finished') for (const id of signal.runIds) this.#finished.add(id);
    if (signal.kind === 'cancelled') for (const id of signal.runIds) this.#cancelled.add(id);
    if (signal.kind === 'work') this.#hasWork = true;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#deps.clock.at(this.#deps.clock.now() + GATHER_MS, () => void this.flush());
  }

  /** Sends what has gathered. Never rejects: whoever misses a signal finds out by polling. */
  async flush(): Promise<void> {
    this.#isScheduled = false;
    const signals = this.#take();
    if (signals.length === 0 || this.#isHalted) return;
    try {
      await this.#deps.store.announce(signals);
    } catch (error) {
      this.#deps.logger.debug({ error }, 'signals to other processes were not sent');
    }
  }

  halt(): void {
    this.#isHalted = true;
  }

  #take(): Signal[] {
    const signals: Signal[] = [];
    if (this.#hasWork) signals.push({ kind: 'work' });
    if (this.#finished.size > 0) signals.push({ kind: 'finished', runIds: [...this.#finished] });
    if (this.#cancelled.size > 0) signals.push({ kind: 'cancelled', runIds: [...this.#cancelled] });
    this.#hasWork = false;
    this.#finished.clear();
    this.#cancelled.clear();
    return signals;
  }
}
