import { median } from './statistics.js';

/** How something changes with time. */
export interface Trend {
  readonly median: number;
  /** From the first moment to the last, as a share of the median: 0.1 is a tenth more. */
  readonly change: number;
  /** Half of all pairs of moments say a change between these two. */
  readonly between: readonly [number, number];
}

/**
 * The slope through points, as the median of the slopes of all pairs of them: a few outliers do not move it.
 */
export function trendOf(points: readonly (readonly [at: number, value: number])[]): Trend {
  const middle = median(points.map(([, value]) => value));
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  const changes = points
    .flatMap(([at, value], n) => points.slice(n + 1).map(([later, then]) => (then - value) / (later - at)))
    .map((slope) => (slope * span) / middle)
    .sort((a, b) => a - b);
  const at = (share: number): number => changes[Math.floor(changes.length * share)] ?? Number.NaN;
  return { median: middle, change: at(0.5), between: [at(0.25), at(0.75)] };
}
