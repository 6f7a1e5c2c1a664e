import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { databaseCommand, examples } from '../command/leaf.js';
import { momentIn } from '../command/moments.js';
import { withClient } from '../database/client.js';
import { writeLines } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';

export function addBackfill(schedules: CommandUnknownOpts, terminal: Terminal): void {
  const moment = (text: string): Date => momentIn(text, terminal.now());
  databaseCommand(schedules, 'backfill')
    .argument('<name>', 'the schedule')
    .summary('start the runs of ticks in the past')
    .description(
      'Start the runs of all ticks in a stretch of the past; those that were started before stay the same runs',
    )
    .requiredOption('--from <moment>', 'from then on: a date, or 2d for 2 days ago', moment)
    .option('--to <moment>', 'and before then; default: now', moment)
    .addHelpText(
      'after',
      examples(["holdfast schedules backfill 'nightly digest' --from 2030-01-01 --to 2030-01-08", '']),
    )
    .action(async (name, options) => {
      const { from, to = new Date(terminal.now()), json } = options;
      const handles = await withClient(options, terminal, (client) =>
        client.schedules.backfill(name, { from, to }),
      );
      if (json)
        return writeLines(
          terminal,
          handles.map(({ id }) => ({ schedule: name, id })),
        );
      await terminal.write(handles.map(({ id }) => `${printable(id)}\n`).join(''));
      terminal.note(handles.length === 0 ? 'It has no tick in that time.' : `${handles.length} ticks.`);
    });
}
