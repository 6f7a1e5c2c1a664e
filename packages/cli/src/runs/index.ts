import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Terminal } from '../terminal/terminal.js';
import { addCancel } from './cancel.js';
import { addList } from './list.js';
import { addShow } from './show.js';

/** `holdfast runs …` */
export function addRuns(program: CommandUnknownOpts, terminal: Terminal): void {
  const runs = program.command('runs').description('Look at runs and operate on them');
  addList(runs, terminal);
  addShow(runs, terminal);
  addCancel(runs, terminal);
}
