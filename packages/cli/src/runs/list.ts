import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import type { RunSummary } from '@holdfast/core';
import { databaseCommand, examples } from '../command/leaf.js';
import { wholeNumber } from '../command/numbers.js';
import { withClient } from '../database/client.js';
import { runJson, writeLines } from '../show/json.js';
import { table } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { filterOptions } from './filter-options.js';
import { pagesOf } from './pages.js';
import { runColumns } from './run-columns.js';

/** How many runs a list shows to a person, unless he asks for more. */
const SCREENFUL = 50;

export function addList(runs: CommandUnknownOpts, terminal: Terminal): void {
  const command = databaseCommand(runs, 'list')
    .alias('ls')
    .summary('list runs, the newest first')
    .description('List runs, the newest first')
    .addOption(
      new Option('--order <order>', 'by when they were recorded')
        .choices(['newest', 'oldest'] as const)
        .default('newest' as const),
    )
    .option('--limit <number>', `the most runs; default: ${SCREENFUL}, with --json all`, wholeNumber(1))
    .option('--all', 'all runs that match')
    .option('--payloads', 'with --json: with inputs, outputs and errors')
    .addHelpText(
      'after',
      examples(
        ['holdfast runs list --state failed', 'what failed'],
        ['holdfast runs list --workflow checkout --created-after 2h', 'what began in the last two hours'],
        ['holdfast runs list --tag customer=42 --json | jq .id', 'for a program'],
      ),
    );
  const filter = filterOptions(command, terminal);
  command.action(async (options) => {
    const { json, all, limit, payloads = false } = options;
    const most = all ? Number.POSITIVE_INFINITY : (limit ?? (json ? Number.POSITIVE_INFINITY : SCREENFUL));
    const query = { ...filter(), order: options.order, most, payloads };
    await withClient(options, terminal, async (client) => {
      const found: RunSummary[] = [];
      let isMore = false;
      for await (const page of pagesOf(client, query)) {
        isMore = page.isMore;
        if (json) await writeLines(terminal, page.runs.map(runJson));
        else found.push(...page.runs);
      }
      if (!json)
        await showList(found, { isMore, isFiltered: filter() !== undefined, order: options.order }, terminal);
    });
  });
}

async function showList(
  runs: readonly RunSummary[],
  {
    isMore,
    isFiltered,
    order,
  }: { readonly isMore: boolean; readonly isFiltered: boolean; readonly order: string },
  terminal: Terminal,
): Promise<void> {
  const { columns: width, colours, noteColours } = terminal;
  if (runs.length === 0) {
    return terminal.note(
      isFiltered
        ? 'No run matches. `holdfast runs list` shows all.'
        : 'There are no runs yet. An app starts them: app.start(workflow, [arguments]).',
    );
  }
  await terminal.write(table(runs, runColumns(terminal), { width, colours }));
  if (isMore) {
    terminal.note(
      noteColours.dim(`\nThe ${runs.length} ${order} are shown. --limit 200 or --all shows more.`),
    );
  }
}
