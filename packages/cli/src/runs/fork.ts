import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Client, Forked, ForkOptions } from '@holdfast/core';
import { RUN_STATES } from '@holdfast/core/internal';
import { databaseCommand, examples } from '../command/leaf.js';
import { namedJson, namedValue } from '../command/named-values.js';
import { WrongUse } from '../command/wrong-use.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Acted } from './act.js';
import { actOnRuns } from './act-command.js';

export function addFork(runs: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(runs, 'fork')
    .argument('<ids...>', 'the runs; - for ids on standard input, one a line')
    .summary('start new runs from a call of others')
    .description('Start new runs that go on from a call of others')
    .option('--from-step <name>', 'the first call to be made anew: its name, or its number')
    .option(
      '--output <name=json>',
      'a result in place of the one recorded; of a child, the id of another run',
      namedJson,
    )
    .option('--version <version>', 'the version to run on')
    .option('--id <id>', 'the id of the fork')
    .option('--queue <name>', 'a queue that it waits in')
    .option('--tag <name=value>', 'its tags, in place of those of the run', namedValue)
    .option('--timeout <duration>', 'how long it may take from when it begins: 30s, 2h')
    .addHelpText(
      'after',
      examples(
        ['holdfast runs fork order-42', 'from the failed call on'],
        ["holdfast runs fork order-42 --from-step 'record order' --version 2", ''],
        ['holdfast runs fork order-42 --output \'charge card={"id":"pay-7"}\'', 'with another result'],
        ['holdfast runs list --state failed --json | jq -r .id | holdfast runs fork -', 'many'],
      ),
    )
    .action(async (ids, options) => {
      const { fromStep, output, version, id, queue, tag, timeout } = options;
      if (id !== undefined && ids.length > 1)
        throw new WrongUse('Several forks cannot have one id. Leave --id out, or fork one run.');
      const how: ForkOptions = {
        ...(fromStep !== undefined && { fromStep: /^\d+$/.test(fromStep) ? Number(fromStep) : fromStep }),
        ...(output && { outputs: output }),
        ...(version !== undefined && { version }),
        ...(id !== undefined && { id }),
        ...(queue !== undefined && { queue }),
        ...(tag && { tags: tag }),
        ...(timeout !== undefined && { timeout }),
      };
      const action = {
        verb: 'fork',
        doing: 'Forking',
        done: 'forked',
        states: RUN_STATES,
        act: (client: Client, some: readonly string[]) => fork(client, some, how),
      };
      const { url, schema, json = false } = options;
      const selection = { url, schema, json, ids, filter: undefined, yes: true, dryRun: false };
      await actOnRuns(action, selection, terminal);
    });
}

async function fork(client: Client, ids: readonly string[], how: ForkOptions): Promise<readonly Acted[]> {
  const [only] = ids;
  // Thrown, what is wrong with the options is told as wrong use.
  if (ids.length === 1) return [{ id: only!, made: (await client.runs.fork(only!, how)).id }];
  return (await client.runs.fork(ids, how)).map(acted);
}

function acted(forked: Forked): Acted {
  if (!forked.done) return { id: forked.id, error: forked.error };
  return { id: forked.id, made: forked.handle.id };
}
