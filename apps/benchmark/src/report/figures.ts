import type { Contender } from '../contender.js';
import type { Measurement } from '../measure/measurement.js';
import { median, quantile, spread } from '../measure/statistics.js';
import type { Workload } from '../workloads.js';

/** What a contender's measurements of one workload come to. */
export interface Figures {
  readonly contender: string;
  /** Whether it is the bare SQL, and nobody's library. */
  readonly isFloor: boolean;
  /** Units in a second, or milliseconds: as the workload shows it. The median of the repetitions. */
  readonly value: number;
  /** For waits: the 95th percentile. */
  readonly p95: number | undefined;
  readonly spread: number;
  readonly commitsPerUnit: number;
  readonly walBytesPerUnit: number;
  readonly cpuMicrosPerUnit: { readonly client: number; readonly server: number };
}

export function figuresOf(
  { name, package: library }: Pick<Contender, 'name' | 'package'>,
  workload: Workload,
  measurements: readonly Measurement[],
): Figures {
  const values = measurements.map((one) => shownValue(workload, one));
  const perUnit = (of: (one: Measurement) => number): number =>
    median(measurements.map((one) => of(one) / one.units));
  const waits = measurements.flatMap(({ waitsMs }) => waitsMs);
  return {
    contender: name,
    isFloor: library === null,
    value: median(values),
    p95: waits.length > 0 ? quantile(waits, 0.95) : undefined,
    spread: spread(values),
    commitsPerUnit: perUnit(({ commits }) => commits),
    walBytesPerUnit: perUnit(({ walBytes }) => walBytes),
    cpuMicrosPerUnit: {
      client: perUnit(({ cpuMs }) => cpuMs.client * 1000),
      server: perUnit(({ cpuMs }) => cpuMs.server * 1000),
    },
  };
}

/** What a workload shows of one measurement: a rate, a time or a wait. */
export function shownValue(
  workload: Workload,
  { units, tookMs, waitsMs }: Pick<Measurement, 'units' | 'tookMs' | 'waitsMs'>,
): number {
  switch (workload.shows) {
    case 'rate':
      return units / (tookMs / 1000);
    case 'time':
      return tookMs / units;
    case 'waits':
      return median(waitsMs);
  }
}

/** How many times better the first contender is than another. */
export function ratio(workload: Workload, ours: Figures, theirs: Figures): number {
  return workload.shows === 'rate' ? ours.value / theirs.value : theirs.value / ours.value;
}
