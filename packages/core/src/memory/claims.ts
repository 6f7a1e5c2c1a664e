import type { Claim, ClaimRequest, ServedWorkflow } from '../store/index.js';
import { type QueueTake, takeFromQueue } from './queue-claims.js';
import { isDue, type Queues } from './queues.js';
import { ownedRun } from './records.js';
import type { RunRow, Tables } from './tables.js';

/**
 * Gives due runs to an executor. Room is shared out evenly between the queues that have work and the runs without one, and
 * what one cannot use is left to the others.
 */
export function claimDue(tables: Tables, queues: Queues, request: ClaimRequest, nowMs: number): Claim {
  const found = look(tables, request, nowMs);
  const taken = share(found, request, (name, due, room) => {
    const row = queues.row(name);
    if (row.pausedAtMs !== null) return { runs: [], nextAtMs: null, isHeldBack: false };
    const take = takeFromQueue(tables, row, due, { executorId: request.executorId, room, nowMs });
    const runs = take.runs.map((run) => takeUp(tables, run, request.executorId, nowMs));
    return { ...take, runs };
  });
  const unqueued = found.unqueued.slice(0, Math.max(0, request.limit - taken.count));
  const runs = [...unqueued.map((run) => takeUp(tables, run, request.executorId, nowMs)), ...taken.runs];
  const moments = [found.unqueued[unqueued.length]?.wakeAtMs, found.nextAtMs, taken.nextAtMs];
  const next = Math.min(...moments.map((atMs) => atMs ?? Number.POSITIVE_INFINITY));
  return Object.freeze({
    runs: Object.freeze(runs.map((run) => ownedRun(run, queues))),
    nextDueInMs: Number.isFinite(next) ? Math.max(0, next - nowMs) : null,
    isHeldBack: taken.isHeldBack,
  });
}

interface Found {
  /** Those that are due, longest first. */
  readonly unqueued: readonly RunRow[];
  /** Those that are due, by queue. */
  readonly queued: ReadonlyMap<string, RunRow[]>;
  /** When the first of those that are not due yet will be. */
  readonly nextAtMs: number | null;
}

function look(tables: Tables, { serves, queues }: ClaimRequest, nowMs: number): Found {
  const served = new Set(serves.map(nameOf));
  const named = queues ? new Set(queues) : undefined;
  const unqueued: RunRow[] = [];
  const queued = new Map<string, RunRow[]>();
  let nextAtMs = Number.POSITIVE_INFINITY;
  for (const run of tables.claimable()) {
    if (run.wakeAtMs === null || !served.has(nameOf(run))) continue;
    if (run.queue !== null && named && !named.has(run.queue)) continue;
    // Code of it that was cancelled before it was resumed runs on.
    if (run.state === 'pending' && run.holdsSlot) continue;
    if (!isDue(run, nowMs)) nextAtMs = Math.min(nextAtMs, run.wakeAtMs);
    else if (run.queue === null) unqueued.push(run);
    else queued.set(run.queue, [...(queued.get(run.queue) ?? []), run]);
  }
  unqueued.sort(byDueTime);
  return { unqueued, queued, nextAtMs: Number.isFinite(nextAtMs) ? nextAtMs : null };
}

interface Shared {
  readonly runs: readonly RunRow[];
  readonly count: number;
  readonly nextAtMs: number | null;
  readonly isHeldBack: boolean;
}

type Take = (name: string, due: readonly RunRow[], room: number) => QueueTake;

function share(found: Found, { limit, chance = 0 }: ClaimRequest, take: Take): Shared {
  const names = [...found.queued.keys()].sort();
  const others = found.unqueued.length;
  const parties = names.length + (others > 0 ? 1 : 0);
  const quota = (at: number): number =>
    Math.floor((Math.max(0, limit) + ((at + Math.floor(chance * parties)) % parties)) / parties);
  const forOthers = others > 0 ? Math.min(others, quota(0)) : 0;
  const takes = names.map((name, n) => take(name, found.queued.get(name)!, quota(n + 1)));
  for (const [n, name] of names.entries()) {
    const first = takes[n]!;
    const count = takes.reduce((sum, { runs }) => sum + runs.length, 0);
    const spare = limit - count - forOthers;
    if (spare <= 0 || first.runs.length < quota(n + 1)) continue;
    const due = found.queued.get(name)!.filter(({ id }) => !first.runs.some((run) => run.id === id));
    const more = take(name, due, spare);
    takes[n] = { ...more, runs: [...first.runs, ...more.runs] };
  }
  const runs = takes.flatMap((one) => one.runs);
  const nextAtMs = Math.min(...takes.map((one) => one.nextAtMs ?? Number.POSITIVE_INFINITY));
  return {
    runs,
    count: runs.length,
    nextAtMs: Number.isFinite(nextAtMs) ? nextAtMs : null,
    isHeldBack: takes.some((one) => one.isHeldBack),
  };
}

function takeUp(tables: Tables, run: RunRow, executorId: string, nowMs: number): RunRow {
  return tables.change(run, {
    state: 'running',
    executorId,
    epoch: run.epoch + 1,
    wakeAtMs: null,
    holdsSlot: run.queue !== null,
    startedAtMs: run.startedAtMs ?? nowMs,
    deadlineMs: deadlineOf(run, nowMs),
  });
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
