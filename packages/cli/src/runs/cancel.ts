import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Client, HoldfastError, type RunState } from '@holdfast/core';
import { examples } from '../command/leaf.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Acted } from './act.js';
import { actOnRuns } from './act-command.js';
import { selectionCommand, selectionOf } from './selection.js';

const OPEN: readonly RunState[] = ['pending', 'running', 'waiting', 'paused'];

export function addCancel(runs: CommandUnknownOpts, terminal: Terminal): void {
  const { command, filter } = selectionCommand(runs, 'cancel', terminal);
  command
    .summary('cancel runs wherever they are')
    .description('Cancel runs wherever they are: queued, asleep, waiting or in a step')
    .option('--children', 'with all runs that they started, and those started, except what was detached')
    .addHelpText(
      'after',
      examples(
        ['holdfast runs cancel order-42 --children', ''],
        ['holdfast runs cancel --workflow import --created-before 1d --dry-run', 'which would it be?'],
        ['holdfast runs cancel --workflow import --created-before 1d --yes', ''],
      ),
    )
    .action(async (ids, options) => {
      const { children = false } = options;
      const action = {
        verb: 'cancel',
        doing: 'Cancelling',
        done: 'cancelled',
        states: OPEN,
        act: (client: Client, some: readonly string[]) => cancel(client, some, children),
      };
      await actOnRuns(action, selectionOf(ids, options, filter()), terminal);
    });
}

async function cancel(client: Client, ids: readonly string[], children: boolean): Promise<readonly Acted[]> {
  const cancelled = new Set(await client.runs.cancel(ids, { children }));
  const left = ids.filter((id) => !cancelled.has(id));
  if (left.length === 0) return ids.map((id) => ({ id }));
  const { runs } = await client.runs.list({ ids: left, limit: left.length });
  const states = new Map(runs.map((run) => [run.id, run.state]));
  return ids.map((id) => (cancelled.has(id) ? { id } : { id, error: whyNot(id, states.get(id)) }));
}

function whyNot(id: string, state: RunState | undefined): HoldfastError {
  const details = { runId: id, state };
  return state === undefined
    ? new HoldfastError('RUN_NOT_FOUND', 'There is no such run.', { details })
    : new HoldfastError('RUN_FINISHED', `It is ${state} already.`, { details });
}
