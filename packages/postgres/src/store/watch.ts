import type { Driver, Session } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { driverState } from '../driver-state.js';
import { findMissing } from '../sql/executors/missing.js';
import { findNeighbour, type Neighbour } from '../sql/executors/neighbour.js';
import { awaitLockText, LONGEST_WAIT_MS } from '../sql/sessions/await-lock.js';
import { readBackend } from '../sql/sessions/backend.js';
import { cancelBackend } from '../sql/sessions/cancel.js';
import { freeOfTimeLimits } from '../sql/sessions/settings.js';
import { backoffMs, pause } from './pause.js';

/** SQLSTATE query_canceled: we ended a wait ourselves. */
const CANCELLED = '57014';

/** How long a neighbour may be missing before it is reported, in milliseconds: it may only have lost its connection. */
const GRACE_MS = { min: 150, max: 2000 };

/**
 * The same after our own connection was lost, for so long: most likely so were all others', and those that come back a
 * little later than we do are not dead.
 */
const AFTER_LOSS = { forMs: 5000, graceMs: 3000 };

/** One that was reported is passed over for so long: it is being buried. */
const REPORTED_MS = 5000;

export interface WatchOptions {
  readonly driver: Driver;
  readonly statements: Statements;
  readonly executorId: string;
  /** How long it takes to open a session, as far as is known. */
  readonly openingMs: () => number;
  readonly lost: (executorId: string) => void;
}

/**
 * The session by which an executor watches its neighbour: the next one in a ring of all that show that they live. It
 * waits for the neighbour's lock, and has it within milliseconds of the end of the neighbour's session, without asking
 * again and again. Each executor is watched by one, so it costs the same however many there are.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #closed = new AbortController();
  readonly #reported = new Map<string, number>();
  #running: Promise<void> = Promise.resolve();
  #session: Session | undefined;
  #pid = 0;
  /** Ends the present wait: of the session for the lock, or without a neighbour. */
  #wake: (() => void) | undefined;
  #isPoked = false;
  #lostAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  open(): void {
    this.#running = this.#keep();
  }

  /** An executor came or went: there may be another neighbour now. */
  poke(): void {
    this.#isPoked = true;
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#wake?.();
    await this.#session?.end();
    await this.#running;
  }

  async #keep(): Promise<void> {
    for (let tries = 0; !this.#closed.signal.aborted; tries++) {
      try {
        const session = await this.#enter();
        tries = 0;
        while (!this.#closed.signal.aborted) await this.#look(session);
      } catch {
        this.#lostAtMs = performance.now();
      }
      await this.#session?.end();
      if (!this.#closed.signal.aborted) await pause(backoffMs(tries), this.#closed.signal);
    }
  }

  async #enter(): Promise<Session> {
    const { driver, statements } = this.#options;
    const session = await driver.openSession!(() => undefined);
    this.#session = session;
    await statements.run(session.query, freeOfTimeLimits, []);
    const [backend] = await statements.run(session.query, readBackend, []);
    this.#pid = backend!.pid;
    return session;
  }

  /** Finds the neighbour and watches it, until it is gone or it is time to see who the neighbour is now. */
  async #look(session: Session): Promise<void> {
    this.#isPoked = false;
    try {
      const neighbour = await this.#neighbour(session);
      if (neighbour) await this.#guard(session, neighbour);
      else await this.#idle();
    } catch (error) {
      // A wait was to be ended, and was over already: the statement after it was.
      if (driverState(error) !== CANCELLED) throw error;
    }
  }

  async #neighbour(session: Session): Promise<Neighbour | undefined> {
    const nowMs = performance.now();
    for (const [id, untilMs] of this.#reported) if (untilMs < nowMs) this.#reported.delete(id);
    const { statements, executorId } = this.#options;
    const passedOver = JSON.stringify([...this.#reported.keys()]);
    return (await statements.run(session.query, findNeighbour, [executorId, passedOver]))[0];
  }

  async #guard(session: Session, neighbour: Neighbour): Promise<void> {
    if (await this.#outlasts(session, neighbour.lockKey)) return;
    if (!(await this.#isMissing(session, neighbour))) return;
    await pause(this.#graceMs(), this.#closed.signal);
    if (!(await this.#isMissing(session, neighbour))) return;
    this.#reported.set(neighbour.id, performance.now() + REPORTED_MS);
    this.#options.lost(neighbour.id);
  }

  /** Waits for a lock. True if it was held all the while, for as long as one wait lasts. */
  async #outlasts(session: Session, lockKey: string): Promise<boolean> {
    const { driver, statements } = this.#options;
    const beganMs = performance.now();
    this.#wake = () => {
      this.#wake = undefined;
      statements.run(driver.query, cancelBackend, [this.#pid]).catch(() => undefined);
    };
    // Poked since the neighbour was looked up: it is looked up again.
    if (!this.#isPoked && !this.#closed.signal.aborted) await session.exec(awaitLockText(lockKey));
    this.#wake = undefined;
    return performance.now() - beganMs >= LONGEST_WAIT_MS;
  }

  async #isMissing(session: Session, { id, lockKey }: Neighbour): Promise<boolean> {
    if (this.#closed.signal.aborted) return false;
    return (await this.#options.statements.run(session.query, findMissing, [id, lockKey])).length > 0;
  }

  async #idle(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    if (!this.#isPoked && !this.#closed.signal.aborted) await pause(LONGEST_WAIT_MS, woken.signal);
    this.#wake = undefined;
  }

  #graceMs(): number {
    if (performance.now() - this.#lostAtMs < AFTER_LOSS.forMs) return AFTER_LOSS.graceMs;
    return Math.min(GRACE_MS.max, Math.max(GRACE_MS.min, 5 * this.#options.openingMs()));
  }
}
