import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ScheduleView } from '@holdfast/core';
import { databaseCommand } from '../command/leaf.js';
import { withClient } from '../database/client.js';
import { writeLines } from '../show/json.js';
import { agoText } from '../show/time.js';
import { plainValue } from '../show/values.js';
import { type Column, table } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

export function addScheduleList(schedules: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(schedules, 'list')
    .alias('ls')
    .summary('list schedules and their next ticks')
    .description('List schedules: what they start, when they last ticked, and when they will')
    .action(async (options) => {
      const list = await withClient(options, terminal, (client) => client.schedules.list());
      if (options.json)
        return writeLines(
          terminal,
          list.map((one) => ({ ...one, args: plainValue(one.args) })),
        );
      if (list.length === 0) {
        return terminal.note(
          "There are no schedules. An app defines them: schedule('nightly', '0 3 * * *', workflow).",
        );
      }
      const { columns: width, colours } = terminal;
      await terminal.write(table(list, scheduleColumns(terminal), { width, colours }));
    });
}

function scheduleColumns({ colours, now }: Terminal): readonly Column<ScheduleView>[] {
  const when = (date: Date | undefined): string => (date ? agoText(date, now()) : '');
  return [
    { title: 'SCHEDULE', cell: (one) => one.name },
    { title: 'CRON', cell: (one) => one.cron },
    { title: 'TIME ZONE', cell: (one) => one.timeZone, rank: 4, min: 9 },
    { title: 'WORKFLOW', cell: (one) => one.workflow, min: 12 },
    { title: 'NEXT', cell: (one) => (one.pausedAt ? '' : when(one.nextAt)), align: 'right' },
    { title: 'LAST', cell: (one) => when(one.lastAt), align: 'right', rank: 1 },
    { title: 'CATCH UP', cell: (one) => (one.catchUp === 'skip' ? '' : one.catchUp), rank: 5 },
    { title: 'OVERLAP', cell: (one) => one.overlap, rank: 6 },
    { title: 'QUEUE', cell: (one) => one.queue ?? '', rank: 3, min: 8 },
    { title: 'PAUSED', cell: (one) => when(one.pausedAt), paint: colours.yellow },
  ];
}
