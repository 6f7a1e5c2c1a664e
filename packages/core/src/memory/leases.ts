import type { Death, ExecutorInfo, ExecutorRecord, Renewal } from '../store/index.js';
import type { Tables } from './tables.js';
import { takeoverOf } from './takeovers.js';
import type { Serving } from './versions.js';
import { giveBack, vacate } from './writes.js';

/** Who holds a lease, and until when; and who is dead: declared so, or signed off. The dead do not come back. */
export class Leases {
  readonly #tables: Tables;
  readonly #untilMs = new Map<string, number>();
  readonly #dead = new Set<string>();
  readonly #known = new Map<string, ExecutorInfo>();
  readonly #endedAtMs = new Map<string, number>();
  readonly #startedAtMs = new Map<string, number>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  has(executorId: string): boolean {
    return this.#untilMs.has(executorId);
  }

  isDead(executorId: string): boolean {
    return this.#dead.has(executorId);
  }

  register(executor: ExecutorInfo, leaseMs: number, nowMs: number): Renewal {
    const { id: executorId } = executor;
    this.#known.set(executorId, executor);
    if (!this.#startedAtMs.has(executorId)) this.#startedAtMs.set(executorId, nowMs);
    if (!this.isDead(executorId)) this.#untilMs.set(executorId, nowMs + leaseMs);
    return this.#standing(executorId, nowMs);
  }

  renew(executorId: string, leaseMs: number, nowMs: number): Renewal {
    if (this.has(executorId)) this.#untilMs.set(executorId, nowMs + leaseMs);
    return this.#standing(executorId, nowMs);
  }

  /** Takes the lease of an executor that died, and makes its runs claimable. Answers how many. */
  bury(executorId: string, nowMs: number): number {
    const { host = null, pid = null } = this.#known.get(executorId) ?? {};
    return this.#end(executorId, nowMs, { executorId, host, pid, atMs: nowMs });
  }

  /** The same for one that signs off. */
  retire(executorId: string, nowMs: number): void {
    this.#end(executorId, nowMs);
  }

  /** Buries all whose lease lapsed, and for all that have running runs and no lease. */
  buryLapsed(nowMs: number): number {
    return this.#toBury(nowMs).reduce((count, executorId) => count + this.bury(executorId, nowMs), 0);
  }

  #end(executorId: string, nowMs: number, death?: Death): number {
    const untilMs = this.#untilMs.get(executorId);
    if (untilMs !== undefined) this.#endedAtMs.set(executorId, Math.min(untilMs, nowMs));
    if (this.#untilMs.delete(executorId)) this.#dead.add(executorId);
    const runs = this.#tables.heldBy(executorId);
    for (const run of runs) {
      if (run.state !== 'running') vacate(this.#tables, run);
      else giveBack(this.#tables, run, nowMs, death && takeoverOf(this.#tables, run, death));
    }
    return runs.length;
  }

  /** What executors can take, and could take that are gone. */
  serving(nowMs: number): readonly Serving[] {
    return [...this.#known.values()].flatMap(({ id, serves }) => {
      const untilMs = this.#untilMs.get(id) ?? this.#endedAtMs.get(id) ?? nowMs;
      const goneAtMs = this.has(id) && untilMs > nowMs ? null : untilMs;
      return serves ? [{ serves, goneAtMs }] : [];
    });
  }

  /** All that ever registered, those that came first, first. */
  list(nowMs: number): readonly ExecutorRecord[] {
    return [...this.#known.values()].map(({ id, host, pid, serves = null }) => {
      const untilMs = this.#untilMs.get(id);
      const stoppedAtMs = untilMs === undefined ? (this.#endedAtMs.get(id) ?? nowMs) : null;
      const isAlive = untilMs !== undefined && untilMs > nowMs;
      return Object.freeze({
        id,
        host,
        pid,
        serves,
        startedAtMs: this.#startedAtMs.get(id)!,
        leaseUntilMs: untilMs ?? stoppedAtMs!,
        stoppedAtMs,
        standing: isAlive ? 'alive' : stoppedAtMs === null ? 'lapsed' : 'stopped',
        runs: this.#tables.heldBy(id).length,
      });
    });
  }

  #standing(executorId: string, nowMs: number): Renewal {
    const peers = [...this.#untilMs].filter(([id, untilMs]) => id !== executorId && untilMs > nowMs).length;
    return Object.freeze({
      isAlive: this.has(executorId),
      nowMs,
      peers,
      lapsed: this.#toBury(nowMs).length,
      hasNews: this.#tables.awaited.hasNews,
    });
  }

  #toBury(nowMs: number): string[] {
    const lapsed = [...this.#untilMs].flatMap(([id, untilMs]) => (untilMs <= nowMs ? [id] : []));
    return [...lapsed, ...this.#tables.executors().filter((id) => !this.has(id))];
  }
}
