import type { ControlStore, Expiry, HeldRun, Overdue } from '@holdfast/core/internal';
import { listBusyRuns } from '../sql/runs/busy.js';
import { cancelTrees } from '../sql/runs/cancel-trees.js';
import { expireRuns } from '../sql/runs/expire.js';
import { listLostRuns } from '../sql/runs/lost.js';
import { listDeadlines } from '../sql/runs/overdue.js';
import type { RunStatement } from './run-statement.js';

/** Ends runs in Postgres from outside. */
export class PostgresControl implements ControlStore {
  readonly #run: RunStatement;

  constructor(run: RunStatement) {
    this.#run = run;
  }

  cancelTrees(runIds: readonly string[]): Promise<readonly string[]> {
    return this.#run(cancelTrees, [JSON.stringify(runIds)]);
  }

  async busy(runIds: readonly string[]): Promise<readonly string[]> {
    return this.#run(listBusyRuns, [JSON.stringify(runIds)]);
  }

  async overdue(limit: number): Promise<Overdue> {
    const rows = await this.#run(listDeadlines, [limit + 1]);
    const runs = rows.filter(({ inMs }) => inMs <= 0).slice(0, limit);
    return {
      runs: runs.map(({ id, deadlineMs }) => ({ id, deadlineMs })),
      nextInMs: nextOf(rows, runs.length),
    };
  }

  expire(expiries: readonly Expiry[]): Promise<readonly string[]> {
    const rows = expiries.map(({ runId, error }) => ({
      id: runId,
      error: error.json,
      error_extra: error.extra ?? undefined,
    }));
    return this.#run(expireRuns, [JSON.stringify(rows)]);
  }

  async lost(held: readonly HeldRun[]): Promise<readonly string[]> {
    if (held.length === 0) return [];
    return this.#run(listLostRuns, [JSON.stringify(held.map(({ id, epoch }) => ({ id, epoch })))]);
  }
}

function nextOf(rows: readonly { readonly inMs: number }[], overdue: number): number | null {
  const next = rows[overdue];
  return next ? Math.max(0, Math.ceil(next.inMs)) : null;
}
