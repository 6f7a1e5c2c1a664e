import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { databaseCommand, examples } from '../command/leaf.js';
import { withClient } from '../database/client.js';
import { writeDocument } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';

export function addMove(runs: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(runs, 'move')
    .summary('move runs to another version of their workflow')
    .description(
      'Move all runs of a version of a workflow to another version, which takes them up with the journals they have. Runs that are in ' +
        "somebody's hands stay, as do those that have ended.",
    )
    .requiredOption('--workflow <name>', 'the workflow')
    .requiredOption('--from <version>', 'the version that they have')
    .requiredOption('--to <version>', 'the version that they get')
    .option('--queue <name>', 'only those in this queue')
    .addHelpText(
      'after',
      examples([
        'holdfast runs move --workflow checkout --from 1 --to 2',
        'what `holdfast doctor` found stranded',
      ]),
    )
    .action(async ({ workflow, from, to, queue, ...options }) => {
      const move = { workflow, from, to, ...(queue !== undefined && { queue }) };
      const moved = await withClient(options, terminal, (client) => client.runs.move(move));
      if (options.json) return writeDocument(terminal, { ...move, moved });
      const count = moved === 1 ? '1 run' : `${moved.toLocaleString('en')} runs`;
      terminal.note(
        `${terminal.noteColours.green('✓')} ${count} of ${printable(workflow)} moved to version ${printable(to)}`,
      );
    });
}
