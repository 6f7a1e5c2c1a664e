import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { databaseCommand } from '../command/leaf.js';
import { withClient } from '../database/client.js';
import { writeDocument } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';

export function addTrigger(schedules: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(schedules, 'trigger')
    .argument('<name>', 'the schedule')
    .summary('start a run of a schedule now')
    .description('Start a run of a schedule now, whatever its clock, pause and overlap say')
    .action(async (name, options) => {
      const { id } = await withClient(options, terminal, (client) => client.schedules.trigger(name));
      if (options.json) return writeDocument(terminal, { schedule: name, id });
      await terminal.write(`${printable(id)}\n`);
    });
}
