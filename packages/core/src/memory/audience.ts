import type { Attendance, Signal, StoreListener } from '../store/index.js';

interface Seat {
  readonly executorId: string;
  readonly listener: StoreListener;
}

/** Who listens. Everything is told in a later turn of the event loop, as news from another process would arrive. */
export class Audience {
  readonly #seats = new Set<Seat>();
  readonly #isLeased: (executorId: string) => boolean;

  /** @param isLeased whether an executor still has a lease: leaving without signing off means that its process died. */
  constructor(isLeased: (executorId: string) => boolean) {
    this.#isLeased = isLeased;
  }

  join(executorId: string, listener: StoreListener): Attendance {
    const seat = { executorId, listener };
    this.#seats.add(seat);
    return {
      hears: true,
      close: async () => {
        if (!this.#seats.delete(seat) || !this.#isLeased(executorId)) return;
        this.#tell((other) => other.listener.peerLost(executorId));
      },
    };
  }

  /** Tells everybody, the speaker too: two apps may share one handle. */
  announce(signals: readonly Signal[]): void {
    for (const signal of signals) {
      const copy = copySignal(signal);
      this.#tell(({ listener }) => listener.signal(copy));
    }
  }

  #tell(say: (seat: Seat) => void): void {
    for (const seat of this.#seats) {
      setImmediate(() => {
        if (this.#seats.has(seat)) say(seat);
      });
    }
  }
}

function copySignal(signal: Signal): Signal {
  return Object.freeze(
    'runIds' in signal ? { ...signal, runIds: Object.freeze([...signal.runIds]) } : { ...signal },
  );
}
