import type { RunSummary } from '@holdfast/core';
import { paintState } from '../show/states.js';
import { agoText, durationText } from '../show/time.js';
import type { Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

/** What a list shows of runs. Ids are never cut: they are there to be copied. */
export function runColumns(terminal: Terminal): readonly Column<RunSummary>[] {
  const { colours } = terminal;
  const now = terminal.now();
  return [
    { title: 'ID', cell: (run) => run.id },
    { title: 'WORKFLOW', cell: (run) => run.workflow, min: 12 },
    {
      title: 'STATE',
      cell: (run) => (run.isUnwinding ? `${run.state}, undoing` : run.state),
      paint: (text, run) => paintState(run.state, colours)(text),
    },
    { title: 'CREATED', cell: (run) => agoText(run.createdAt, now), align: 'right' },
    { title: 'TOOK', cell: (run) => took(run, now), align: 'right', rank: 1 },
    {
      title: 'DUE',
      cell: (run) => (run.wakeAt && run.wakeAt.getTime() > now ? agoText(run.wakeAt, now) : ''),
      align: 'right',
      rank: 2,
    },
    { title: 'QUEUE', cell: (run) => run.queue ?? '', min: 8, rank: 3 },
    { title: 'PARENT', cell: (run) => run.parentId ?? '', min: 8, rank: 5, paint: colours.dim },
    { title: 'TAGS', cell: tagsText, min: 8, rank: 4, paint: colours.dim },
  ];
}

/** How long a run took, or has taken so far. Nothing while it has not begun. */
export function took({ startedAt, completedAt }: RunSummary, nowMs: number): string {
  if (!startedAt) return '';
  return durationText((completedAt?.getTime() ?? nowMs) - startedAt.getTime());
}

/** Tags as they are given to `--tag`. */
export function tagsText({ tags }: RunSummary): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
