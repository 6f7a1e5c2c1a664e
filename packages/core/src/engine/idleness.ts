import type { NotedWait } from '../store/index.js';
import type { OpenCall } from './call.js';

/** What to do with a run that has nothing to do. */
export type IdleVerdict =
  /** It is not idle: something is under way, or its own code is. */
  | { readonly kind: 'stay' }
  /**
   * It leaves memory now, to wake at that time; null when only something coming in can wake it. Among what it waits for is
   * this, of other runs.
   */
  | { readonly kind: 'park'; readonly wakeAtMs: number | null; readonly waits: readonly NotedWait[] }
  /** It is asked again at that time. */
  | { readonly kind: 'linger'; readonly untilMs: number };

export interface IdleState {
  readonly calls: Iterable<OpenCall>;
  readonly nowMs: number;
  /** Since when nothing has happened. */
  readonly sinceMs: number;
  readonly parkAfterMs: number;
  /** The executor is shutting down: whatever can be parked is parked at once. */
  readonly isDraining: boolean;
}

/**
 * Decides whether a run is parked. A wait with a known end that is far off parks at once; one that is near is sat out;
 * one that may end any moment (another run's outcome, a message) is given `parkAfterMs`.
 */
export function idleVerdict(state: IdleState): IdleVerdict {
  let earliest = Number.POSITIVE_INFINITY;
  let isOpenEnded = false;
  let calls = 0;
  const waits: NotedWait[] = [];
  for (const call of state.calls) {
    const { activity } = call;
    if (activity.kind === 'recorded' || activity.kind === 'busy') return { kind: 'stay' };
    calls += 1;
    const { untilMs, mayEndSooner = false, wait } = activity;
    if (wait) waits.push({ ...wait, seq: call.seq });
    if (untilMs === null || mayEndSooner) isOpenEnded = true;
    if (untilMs !== null) earliest = Math.min(earliest, untilMs);
  }
  if (calls === 0) return { kind: 'stay' };
  const park = { kind: 'park', wakeAtMs: Number.isFinite(earliest) ? earliest : null, waits } as const;
  if (state.isDraining) return park;
  if (earliest - state.nowMs <= state.parkAfterMs) return { kind: 'stay' };
  const lingerUntilMs = state.sinceMs + state.parkAfterMs;
  if (isOpenEnded && state.nowMs < lingerUntilMs) return { kind: 'linger', untilMs: lingerUntilMs };
  return park;
}
