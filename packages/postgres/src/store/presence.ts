import { randomUUID } from 'node:crypto';
import type { Attendance, Signal, StoreListener } from '@holdfast/core/internal';
import type { Driver } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { sendNotifications } from '../sql/signals/notify.js';
import { Ear } from './ear.js';
import { fromPayload, toPayloads } from './signals.js';
import { Watch } from './watch.js';

/** Who listens on this store, in the name of which executor. */
interface Seat {
  readonly executorId: string | undefined;
  close(): Promise<void>;
}

/** What executors of this process hear from other processes, and show them. */
export class Presence {
  readonly #driver: Driver;
  readonly #statements: Statements;
  readonly #origin = randomUUID();
  readonly #seats = new Set<Seat>();
  #isClosed = false;

  constructor(driver: Driver, statements: Statements) {
    this.#driver = driver;
    this.#statements = statements;
  }

  /** Whether an executor of this process holds its lock. */
  attends(executorId: string): boolean {
    return [...this.#seats].some((seat) => seat.executorId === executorId);
  }

  async attend(executorId: string, listener: StoreListener): Promise<Attendance> {
    const close = this.#driver.openSession
      ? await this.#attendBySessions(executorId, listener)
      : await this.#listenWithin(listener);
    return this.#seat(executorId, close);
  }

  async listen(listener: StoreListener): Promise<Attendance> {
    const close = this.#driver.openSession
      ? await this.#listenBySession(listener)
      : await this.#listenWithin(listener);
    return this.#seat(undefined, close);
  }

  async #seat(executorId: string | undefined, close: (() => Promise<void>) | undefined): Promise<Attendance> {
    // Closed while it was on its way: nobody else would end its sessions, and they would keep the process alive.
    if (this.#isClosed) await close?.();
    if (!close || this.#isClosed) return { hears: false, close: async () => undefined };
    const seat: Seat = { executorId, close };
    this.#seats.add(seat);
    return {
      hears: true,
      close: async () => {
        if (this.#seats.delete(seat)) await seat.close();
      },
    };
  }

  async announce(signals: readonly Signal[]): Promise<void> {
    if (signals.length === 0) return;
    const payloads = JSON.stringify(toPayloads(signals, this.#origin));
    const { name } = this.#statements.schema;
    await this.#statements.run(this.#driver.query, sendNotifications, [name, payloads]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const seats = [...this.#seats];
    this.#seats.clear();
    await Promise.all(seats.map((seat) => seat.close()));
  }

  async #attendBySessions(
    executorId: string,
    listener: StoreListener,
  ): Promise<(() => Promise<void>) | undefined> {
    const base = { driver: this.#driver, statements: this.#statements, executorId };
    const watch = new Watch({
      ...base,
      openingMs: () => ear.openingMs,
      lost: (lostId) => listener.peerLost(lostId),
    });
    const ear = new Ear({
      ...base,
      hear: (payload) => this.#deliver(payload, listener, () => watch.poke()),
      missed: () => listener.missedSignals(),
    });
    if (!(await ear.open())) return undefined;
    watch.open();
    return async () => void (await Promise.all([ear.close(), watch.close()]));
  }

  async #listenBySession(listener: StoreListener): Promise<(() => Promise<void>) | undefined> {
    const ear = new Ear({
      driver: this.#driver,
      statements: this.#statements,
      executorId: undefined,
      hear: (payload) => this.#deliver(payload, listener),
      missed: () => listener.missedSignals(),
    });
    return (await ear.open()) ? () => ear.close() : undefined;
  }

  async #listenWithin(listener: StoreListener): Promise<(() => Promise<void>) | undefined> {
    const { name } = this.#statements.schema;
    return this.#driver.listen?.(name, (payload) => this.#deliver(payload, listener));
  }

  #deliver(payload: string, listener: StoreListener, peersChanged?: () => void): void {
    const received = fromPayload(payload);
    if (!received) return;
    // Our own come back to us. Where two apps share this store, either may have sent it.
    if (received.origin === this.#origin && this.#seats.size <= 1) return;
    if (received.signal.kind === 'peers') peersChanged?.();
    listener.signal(received.signal);
  }
}
