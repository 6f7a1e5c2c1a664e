import type { ExecutorInfo, Renewal } from '../store/index.js';
import type { CancelTimer } from '../time/index.js';
import type { EngineDeps } from './deps.js';

/** A lease is renewed this many times before it would lapse. */
const RENEWALS_PER_LEASE = 3;

/** What a lease tells the engine. */
export interface LeaseListener {
  /** The lease stands: the store said so in a round trip of that length, in milliseconds. */
  renewed(renewal: Renewal, roundTripMs: number): void;
  /** Runs of executors whose lease lapsed are free to be claimed. */
  freed(runs: number): void;
  /** This executor was declared dead: none of its runs is its own any more. */
  lost(): Promise<void>;
}

/** Keeps an executor's lease, which says to all others that its runs are in good hands. */
export class Lease {
  readonly #deps: EngineDeps;
  readonly #leaseMs: number;
  readonly #listener: LeaseListener;
  #executorId = '';
  #cancelTimer: CancelTimer | undefined;
  #isHalted = false;
  #lastRenewalMs = 0;

  constructor(deps: EngineDeps, leaseMs: number, listener: LeaseListener) {
    this.#deps = deps;
    this.#leaseMs = leaseMs;
    this.#listener = listener;
  }

  /** Takes out a lease under a new id. */
  async takeOut(executor: ExecutorInfo): Promise<void> {
    const askedMs = this.#deps.clock.now();
    const renewal = await this.#deps.store.register(executor, this.#leaseMs);
    this.#executorId = executor.id;
    this.#stands(renewal, askedMs);
    if (renewal.lapsed > 0) await this.#buryLapsed();
  }

  /** Whether it stands, as far as this process can know. */
  get isHeld(): boolean {
    const agoMs = this.#deps.clock.now() - this.#lastRenewalMs;
    return this.#executorId !== '' && !this.#isHalted && agoMs <= this.#leaseMs;
  }

  /** Renews now, rather than at the next interval. */
  renewSoon(): void {
    this.#cancelTimer?.();
    if (!this.#isHalted) void this.#renew();
  }

  /** Renews no more, until a lease is taken out again. */
  rest(): void {
    this.#cancelTimer?.();
  }

  halt(): void {
    this.#isHalted = true;
    this.#cancelTimer?.();
  }

  async #renew(): Promise<void> {
    const { store, clock, logger } = this.#deps;
    const executorId = this.#executorId;
    const askedMs = clock.now();
    try {
      const renewal = await store.renew(executorId, this.#leaseMs);
      // Two renewals may be under way, as after a machine slept: one of them hears of the end, and begins anew.
      if (this.#isHalted || executorId !== this.#executorId) return;
      if (!renewal.isAlive) {
        logger.warn({ executorId }, 'this executor was declared dead; it goes on under a new id');
        this.#executorId = '';
        return await this.#listener.lost();
      }
      // Who was cut off itself cannot tell the dead from those that were cut off with it.
      const wasCutOff = clock.now() - this.#lastRenewalMs > this.#leaseMs;
      this.#stands(renewal, askedMs);
      if (renewal.lapsed > 0 && !wasCutOff) await this.#buryLapsed();
    } catch (error) {
      logger.warn({ error, executorId }, 'the lease could not be renewed; it is tried again');
      this.#schedule(this.#leaseMs / RENEWALS_PER_LEASE / 4);
    }
  }

  async #buryLapsed(): Promise<void> {
    const runs = await this.#deps.store.bury(null);
    if (runs === 0) return;
    this.#deps.telemetry?.freed(runs);
    this.#listener.freed(runs);
  }

  #stands(renewal: Renewal, askedMs: number): void {
    const nowMs = this.#deps.clock.now();
    this.#listener.renewed(renewal, nowMs - askedMs);
    this.#lastRenewalMs = this.#deps.clock.now();
    this.#schedule(this.#leaseMs / RENEWALS_PER_LEASE);
  }

  #schedule(inMs: number): void {
    this.#cancelTimer?.();
    if (this.#isHalted) return;
    const { clock } = this.#deps;
    this.#cancelTimer = clock.at(clock.now() + inMs, () => void this.#renew());
  }
}
