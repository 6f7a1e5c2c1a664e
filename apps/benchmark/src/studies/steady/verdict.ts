import { quantile } from '../../measure/statistics.js';
import { trendOf } from '../../measure/trend.js';
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

/** What became of each figure over the time, and while a transaction was held open. */
export function verdictOn(samples: readonly Sample[]): Findings {
  const warmUp = Math.min(WARM_UP_MINUTES, Math.floor(samples.length / 3));
  const lastHeld = Math.max(-1, ...samples.filter(({ isHeld }) => isHeld).map(({ minute }) => minute));
  const isDisturbed = ({ minute, isHeld }: Sample): boolean =>
    isHeld || (minute > lastHeld && minute <= lastHeld + RECOVERY_MINUTES);
  const settled = samples.filter(({ minute }) => minute > warmUp);
  const calm = settled.filter((sample) => !isDisturbed(sample));
  const held = samples.filter(({ isHeld }) => isHeld);
  const rows: string[][] = [];
  const drifting: string[] = [];
  for (const { name, unit, of } of FIGURES) {
    const trend = trendOf(calm.map((sample) => [sample.minute, of(sample)]));
    const isFlat = Math.abs(trend.change) <= FLAT || trend.between[0] * trend.between[1] < 0;
    if (!isFlat && trend.change > 0) drifting.push(name);
    rows.push([
      `${name}${unit && `, ${unit}`}`,
      shown(trend.median),
      `${percent(trend.change)} (${percent(trend.between[0])} to ${percent(trend.between[1])})`,
      held.length > 0 ? shown(quantile(held.map(of), 0.5)) : '',
      held.length > 0 ? shown(Math.max(...held.map(of))) : '',
    ]);
  }
  return {
    columns: ['', 'median', 'change over the time (half of all pairs)', 'transaction held: median', 'most'],
    rows,
    verdicts: verdicts(samples, drifting),
  };
}

function verdicts(samples: readonly Sample[], drifting: readonly string[]): readonly string[] {
  const failures = samples.reduce((total, sample) => total + sample.failures, 0);
  const complaints = new Set(samples.flatMap((sample) => sample.complaints));
  return [
    drifting.length === 0 ? 'Flat: nothing grew by more than a tenth.' : `Not flat: ${drifting.join(', ')}.`,
    `${samples.at(-1)?.started ?? 0} runs in ${samples.length} minutes, ${failures} failed.`,
    ...[...complaints].map((complaint) => `The engine warned: ${complaint}`),
  ];
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${Math.round(share * 100)} %`;
}
