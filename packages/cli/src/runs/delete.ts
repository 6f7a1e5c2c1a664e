import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Client, DeleteOptions, RunState } from '@holdfast/core';
import { RUN_STATES } from '@holdfast/core/internal';
import { examples } from '../command/leaf.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Acted } from './act.js';
import { actOnRuns } from './act-command.js';
import { selectionCommand, selectionOf } from './selection.js';

const ENDED: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];

export function addDelete(runs: CommandUnknownOpts, terminal: Terminal): void {
  const { command, filter } = selectionCommand(runs, 'delete', terminal);
  command
    .alias('rm')
    .summary('delete runs that have ended')
    .description('Delete runs that have ended, with all that is kept of them')
    .option('--children', 'with all runs that they started, and those started, except what was detached')
    .option('--force', 'cancel what has not ended first')
    .addHelpText(
      'after',
      examples(
        ['holdfast runs delete order-42', ''],
        [
          'holdfast runs delete --workflow import --completed-before 90d',
          'old ones; see the guide on retention',
        ],
      ),
    )
    .action(async (ids, options) => {
      const { children = false, force = false } = options;
      const action = {
        verb: 'delete',
        doing: 'Deleting',
        done: 'deleted',
        states: force ? RUN_STATES : ENDED,
        isGrave: true,
        act: (client: Client, some: readonly string[]) => deleteRuns(client, some, { children, force }),
      };
      await actOnRuns(action, selectionOf(ids, options, filter()), terminal);
    });
}

async function deleteRuns(
  client: Client,
  ids: readonly string[],
  options: DeleteOptions,
): Promise<readonly Acted[]> {
  const deleted = new Set(await client.runs.delete(ids, options));
  const acted: Acted[] = [];
  for (const id of ids) acted.push(deleted.has(id) ? { id } : await deleteOne(client, id, options));
  return acted;
}

/** Tried once more by itself, as that says why not. */
async function deleteOne(client: Client, id: string, options: DeleteOptions): Promise<Acted> {
  try {
    await client.runs.delete(id, options);
    return { id };
  } catch (error) {
    return { id, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
