import type { Renewal } from '../store/index.js';
import type { Tables } from './tables.js';
import { giveBack } from './writes.js';

/** Who holds a lease, and until when; and who is dead: declared so, or signed off. The dead do not come back. */
export class Leases {
  readonly #tables: Tables;
  readonly #untilMs = new Map<string, number>();
  readonly #dead = new Set<string>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  has(executorId: string): boolean {
    return this.#untilMs.has(executorId);
  }

  isDead(executorId: string): boolean {
    return this.#dead.has(executorId);
  }

  register(executorId: string, leaseMs: number, nowMs: number): Renewal {
    if (!this.isDead(executorId)) this.#untilMs.set(executorId, nowMs + leaseMs);
    return this.#standing(executorId, nowMs);
  }

  renew(executorId: string, leaseMs: number, nowMs: number): Renewal {
    if (this.has(executorId)) this.#untilMs.set(executorId, nowMs + leaseMs);
    return this.#standing(executorId, nowMs);
  }

  /** Takes an executor's lease, and makes its runs claimable. Answers how many. */
  end(executorId: string, nowMs: number): number {
    if (this.#untilMs.delete(executorId)) this.#dead.add(executorId);
    const runs = this.#tables.runningOf(executorId);
    for (const run of runs) giveBack(this.#tables, run, nowMs);
    return runs.length;
  }

  /** The same for all whose lease lapsed, and for all that have running runs and no lease. */
  endLapsed(nowMs: number): number {
    return this.#toBury(nowMs).reduce((count, executorId) => count + this.end(executorId, nowMs), 0);
  }

  #standing(executorId: string, nowMs: number): Renewal {
    const peers = [...this.#untilMs].filter(([id, untilMs]) => id !== executorId && untilMs > nowMs).length;
    return Object.freeze({ isAlive: this.has(executorId), nowMs, peers, lapsed: this.#toBury(nowMs).length });
  }

  #toBury(nowMs: number): string[] {
    const lapsed = [...this.#untilMs].flatMap(([id, untilMs]) => (untilMs <= nowMs ? [id] : []));
    return [...lapsed, ...this.#tables.executors().filter((id) => !this.has(id))];
  }
}
