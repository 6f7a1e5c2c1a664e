import type { Renewal } from '../store/index.js';
import type { Tables } from './tables.js';
import { giveBack } from './writes.js';

/** Who holds a lease, and until when. An executor that was buried or signed off is not in here. */
export class Leases {
  readonly #tables: Tables;
  readonly #untilMs = new Map<string, number>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  has(executorId: string): boolean {
    return this.#untilMs.has(executorId);
  }

  register(executorId: string, leaseMs: number, nowMs: number): Renewal {
    this.#untilMs.set(executorId, nowMs + leaseMs);
    return this.#standing(executorId, nowMs);
  }

  renew(executorId: string, leaseMs: number, nowMs: number): Renewal {
    if (this.has(executorId)) this.#untilMs.set(executorId, nowMs + leaseMs);
    return this.#standing(executorId, nowMs);
  }

  /** Takes an executor's lease, and makes its runs claimable. Answers how many. */
  end(executorId: string, nowMs: number): number {
    this.#untilMs.delete(executorId);
    const runs = this.#tables.runningOf(executorId);
    for (const run of runs) giveBack(this.#tables, run, nowMs);
    return runs.length;
  }

  /** The same for all whose lease lapsed. */
  endLapsed(nowMs: number): number {
    const lapsed = [...this.#untilMs].filter(([, untilMs]) => untilMs <= nowMs);
    return lapsed.reduce((count, [executorId]) => count + this.end(executorId, nowMs), 0);
  }

  #standing(executorId: string, nowMs: number): Renewal {
    const others = [...this.#untilMs].filter(([id]) => id !== executorId);
    const peers = others.filter(([, untilMs]) => untilMs > nowMs).length;
    return Object.freeze({ isAlive: this.has(executorId), nowMs, peers, lapsed: others.length - peers });
  }
}
