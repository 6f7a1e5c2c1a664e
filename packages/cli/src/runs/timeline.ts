import type { RunView, StepView } from '@holdfast/core';
import { durationText } from '../show/time.js';
import { errorLine, valueLine } from '../show/values.js';
import type { Colours } from '../terminal/colours.js';
import type { Terminal } from '../terminal/terminal.js';
import { cut, padded, printable, widthOf } from '../terminal/width.js';

/** How wide the bars are drawn. */
const BARS = { min: 10, max: 40 };
const NAME = { min: 12, max: 40 };

/** The span of time that bars are drawn in. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The calls of a run's journal, each with its sign, name, time and a bar that shows when in the run it was; under it, the run it
 * started and the error it had.
 */
export function timeline(
  steps: readonly StepView[],
  run: Pick<RunView, 'startedAt' | 'completedAt'>,
  terminal: Terminal,
  { outputs = false }: { readonly outputs?: boolean } = {},
): string {
  const { colours } = terminal;
  const now = terminal.now();
  const span = spanOf(steps, run, now);
  const width = Math.min(terminal.columns, 120);
  const names = steps.map((step) => printable(callText(step)));
  const seqWidth = String(steps.at(-1)?.seq ?? 0).length;
  const fixed = 2 + seqWidth + 3 + 2 + TOOK + 2;
  const barWidth = Math.max(BARS.min, Math.min(BARS.max, Math.floor((width - fixed) / 2)));
  const longest = Math.max(NAME.min, ...names.map(widthOf));
  const nameWidth = Math.min(longest, Math.max(NAME.min, Math.min(NAME.max, width - fixed - barWidth - 2)));
  const lines = steps.flatMap((step, at) => {
    const name = padded(cut(names[at]!, nameWidth), nameWidth);
    const took = padded(durationText(endOf(step, now) - step.startedAt.getTime()), TOOK, 'right');
    const sign = signOf(step, colours);
    const bar = paintBar(step, colours)(barOf(step, span, barWidth, now));
    const head =
      `  ${colours.dim(padded(String(step.seq), seqWidth, 'right'))} ${sign} ${name}  ${took}  ${bar}`.trimEnd();
    return [
      head,
      ...notesOn(step, now, outputs).map(
        (note) => `  ${' '.repeat(seqWidth + 3)}${paintNote(note, colours)}`,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

const TOOK = 10;

function spanOf(
  steps: readonly StepView[],
  { startedAt, completedAt }: Pick<RunView, 'startedAt' | 'completedAt'>,
  now: number,
): Span {
  const starts = steps.map((step) => step.startedAt.getTime());
  const fromMs = Math.min(...starts, startedAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const ends = steps.map((step) => endOf(step, now));
  return { fromMs, toMs: Math.max(fromMs + 1, ...ends, completedAt?.getTime() ?? 0) };
}

function endOf({ completedAt }: StepView, now: number): number {
  return completedAt?.getTime() ?? now;
}

/** Steps by their names alone, as they are what is mostly called; the rest with what they are. */
export function callText({ kind, name }: StepView): string {
  if (kind === 'step') return name;
  if (kind === 'sleep') return name === 'sleep' ? 'sleep' : `sleep ${name}`;
  return `${kind} ${name}`;
}

/** How a call stands. */
export function signOf(step: StepView, { green, red, cyan, yellow }: Colours): string {
  if (step.error !== undefined && step.ordinal === undefined) return yellow('↻');
  if (step.ordinal === undefined) return cyan('…');
  return step.error === undefined ? green('✓') : red('✗');
}

function paintBar(step: StepView, { green, red, cyan, yellow }: Colours): (text: string) => string {
  if (step.error !== undefined) return step.ordinal === undefined ? yellow : red;
  return step.ordinal === undefined ? cyan : green;
}

const EIGHTHS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar from the call's beginning to its end. However short it was, a sliver is seen. */
function barOf(step: StepView, { fromMs, toMs }: Span, width: number, now: number): string {
  const place = (ms: number): number => ((ms - fromMs) / (toMs - fromMs)) * width;
  const from = Math.min(width - 1, Math.floor(place(step.startedAt.getTime())));
  const length = Math.max(1 / 8, Math.min(width, place(endOf(step, now))) - from);
  const full = Math.floor(length);
  return `${' '.repeat(from)}${'█'.repeat(full)}${EIGHTHS[Math.floor((length - full) * 8)]}`.trimEnd();
}

interface Note {
  readonly text: string;
  readonly tone: 'plain' | 'bad';
}

function notesOn(step: StepView, now: number, outputs: boolean): readonly Note[] {
  const notes: Note[] = [];
  if (step.childId !== undefined) notes.push({ text: `→ run ${printable(step.childId)}`, tone: 'plain' });
  if (step.error !== undefined) notes.push({ text: errorLine(step.error), tone: 'bad' });
  if (outputs && step.output !== undefined)
    notes.push({ text: `= ${valueLine(step.output)}`, tone: 'plain' });
  if (step.attempt > 1 || step.retryAt) notes.push({ text: attemptText(step, now), tone: 'plain' });
  return notes;
}

function attemptText({ attempt, retryAt, ordinal }: StepView, now: number): string {
  if (ordinal !== undefined || !retryAt) return `${attempt} attempts`;
  const which = `attempt ${attempt} failed`;
  const ms = retryAt.getTime() - now;
  return ms > 0 ? `${which}, the next one in ${durationText(ms)}` : `${which}, the next one is due`;
}

function paintNote({ text, tone }: Note, { red, dim }: Colours): string {
  return tone === 'bad' ? red(text) : dim(text);
}
