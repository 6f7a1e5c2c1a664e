import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Terminal } from '../terminal/terminal.js';
import { addCancel } from './cancel.js';
import { addDelete } from './delete.js';
import { addFork } from './fork.js';
import { addList } from './list.js';
import { addMove } from './move.js';
import { addResume, addRetry } from './resume.js';
import { addShow } from './show.js';
import { addSteps } from './steps.js';

/** `holdfast runs …` */
export function addRuns(program: CommandUnknownOpts, terminal: Terminal): void {
  const runs = program.command('runs').description('look at runs and operate on them');
  addList(runs, terminal);
  addShow(runs, terminal);
  addSteps(runs, terminal);
  addCancel(runs, terminal);
  addResume(runs, terminal);
  addRetry(runs, terminal);
  addFork(runs, terminal);
  addMove(runs, terminal);
  addDelete(runs, terminal);
}
