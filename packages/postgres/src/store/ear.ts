import { randomUUID } from 'node:crypto';
import type { Driver, Hear, Session } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { attendExecutor } from '../sql/executors/attend.js';
import { type Backend, readBackend } from '../sql/sessions/backend.js';
import { listenToChannel } from '../sql/sessions/listen.js';
import { tryLock } from '../sql/sessions/lock.js';
import { freeOfTimeLimits } from '../sql/sessions/settings.js';
import { terminateBackend } from '../sql/sessions/terminate.js';
import { sendNotifications } from '../sql/signals/notify.js';
import { lockKeyOf } from './lock-key.js';
import { backoffMs, pause } from './pause.js';

/** How long a notification to oneself may take, where it is not certain that any arrive. */
const PROBE_MS = 2000;

/** Pauses between tries for a lock that another session still has, in milliseconds. */
const LOCK_RETRY_MS = { first: 20, max: 500 };

export interface EarOptions {
  readonly driver: Driver;
  readonly statements: Statements;
  /** Undefined for a process that executes nothing: it only hears. */
  readonly executorId: string | undefined;
  readonly hear: Hear;
  /** The connection was lost and is back: what was sent meanwhile is lost. */
  readonly missed: () => void;
}

/**
 * The session by which an executor hears signals, and shows that it lives: it holds the executor's lock, which the server
 * gives to whoever waits for it the moment the session ends. A session that is lost is opened again.
 */
export class Ear {
  readonly #options: EarOptions;
  readonly #closed = new AbortController();
  #session: Session | undefined;
  /** The server's process that has the lock, or had it last. */
  #holder: Backend | undefined;
  #probed: { readonly payload: string; readonly heard: () => void } | undefined;
  /** How long it took to open the session: others need about as long to come back. */
  openingMs = 0;

  constructor(options: EarOptions) {
    this.#options = options;
  }

  /** Opens it. False where sessions are of no use, as connections are shared out: then nothing is left open. */
  async open(): Promise<boolean> {
    const session = await this.#enter();
    if (!session) return false;
    try {
      const { statements, executorId } = this.#options;
      if (executorId !== undefined) {
        await this.#takeLock(session, executorId);
        await statements.run(session.query, attendExecutor, [executorId]);
      }
    } catch (error) {
      await session.end();
      throw error;
    }
    void this.#keep(session);
    return true;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#session?.end();
  }

  /** Opens another session whenever one is lost. */
  async #keep(first: Session): Promise<void> {
    let session: Session | undefined = first;
    while (session) {
      await session.over;
      session = await this.#comeBack();
      if (!session) return;
      this.#options.missed();
      // While an old session still has the lock we are taken to live all the same, and hear already.
      const { executorId } = this.#options;
      if (executorId !== undefined) this.#takeLock(session, executorId).catch(() => undefined);
    }
  }

  async #comeBack(): Promise<Session | undefined> {
    for (let tries = 0; !this.#closed.signal.aborted; tries++) {
      await pause(backoffMs(tries), this.#closed.signal);
      if (this.#closed.signal.aborted) return undefined;
      const session = await this.#enter().catch(() => undefined);
      if (session) return session;
    }
    return undefined;
  }

  async #enter(): Promise<Session | undefined> {
    const { driver, statements } = this.#options;
    const beganMs = performance.now();
    const session = await driver.openSession!((payload) => this.#heard(payload));
    try {
      if (await this.#listens(session, beganMs)) {
        // Only now: what is set on a connection that is shared out would be set for others.
        await statements.run(session.query, freeOfTimeLimits, []);
        if (!this.#closed.signal.aborted) {
          this.#session = session;
          return session;
        }
      }
    } catch (error) {
      await session.end();
      throw error;
    }
    await session.end();
    return undefined;
  }

  /** Makes the session listen. False where it would be of no use. */
  async #listens(session: Session, beganMs: number): Promise<boolean> {
    const { statements } = this.#options;
    const [backend] = await statements.run(session.query, readBackend, []);
    const isDirect = backend?.pid === session.namedPid;
    if (!isDirect && (await this.#isSharedOut(session, backend?.pid))) return false;
    await statements.run(session.query, listenToChannel, []);
    this.openingMs = performance.now() - beganMs;
    return isDirect || this.#hearsItself();
  }

  /**
   * Whether a pooler certainly lends the session another connection for each transaction: it has moved, or somebody else
   * is on what was its connection. Seen at once in most cases, and without listening on a connection that is for all.
   */
  async #isSharedOut(session: Session, pid: number | undefined): Promise<boolean> {
    const { driver, statements } = this.#options;
    const [other] = await statements.run(driver.query, readBackend, []);
    const [again] = await statements.run(session.query, readBackend, []);
    return other?.pid === pid || again?.pid !== pid;
  }

  #heard(payload: string): void {
    if (payload === this.#probed?.payload) this.#probed.heard();
    else if (!this.#closed.signal.aborted) this.#options.hear(payload);
  }

  /** Behind a pooler, notifications arrive if it leaves us one connection for good, and else never. */
  async #hearsItself(): Promise<boolean> {
    const { driver, statements } = this.#options;
    const payload = JSON.stringify({ k: 'probe', by: randomUUID() });
    const heard = new AbortController();
    this.#probed = { payload, heard: () => heard.abort() };
    const sent = [statements.schema.name, JSON.stringify([payload])] as const;
    await statements.run(driver.query, sendNotifications, [...sent]);
    await pause(PROBE_MS, heard.signal);
    this.#probed = undefined;
    return heard.signal.aborted;
  }

  /** Takes the lock. If an earlier session of ours has it still, which the server takes to be alive, that one is ended. */
  async #takeLock(session: Session, executorId: string): Promise<void> {
    const { statements } = this.#options;
    const lockKey = lockKeyOf(executorId);
    let pauseMs = LOCK_RETRY_MS.first;
    while (!this.#closed.signal.aborted) {
      const [locked] = await statements.run(session.query, tryLock, [lockKey]);
      if (locked === 1) {
        [this.#holder] = await statements.run(session.query, readBackend, []);
        return;
      }
      const { pid, startedAt } = this.#holder ?? { pid: 0, startedAt: '' };
      // It may be another's, or gone: then the lock will be free without it.
      await statements.run(session.query, terminateBackend, [pid, startedAt]).catch(() => undefined);
      await pause(pauseMs, this.#closed.signal);
      pauseMs = Math.min(pauseMs * 2, LOCK_RETRY_MS.max);
    }
  }
}
