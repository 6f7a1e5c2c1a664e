import type { Workload } from '../workloads.js';
import { bar, type Drawn, FRAME, text } from './drawn.js';
import { type Figures, ratio } from './figures.js';

/** A workload and what all contenders made of it. */
export interface Panel {
  readonly workload: Workload;
  readonly figures: readonly Figures[];
}

/** Room for the figures at the end of the longest bar. */
const FIGURES = 210;

/** A workload as bars, best first. */
export function bars({ workload, figures }: Panel, ours: string): Drawn {
  const own = figures.find(({ contender }) => contender === ours);
  const best = Math.max(...figures.map((one) => score(workload, one)));
  const sorted = [...figures].sort((a, b) => score(workload, b) - score(workload, a));
  const elements = [text(0, 16, workload.title, 'title')];
  for (const [n, one] of sorted.entries()) {
    const top = FRAME.title - 8 + n * FRAME.bar;
    const length = (score(workload, one) / best) * (FRAME.width - FRAME.label - FIGURES);
    const isOurs = one === own;
    const end = FRAME.label + length + 8;
    const value = shown(workload, one);
    elements.push(
      text(FRAME.label - 8, top + 15, one.contender, isOurs ? 'name strong' : 'name'),
      bar(length, top, isOurs ? 'ours' : one.isFloor ? 'floor' : 'other'),
      text(end, top + 15, value, isOurs ? 'strong' : ''),
    );
    if (own && !isOurs)
      elements.push(text(FRAME.width, top + 15, compared(workload, own, one, ours), 'name quiet'));
  }
  return { height: FRAME.title + sorted.length * FRAME.bar + FRAME.gap, elements };
}

/** Longer is better: a rate as it is, a time turned over. */
function score({ shows }: Workload, { value }: Figures): number {
  return shows === 'rate' ? value : 1 / value;
}

function shown({ shows, unit }: Workload, { value }: Figures): string {
  if (shows === 'rate') return `${Math.round(value).toLocaleString('en')} ${unit}s/s`;
  return shows === 'time' ? `${value.toFixed(2)} ms/${unit}` : `${value.toFixed(1)} ms`;
}

function compared(workload: Workload, own: Figures, other: Figures, ours: string): string {
  const times = ratio(workload, own, other);
  return `${ours}: ${times >= 10 ? times.toFixed(0) : times.toFixed(times >= 1 ? 1 : 2)} x`;
}
