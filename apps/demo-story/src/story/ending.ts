import pc from 'picocolors';
import type { RunRow } from '../journal.js';
import { type Claim, holds } from '../proof.js';
import type { Stage } from './stage.js';
import { coloured, fill } from './words.js';

/** The steps of a checkout, and how the board heads their columns. */
const COLUMNS = {
  'reserve stock': 'reserve',
  'charge card': 'charge',
  'record order': 'record',
  ship: 'ship',
  'refund card': 'refund',
  'undo order': 'undo',
};

const WIDTH = 10;

/** Who did which step of which order. */
export function board(stage: Stage): string[] {
  const head = ['order', ...Object.values(COLUMNS), 'end'].map((title) => fill(title, WIDTH)).join('');
  const rows = stage.runs.map((run) => {
    const cells = Object.keys(COLUMNS).map((name) => cell(stage, run, name));
    return `  ${fill(run.id, WIDTH)}${cells.join('')}${run.outcome ?? run.state}`;
  });
  return [`  ${pc.dim(head.trimEnd())}`, ...rows];
}

function cell(stage: Stage, run: RunRow, name: string): string {
  const step = run.steps.find((one) => one.name === name);
  if (!step) return fill('', WIDTH);
  const holder = stage.holder(run.id, step.epoch);
  const mark = step.epoch > 1 ? '*' : '';
  return fill(holder + mark, WIDTH, coloured(holder) + pc.green(mark));
}

/** What was claimed, and what was found. */
export function verdicts(claims: readonly Claim[]): string[] {
  const head = `${fill('', 52)}${'expected'.padStart(10)}${'found'.padStart(8)}`;
  const rows = claims.map((claim) => {
    const { what, expected, found } = claim;
    const mark = holds(claim) ? pc.green('✓') : pc.red('✗');
    return `  ${mark} ${fill(what, 50)}${String(expected).padStart(10)}${String(found).padStart(8)}`;
  });
  return [`  ${pc.dim(head)}`, ...rows];
}
