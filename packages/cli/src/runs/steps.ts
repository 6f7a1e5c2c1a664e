import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Client, StepView } from '@holdfast/core';
import { databaseCommand, examples } from '../command/leaf.js';
import { wholeNumber } from '../command/numbers.js';
import { withClient } from '../database/client.js';
import { stepJson, writeLines } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { timeline } from './timeline.js';

/** How many calls are read at a time. */
const PAGE = 1000;

export function addSteps(runs: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(runs, 'steps')
    .argument('<id>', 'the run')
    .summary('the journal of a run, call by call')
    .description("Show a run's journal: each call with its time, attempts, outcome, and the run it started")
    .option('--after <seq>', 'only calls after the one of this number', wholeNumber(0))
    .option('--limit <number>', 'the most calls', wholeNumber(1))
    .option('--outputs', 'with the results of the calls')
    .addHelpText(
      'after',
      examples(
        ['holdfast runs steps order-42 --outputs', ''],
        ["holdfast runs steps order-42 --json | jq -r 'select(.error) | .name'", 'the calls that failed'],
      ),
    )
    .action(async (id, options) => {
      const { json, after = -1, limit = Number.POSITIVE_INFINITY, outputs = false } = options;
      await withClient(options, terminal, async (client) => {
        const run = await client.runs.get(id);
        const found: StepView[] = [];
        for await (const page of pagesOf(client, id, { after, limit })) {
          if (json) await writeLines(terminal, page.map(stepJson));
          else found.push(...page);
        }
        if (json) return;
        if (found.length === 0)
          return terminal.note(`No call of run "${id}" is recorded${after < 0 ? ' yet' : ' after that'}.`);
        await terminal.write(timeline(found, run, terminal, { outputs }));
      });
    });
}

async function* pagesOf(
  client: Client,
  id: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): AsyncGenerator<readonly StepView[]> {
  let [last, left] = [after, limit];
  while (left > 0) {
    const wanted = Math.min(PAGE, left);
    const steps = await client.runs.steps(id, { ...(last >= 0 && { after: last }), limit: wanted });
    if (steps.length > 0) yield steps;
    if (steps.length < wanted) return;
    last = steps.at(-1)!.seq;
    left -= steps.length;
  }
}
