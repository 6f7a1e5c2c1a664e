import type { Workload } from '../workloads.js';
import type { Figures } from './figures.js';

/** A workload and what all contenders made of it. */
export interface Panel {
  readonly workload: Workload;
  readonly figures: readonly Figures[];
}

const WIDTH = 860;
const BAR = 22;
const HEAD = 44;
const LABEL = 190;

/** Bars, longest best, as an SVG that reads on light and dark pages. */
export function picture(panels: readonly Panel[], ours: string): string {
  let top = 10;
  const parts: string[] = [];
  for (const { workload, figures } of panels) {
    parts.push(`<text x="0" y="${top + 20}" class="title">${escaped(workload.title)}</text>`);
    top += HEAD - 12;
    const best = Math.max(...figures.map((one) => score(workload, one)));
    const sorted = [...figures].sort((a, b) => score(workload, b) - score(workload, a));
    for (const one of sorted) {
      const length = Math.max(2, (score(workload, one) / best) * (WIDTH - LABEL - 150));
      const css = one.contender === ours ? 'ours' : 'other';
      parts.push(
        `<text x="${LABEL - 8}" y="${top + 15}" class="name">${escaped(one.contender)}</text>`,
        `<rect x="${LABEL}" y="${top + 2}" width="${length.toFixed(1)}" height="${BAR - 6}" rx="2" class="${css}"/>`,
        `<text x="${(LABEL + length + 8).toFixed(1)}" y="${top + 15}" class="value">${shown(workload, one)}</text>`,
      );
      top += BAR;
    }
    top += 14;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" font-family="system-ui, sans-serif" font-size="13">`,
    '<title>Longer is better</title>',
    '<style>text{fill:#57606a}.title{font-weight:600;fill:#8250df}.name{text-anchor:end}.ours{fill:#8250df}.other{fill:#8c959f}</style>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Longer is better: a rate as it is, a time turned over. */
function score({ shows }: Workload, { value }: Figures): number {
  return shows === 'rate' ? value : 1 / value;
}

function shown({ shows, unit }: Workload, { value }: Figures): string {
  if (shows === 'rate') return `${Math.round(value).toLocaleString('en')} ${unit}s/s`;
  return shows === 'time' ? `${value.toFixed(2)} ms/${unit}` : `${value.toFixed(1)} ms`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
