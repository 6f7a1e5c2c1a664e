import type { Claim, ClaimRequest, ServedWorkflow } from '../store/index.js';
import { ownedRun } from './records.js';
import type { RunRow, Tables } from './tables.js';

/** Gives due runs to an executor, those that have been due for longest first. */
export function claimDue(tables: Tables, request: ClaimRequest, nowMs: number): Claim {
  const served = new Set(request.serves.map(nameOf));
  const queue = tables.claimable().filter((run) => run.wakeAtMs !== null && served.has(nameOf(run)));
  queue.sort(byDueTime);
  const due = queue.filter((run) => run.wakeAtMs! <= nowMs).slice(0, Math.max(0, request.limit));
  const next = queue[due.length];
  const runs = due.map((run) =>
    tables.change(run, {
      state: 'running',
      executorId: request.executorId,
      epoch: run.epoch + 1,
      wakeAtMs: null,
      startedAtMs: run.startedAtMs ?? nowMs,
      deadlineMs: deadlineOf(run, nowMs),
    }),
  );
  const nextDueInMs = next ? Math.max(0, next.wakeAtMs! - nowMs) : null;
  return Object.freeze({ runs: Object.freeze(runs.map(ownedRun)), nextDueInMs });
}

/** A run's time limit begins when it is first taken up. */
function deadlineOf({ startedAtMs, timeoutMs, deadlineMs }: RunRow, nowMs: number): number | null {
  if (startedAtMs !== null || timeoutMs === null) return deadlineMs;
  return Math.min(deadlineMs ?? Number.POSITIVE_INFINITY, Math.ceil(nowMs + timeoutMs));
}

function byDueTime(a: RunRow, b: RunRow): number {
  if (a.wakeAtMs !== b.wakeAtMs) return a.wakeAtMs! - b.wakeAtMs!;
  return a.id < b.id ? -1 : 1;
}

function nameOf({ workflow, version }: ServedWorkflow): string {
  return JSON.stringify([workflow, version]);
}
