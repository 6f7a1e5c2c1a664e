import { quantile } from '../../measure/statistics.js';
import { type Trend, trendOf } from '../../measure/trend.js';
import type { Findings } from '../study.js';
import type { Sample } from './sample.js';

/** So long it takes until as many runs are deleted as come in, and the tables have the size that they keep. */
const WARM_UP_MINUTES = 10;
/** After a transaction that was held open, vacuum needs so long. */
const RECOVERY_MINUTES = 5;
/** A change by less than this is none. */
const FLAT = 0.1;

interface Figure {
  readonly name: string;
  readonly unit: string;
  of(sample: Sample): number;
}

const MB = 2 ** 20;
const sum = (sample: Sample, of: 'dead' | 'tableBytes' | 'indexBytes'): number =>
  sample.tables.reduce((total, table) => total + table[of], 0);

const FIGURES: readonly Figure[] = [
  { name: 'heap in use', unit: 'MB', of: ({ heapUsed }) => heapUsed / MB },
  { name: 'resident memory', unit: 'MB', of: ({ rss }) => rss / MB },
  { name: 'dead tuples', unit: '', of: (sample) => sum(sample, 'dead') },
  { name: 'tables', unit: 'MB', of: (sample) => sum(sample, 'tableBytes') / MB },
  { name: 'indexes', unit: 'MB', of: (sample) => sum(sample, 'indexBytes') / MB },
  { name: 'run of 5 steps, p50', unit: 'ms', of: ({ runs }) => runs.p50 },
  { name: 'run of 5 steps, p95', unit: 'ms', of: ({ runs }) => runs.p95 },
  { name: 'run of 5 steps, p99', unit: 'ms', of: ({ runs }) => runs.p99 },
  { name: 'enqueue to first line, p50', unit: 'ms', of: ({ waits }) => waits.p50 },
  { name: 'enqueue to first line, p95', unit: 'ms', of: ({ waits }) => waits.p95 },
  { name: 'enqueue to first line, p99', unit: 'ms', of: ({ waits }) => waits.p99 },
  { name: 'CPU of the process', unit: '%', of: ({ clientCpuMs }) => clientCpuMs / 600 },
];

/**
 * What became of each figure before and after a transaction was held open, and meanwhile. The two are judged apart: what such
 * a transaction leaves behind in the tables, vacuum frees for new rows, but gives no room back to the system.
 */
export function verdictOn(samples: readonly Sample[]): Findings {
  const warmUp = Math.min(WARM_UP_MINUTES, Math.floor(samples.length / 4));
  const held = samples.filter(({ isHeld }) => isHeld);
  const [firstHeld, lastHeld] = [held[0]?.minute ?? Number.POSITIVE_INFINITY, held.at(-1)?.minute];
  const before = samples.filter(({ minute }) => minute > warmUp && minute < firstHeld);
  const after = samples.filter(
    ({ minute }) => lastHeld !== undefined && minute > lastHeld + RECOVERY_MINUTES,
  );
  const rows: string[][] = [];
  const growing: string[] = [];
  for (const { name, unit, of } of FIGURES) {
    const trends = [before, after].map((part) => trendOf(part.map((sample) => [sample.minute, of(sample)])));
    if (trends.some(isGrowing)) growing.push(name);
    rows.push([
      `${name}${unit && `, ${unit}`}`,
      ...trends.flatMap(({ median, change }) => [shown(median), percent(change)]),
      shown(quantile(held.map(of), 0.5)),
      shown(Math.max(...held.map(of))),
    ]);
  }
  return {
    columns: ['', 'before: median', 'change', 'after: median', 'change', 'held open: median', 'most'],
    rows,
    verdicts: verdicts(samples, growing),
  };
}

/** By more than a tenth, and in three of four pairs of moments. */
function isGrowing({ change, between: [low] }: Trend): boolean {
  return change > FLAT && low > 0;
}

function verdicts(samples: readonly Sample[], growing: readonly string[]): readonly string[] {
  const failures = samples.reduce((total, sample) => total + sample.failures, 0);
  const complaints = new Set(samples.flatMap((sample) => sample.complaints));
  return [
    growing.length === 0 ? 'Flat: nothing grew by more than a tenth.' : `Not flat: ${growing.join(', ')}.`,
    `${samples.at(-1)?.started ?? 0} runs in ${samples.length} minutes, ${failures} failed.`,
    ...[...complaints].map((complaint) => `The engine warned: ${complaint}`),
  ];
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return '';
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

function percent(share: number): string {
  if (Number.isNaN(share)) return '';
  return `${share > 0 ? '+' : ''}${Math.round(share * 100)} %`;
}
