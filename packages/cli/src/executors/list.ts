import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ExecutorView } from '@holdfast/core';
import { databaseCommand } from '../command/leaf.js';
import { withClient } from '../database/client.js';
import { writeLines } from '../show/json.js';
import { agoText } from '../show/time.js';
import { type Column, table } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

/** `holdfast executors` */
export function addExecutors(program: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(program, 'executors')
    .summary('list the processes that execute runs')
    .description(
      'List the processes that execute runs: whether they live, what they have, and how many runs are in their hands',
    )
    .option('--all', 'those too that have stopped, for a day')
    .action(async (options) => {
      const known = await withClient(options, terminal, (client) => client.executors.list());
      const list = options.all
        ? known
        : known.filter(({ standing, runs }) => standing !== 'stopped' || runs > 0);
      if (options.json) return writeLines(terminal, list);
      if (list.length === 0) {
        return terminal.note(
          'No process executes runs. One does as soon as an app is launched: await app.launch().',
        );
      }
      const { columns: width, colours } = terminal;
      await terminal.write(table(list, executorColumns(terminal), { width, colours }));
    });
}

function executorColumns({ colours, now }: Terminal): readonly Column<ExecutorView>[] {
  const { green, yellow, dim } = colours;
  const paint = { alive: green, lapsed: yellow, stopped: dim };
  return [
    { title: 'EXECUTOR', cell: (one) => one.id },
    { title: 'STANDING', cell: (one) => one.standing, paint: (text, one) => paint[one.standing](text) },
    { title: 'RUNS', cell: (one) => one.runs.toLocaleString('en'), align: 'right' },
    { title: 'STARTED', cell: (one) => agoText(one.startedAt, now()), align: 'right', rank: 3 },
    {
      title: 'STOPPED',
      cell: (one) => (one.stoppedAt ? agoText(one.stoppedAt, now()) : ''),
      align: 'right',
      rank: 1,
    },
    { title: 'HOST', cell: (one) => `${one.host}:${one.pid}`, rank: 4, min: 10 },
    { title: 'QUEUES', cell: (one) => one.queues?.join(', ') ?? '', rank: 5, min: 8 },
    { title: 'WORKFLOWS', cell: workflowsText, rank: 2, min: 12, paint: dim },
  ];
}

function workflowsText({ workflows }: ExecutorView): string {
  return workflows.map(({ workflow, version }) => `${workflow}@${version}`).join(', ');
}
