import type { StoredRate } from '../define/index.js';
import type { RecentStart } from './queues.js';

/** A span is divided into so many parts, and starts in one part are remembered together: the list stays short. */
const PARTS = 64;

/** The starts that still count for a rate. */
export function startsWithin(recent: readonly RecentStart[], rate: StoredRate, nowMs: number): RecentStart[] {
  return recent
    .map(({ atMs, count }) => ({ atMs: Math.min(atMs, nowMs), count }))
    .filter(({ atMs }) => atMs > nowMs - rate.perMs);
}

export function startsCounted(recent: readonly RecentStart[]): number {
  return recent.reduce((sum, { count }) => sum + count, 0);
}

/** Adds starts. Those that are remembered together count as begun at the last of their moments. */
export function startsAdded(
  recent: readonly RecentStart[],
  rate: StoredRate,
  nowMs: number,
  count: number,
): RecentStart[] {
  const parts = new Map<number, RecentStart>();
  for (const one of [...recent, { atMs: nowMs, count }]) {
    const part = Math.floor((one.atMs / rate.perMs) * PARTS);
    const known = parts.get(part);
    parts.set(part, {
      atMs: Math.max(one.atMs, known?.atMs ?? 0),
      count: one.count + (known?.count ?? 0),
    });
  }
  return [...parts.values()].sort((a, b) => a.atMs - b.atMs);
}
