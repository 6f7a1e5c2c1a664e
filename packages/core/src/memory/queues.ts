import { NO_LIMITS, type Queue, type QueueLimits } from '../define/index.js';
import { isFinal, type QueueDeletion, type QueueRecord } from '../store/index.js';
import type { RunRow, Tables } from './tables.js';

/** When runs were begun lately. */
export interface RecentStart {
  readonly atMs: number;
  readonly count: number;
}

/** What fairness between the partitions of a queue has to remember of one. */
export interface PartitionRow {
  virtualTime: number;
  recentStarts: readonly RecentStart[];
}

/** A queue as it is kept. */
export interface QueueRow {
  limits: QueueLimits;
  pausedAtMs: number | null;
  /** As it was last applied by a program. */
  definition: string | null;
  /** 0 while nobody has set its limits. */
  revision: number;
  recentStarts: readonly RecentStart[];
  virtualTime: number;
  readonly partitions: Map<string, PartitionRow>;
}

/** The queues. */
export class Queues {
  readonly #tables: Tables;
  readonly #rows = new Map<string, QueueRow>();
  #revisions = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** A queue's row, made if there is none. */
  row(name: string): QueueRow {
    const row = this.#rows.get(name) ?? {
      limits: NO_LIMITS,
      pausedAtMs: null,
      definition: null,
      revision: 0,
      recentStarts: [],
      virtualTime: 0,
      partitions: new Map<string, PartitionRow>(),
    };
    this.#rows.set(name, row);
    return row;
  }

  define(queues: readonly Queue[]): void {
    for (const { name, limits, apply } of queues) {
      const row = this.row(name);
      const definition = JSON.stringify(limits);
      const isDue =
        row.revision === 0 ||
        apply === 'always' ||
        (apply === 'when changed' && row.definition !== definition);
      if (!isDue) continue;
      row.definition = definition;
      this.#write(row, limits);
    }
  }

  list(nowMs: number): readonly QueueRecord[] {
    return [...this.#rows.keys()].sort().map((name) => this.find(name, nowMs)!);
  }

  find(name: string, nowMs: number): QueueRecord | undefined {
    const row = this.#rows.get(name);
    if (!row) return undefined;
    const runs = this.#tables.runsOfQueue(name);
    const slots = runs.filter((run) => run.holdsSlot);
    const waiting = runs.filter((run) => !run.holdsSlot && isDue(run, nowMs));
    return Object.freeze({
      name,
      limits: row.limits,
      pausedAtMs: row.pausedAtMs,
      revision: `${row.revision}`,
      waiting: waiting.length,
      later: runs.filter((run) => !run.holdsSlot && !isFinal(run.state)).length - waiting.length,
      inHands: slots.length,
    });
  }

  save(name: string, limits: QueueLimits, revision: string | null): boolean {
    const known = this.#rows.get(name);
    if (known ? revision !== `${known.revision}` : revision !== null) return false;
    this.#write(this.row(name), limits);
    return true;
  }

  pause(name: string, isPaused: boolean, nowMs: number): boolean {
    const row = this.#rows.get(name);
    if (!row) return false;
    row.pausedAtMs = isPaused ? (row.pausedAtMs ?? nowMs) : null;
    return true;
  }

  delete(name: string): QueueDeletion {
    if (!this.#rows.has(name)) return 'unknown';
    if (this.#tables.runsOfQueue(name).length > 0) return 'not empty';
    this.#rows.delete(name);
    return 'deleted';
  }

  #write(row: QueueRow, limits: QueueLimits): void {
    row.limits = Object.freeze({ ...limits, weights: Object.freeze({ ...limits.weights }) });
    row.revision = ++this.#revisions;
  }
}

/** Whether a run could be taken, as far as time is concerned. */
export function isDue(run: RunRow, nowMs: number): boolean {
  return (
    (run.state === 'pending' || run.state === 'waiting') && run.wakeAtMs !== null && run.wakeAtMs <= nowMs
  );
}
