import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { RunFilter } from '@holdfast/core';
import { databaseCommand } from '../command/leaf.js';
import type { Terminal } from '../terminal/terminal.js';
import type { ActOptions } from './act-command.js';
import { filterOptions } from './filter-options.js';

/** Makes a command that does something to runs which are named, or which a filter finds. */
export function selectionCommand(runs: CommandUnknownOpts, name: string, terminal: Terminal) {
  const command = databaseCommand(runs, name)
    .argument('[ids...]', 'the runs; - for ids on standard input, one a line')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'only tell which runs are meant');
  return { command, filter: filterOptions(command, terminal) };
}

interface Given {
  readonly url?: string | undefined;
  readonly schema: string;
  readonly json?: true | undefined;
  readonly yes?: true | undefined;
  readonly dryRun?: true | undefined;
}

/** What was given to such a command. */
export function selectionOf(
  ids: readonly string[],
  { url, schema, json, yes, dryRun }: Given,
  filter: RunFilter | undefined,
): ActOptions {
  return { url, schema, json: json === true, yes: yes === true, dryRun: dryRun === true, ids, filter };
}
