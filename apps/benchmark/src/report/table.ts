import type { Workload } from '../workloads.js';
import { type Figures, ratio } from './figures.js';

/** A workload's figures as a table in Markdown, best first; ours is the first contender. */
export function table(workload: Workload, figures: readonly Figures[], ours: string): string {
  const own = figures.find(({ contender }) => contender === ours);
  const sorted = [...figures].sort((a, b) =>
    workload.shows === 'rate' ? b.value - a.value : a.value - b.value,
  );
  const lines = sorted.map((one) =>
    [
      one.contender,
      shown(workload, one),
      `± ${Math.round(one.spread * 100)} %`,
      own && one !== own ? `${precise(ratio(workload, own, one))} x` : '',
      precise(one.commitsPerUnit),
      `${Math.round(one.walBytesPerUnit)}`,
      `${Math.round(one.cpuMicrosPerUnit.client)} + ${Math.round(one.cpuMicrosPerUnit.server)}`,
    ].join(' | '),
  );
  const { unit } = workload;
  return [
    `### ${workload.title}`,
    '',
    `| | ${heading(workload)} | spread | ${ours} is | commits/${unit} | WAL bytes/${unit} | CPU µs/${unit}, client + server |`,
    '|---|--:|--:|--:|--:|--:|--:|',
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n');
}

function heading({ shows, unit }: Workload): string {
  if (shows === 'rate') return `${unit}s/s`;
  return shows === 'time' ? `ms/${unit}` : 'ms, median (p95)';
}

function shown({ shows }: Workload, { value, p95 }: Figures): string {
  if (shows === 'rate') return Math.round(value).toLocaleString('en');
  return shows === 'time' ? value.toFixed(3) : `${value.toFixed(1)} (${p95?.toFixed(1)})`;
}

/** A number with as many digits as mean something. */
function precise(value: number): string {
  if (value >= 100) return Math.round(value).toString();
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
