import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Client, Done, RunState } from '@holdfast/core';
import { examples } from '../command/leaf.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Acted } from './act.js';
import { actOnRuns } from './act-command.js';
import { selectionCommand, selectionOf } from './selection.js';

const STOPPED: readonly RunState[] = ['failed', 'cancelled', 'paused'];

/** `holdfast runs resume` and `holdfast runs retry`: the same, but for one call. */
export function addResume(runs: CommandUnknownOpts, terminal: Terminal): void {
  const { command, filter } = selectionCommand(runs, 'resume', terminal);
  command
    .summary('take up runs from where their journals end')
    .description('Take up failed, cancelled or paused runs from where their journals end')
    .addHelpText(
      'after',
      examples(
        ['holdfast runs resume order-42', ''],
        ['holdfast runs resume --state paused', 'all that are paused'],
      ),
    )
    .action(async (ids, options) => {
      const act = async (client: Client, some: readonly string[]) => acted(await client.runs.resume(some));
      const action = { verb: 'resume', doing: 'Resuming', done: 'resumed', states: STOPPED, act };
      await actOnRuns(action, selectionOf(ids, options, filter()), terminal);
    });
}

export function addRetry(runs: CommandUnknownOpts, terminal: Terminal): void {
  const { command, filter } = selectionCommand(runs, 'retry', terminal);
  command
    .summary('the same, and make the failed call anew')
    .description('Take up runs again, and make the call anew because of which they failed')
    .addHelpText(
      'after',
      examples(
        ['holdfast runs retry order-42', ''],
        [
          'holdfast runs retry --workflow checkout --state failed --completed-after 1h',
          'what failed in the last hour',
        ],
      ),
    )
    .action(async (ids, options) => {
      const act = async (client: Client, some: readonly string[]) => acted(await client.runs.retry(some));
      const action = { verb: 'retry', doing: 'Retrying', done: 'taken up again', states: STOPPED, act };
      await actOnRuns(action, selectionOf(ids, options, filter()), terminal);
    });
}

function acted(answers: readonly Done[]): readonly Acted[] {
  return answers.map((answer) => (answer.done ? { id: answer.id } : { id: answer.id, error: answer.error }));
}
