import type { Signal } from '../store/index.js';
import type { EngineDeps } from './deps.js';

type SignalOfRuns = Extract<Signal, { readonly runIds: unknown }>['kind'];

/** How long signals gather before one message carries them, in milliseconds. */
const GATHER_MS = 5;

/** Tells other processes what was committed here: after the commit, many at a time, and only when there are others. */
export class Announcer {
  readonly #deps: EngineDeps;
  /** The runs of each kind of signal that is about runs. */
  readonly #runs = new Map<SignalOfRuns, Set<string>>();
  #hasWork = false;
  #hasSchedules = false;
  #isScheduled = false;
  #isHalted = false;
  /** Whether any other process could be listening. */
  hasAudience = false;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  say(signal: Signal): void {
    if (!this.hasAudience || this.#isHalted) return;
    if ('runIds' in signal) {
      const runs = this.#runs.get(signal.kind) ?? new Set();
      for (const id of signal.runIds) runs.add(id);
      if (runs.size > 0) this.#runs.set(signal.kind, runs);
    }
    if (signal.kind === 'work') this.#hasWork = true;
    if (signal.kind === 'schedules') this.#hasSchedules = true;
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
    if (this.#hasSchedules) signals.push({ kind: 'schedules' });
    for (const [kind, runs] of this.#runs) signals.push({ kind, runIds: [...runs] });
    this.#hasWork = false;
    this.#hasSchedules = false;
    this.#runs.clear();
    return signals;
  }
}
