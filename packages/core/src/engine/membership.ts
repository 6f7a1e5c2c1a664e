import { hostname } from 'node:os';
import type { Attendance, StoreListener } from '../store/index.js';
import type { Announcer } from './announcer.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import type { EngineDeps } from './deps.js';
import type { Executor } from './executor.js';
import { Lease, type LeaseListener } from './lease.js';
import type { Workflows } from './workflows.js';

/** What an executor is made known with, and what it asks of the engine. */
export interface MembershipParts extends Pick<LeaseListener, 'renewed' | 'freed'> {
  readonly executor: Executor;
  readonly workflows: Workflows;
  readonly announcer: Announcer;
  readonly listener: StoreListener;
  readonly leaseMs: number;
  /** The queues that it takes runs from; null for all. */
  readonly serve: readonly string[] | null;
  readonly isVisitor: boolean;
  isClosing(): boolean;
  /** Whether the others are heard, from now on. */
  hearing(hears: boolean): void;
  /** It is there again, under a new id. */
  begunAnew(): void;
}

/**
 * An executor among those of its store: it signs on with a lease, is told what happens, and signs off. A visitor is told,
 * and no more.
 */
export class Membership {
  readonly #deps: EngineDeps;
  readonly #parts: MembershipParts;
  readonly #lease: Lease;
  #attendance: Attendance | undefined;
  /** Signing on again may still be under way when it leaves. */
  #hasLeft = false;

  constructor(deps: EngineDeps, parts: MembershipParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#lease = new Lease(deps, parts.leaseMs, {
      renewed: (renewal, roundTripMs) => parts.renewed(renewal, roundTripMs),
      freed: (runs) => parts.freed(runs),
      lost: () => this.#beginAnew(),
    });
  }

  async signOn(): Promise<void> {
    this.#hasLeft = false;
    await this.#signOn();
  }

  /** Whether this process holds a lease, as far as it can know. */
  get isHeld(): boolean {
    return this.#lease.isHeld;
  }

  /** Where the store cannot be reached, without a word: the others find its lease lapsed. */
  async signOff(): Promise<void> {
    const { announcer, isVisitor, executor } = this.#parts;
    try {
      await announcer.flush();
      if (isVisitor) return;
      await this.#deps.store.retire(executor.executorId);
      await this.#tellPeers();
    } catch (error) {
      this.#deps.logger.warn({ error }, 'this executor could not sign off; its lease will lapse');
    }
  }

  /** Takes back a sign-on that came to nothing: the lease lapses. */
  async giveUp(): Promise<void> {
    this.#lease.rest();
    await this.leave();
  }

  /** Is told no more. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    await this.#attendance?.close();
  }

  /** Renews the lease now, rather than at the next interval. */
  renewSoon(): void {
    this.#lease.renewSoon();
  }

  /** Renews the lease no more. */
  halt(): void {
    this.#lease.halt();
  }

  async #signOn(): Promise<void> {
    if (this.#parts.isVisitor) return this.#visit();
    const { executor, workflows, serve, listener } = this.#parts;
    const id = this.#deps.newId();
    executor.executorId = id;
    const serves = { workflows: workflows.offered, queues: serve };
    await this.#lease.takeOut({ id, host: hostname(), pid: process.pid, serves });
    await this.#attend(await this.#deps.store.attend(id, listener));
    await this.#tellPeers();
  }

  async #visit(): Promise<void> {
    this.#parts.announcer.hasAudience = true;
    await this.#attend(await this.#deps.store.listen(this.#parts.listener));
  }

  async #attend(attendance: Attendance): Promise<void> {
    if (this.#hasLeft) return attendance.close();
    this.#attendance = attendance;
    this.#parts.hearing(attendance.hears);
  }

  async #tellPeers(): Promise<void> {
    try {
      await this.#deps.store.announce([{ kind: 'peers' }, { kind: 'work' }]);
    } catch (error) {
      this.#deps.logger.debug({ error }, 'other executors were not told; they find out by polling');
    }
  }

  /** Declared dead while alive: what is held is others' by now. */
  async #beginAnew(): Promise<void> {
    this.#parts.executor.dropAll();
    const former = this.#attendance;
    this.#attendance = undefined;
    await former?.close();
    for (let tries = 0; !this.#parts.isClosing(); tries++) {
      try {
        await this.#signOn();
        return this.#parts.begunAnew();
      } catch (error) {
        this.#deps.logger.warn({ error }, 'a new lease could not be taken out; it is tried again');
        await pause(STORE_BACKOFF, tries, this.#deps);
      }
    }
  }
}
