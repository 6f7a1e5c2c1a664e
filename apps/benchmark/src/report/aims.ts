import type { Mark } from '../studies/study.js';
import { bar, type Drawn, FRAME, text } from './drawn.js';

/** Where a bar ends that is just as long as it may be. */
const AIM = 330;
/** Bars that are longer than this end here. */
const LONGEST = 450;

/** What the studies found, each beside what it may be at most. */
export function aims(marks: readonly Mark[]): Drawn {
  const top = (n: number): number => FRAME.title - 8 + n * FRAME.bar;
  const aimX = FRAME.label + AIM;
  const elements = [
    text(0, 16, 'Beside what it may be at most', 'title'),
    text(FRAME.width, 16, 'shorter is better; the line is the most', 'quiet name'),
  ];
  for (const [n, { name, value, most, unit }] of marks.entries()) {
    const length = Math.min(LONGEST, (Math.max(0, value) / most) * AIM);
    const words = `${precise(value)} ${unit}`;
    // The line must not run through the figure.
    const end = FRAME.label + length + 8;
    const isInTheWay = end < aimX + 4 && end + words.length * 7.5 > aimX;
    elements.push(
      text(FRAME.label - 8, top(n) + 15, name, 'name'),
      bar(length, top(n), 'ours'),
      text(isInTheWay ? aimX + 10 : end, top(n) + 15, words, 'strong'),
      text(FRAME.width, top(n) + 15, `at most ${precise(most)} ${unit}`, 'quiet name'),
    );
  }
  elements.push(`<line x1="${aimX}" y1="${top(0)}" x2="${aimX}" y2="${top(marks.length)}" class="aim"/>`);
  return { height: FRAME.title + marks.length * FRAME.bar + FRAME.gap, elements };
}

function precise(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 0 : value >= 1 ? 1 : 2);
}
