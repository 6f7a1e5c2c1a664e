import type { CatchUp, Overlap, Ticks } from '../define/index.js';

/** How late a tick may be started and yet not count as missed: processes restart, and stores fail over, in less. */
export const LATE_MS = 10_000;

/** The most ticks that one look starts. What is over is due at the next, at once. */
export const TICKS_LIMIT = 1000;

/** Which ticks are to be started, and where the schedule stands after that. */
export interface TickPlan {
  readonly startMs: readonly number[];
  readonly nextAtMs: number | null;
  readonly lastAtMs: number;
}

/**
 * What to do about a schedule whose next tick has come. What was not missed is started, tick by tick; of what was missed,
 * what its policy says. Where runs must not overlap, ticks of one look come to one run, of the last.
 */
export function planTicks(
  schedule: { readonly nextAtMs: number; readonly catchUp: CatchUp; readonly overlap: Overlap },
  ticks: Ticks,
  nowMs: number,
): TickPlan {
  const { nextAtMs: firstMs, overlap } = schedule;
  const isMissed = firstMs < nowMs - LATE_MS;
  const catchUp = overlap !== 'allow' && schedule.catchUp === 'all' ? 'one' : schedule.catchUp;
  if (isMissed && catchUp === 'one') {
    const lastMs = ticks.last(firstMs, nowMs) ?? firstMs;
    return { startMs: [lastMs], nextAtMs: ticks.next(nowMs), lastAtMs: lastMs };
  }
  const fromMs = isMissed && catchUp === 'skip' ? ticks.next(nowMs - LATE_MS - 1) : firstMs;
  const startMs: number[] = [];
  let nextMs = fromMs;
  for (; nextMs !== null && nextMs <= nowMs && startMs.length < TICKS_LIMIT; nextMs = ticks.next(nextMs)) {
    startMs.push(nextMs);
  }
  const lastAtMs = startMs.at(-1) ?? ticks.last(firstMs, nowMs) ?? firstMs;
  return { startMs: overlap === 'allow' ? startMs : startMs.slice(-1), nextAtMs: nextMs, lastAtMs };
}
