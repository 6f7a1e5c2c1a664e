import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { durationIn } from '../command/durations.js';
import { databaseCommand, examples } from '../command/leaf.js';
import { momentIn } from '../command/moments.js';
import { WrongUse } from '../command/wrong-use.js';
import { withClient } from '../database/client.js';
import { filterOptions } from '../runs/filter-options.js';
import type { Terminal } from '../terminal/terminal.js';
import { followRun } from './run.js';
import { followRuns } from './runs.js';
import { followStream } from './stream.js';

/** `holdfast tail` */
export function addTail(program: CommandUnknownOpts, terminal: Terminal): void {
  const command = databaseCommand(program, 'tail')
    .argument('[id]', 'a run; default: all runs, or those that options say')
    .summary('follow runs live')
    .description(
      'Follow runs live, until Ctrl-C: as they begin, change and end. Given a run, its calls, events and streams, until it ends; ' +
        'the exit code is 1 if it did not succeed.',
    )
    .option('--stream <name>', 'of a run: only the values of this stream, each on a line')
    .option('--since <moment>', 'without a run: also what happened since then, as 10m', (text) =>
      momentIn(text, terminal.now()),
    )
    .option('--interval <duration>', 'how often to look', durationIn, 1000)
    .addHelpText(
      'after',
      examples(
        ['holdfast tail', ''],
        ['holdfast tail --workflow checkout --state failed --json', 'only those that fail, for a program'],
        ['holdfast tail order-42', ''],
        ['holdfast tail order-42 --stream tokens', ''],
      ),
    );
  const filter = filterOptions(command, terminal);
  command.action(async (id, options) => {
    const { stream, since, interval, json = false } = options;
    if (id === undefined && stream !== undefined)
      throw new WrongUse('--stream is of a run: `holdfast tail <id> --stream <name>`.');
    if (id !== undefined && filter())
      throw new WrongUse('Name a run, or say which ones by options: not both.');
    await withClient(options, terminal, async (client) => {
      const how = { client, terminal, json, intervalMs: Math.max(50, interval) };
      if (id === undefined) return followRuns(how, filter() ?? {}, since);
      return stream === undefined ? followRun(how, id) : followStream(how, id, stream);
    });
  });
}
