import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { PartitionLimitOptions, QueueLimitOptions } from '@holdfast/core';
import { InvalidArgumentError } from 'commander';
import { databaseCommand, examples } from '../command/leaf.js';
import { WrongUse } from '../command/wrong-use.js';
import { yesOrNo } from '../command/yes-or-no.js';
import { withClient } from '../database/client.js';
import { writeDocument } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { showQueues } from './list.js';
import { countIn, rateIn } from './rates.js';

type Changes = { -readonly [Name in keyof QueueLimitOptions]: QueueLimitOptions[Name] };
type PartitionChanges = { -readonly [Name in keyof PartitionLimitOptions]: PartitionLimitOptions[Name] };

export function addQueueSet(queues: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(queues, 'set')
    .argument('<name>', 'the queue; it is made if there is none')
    .summary('change limits of a queue')
    .description(
      'Change limits of a queue, in all processes at once: until its definition in the code changes',
    )
    .option(
      '--concurrency <number>',
      'the most runs in hands at a time, in all processes; none for no limit',
      countIn,
    )
    .option('--worker-concurrency <number>', 'the same for each process', countIn)
    .option('--rate <limit/time>', 'how fast runs are begun: 100/1m; none for no limit', rateIn)
    .option('--partition-concurrency <number>', 'the most runs in hands of each partition', countIn)
    .option('--partition-rate <limit/time>', 'how fast runs of each partition are begun', rateIn)
    .option('--weight <key=share>', 'shares of partitions, in place of those before: acme=3', weightIn)
    .option('--parked-hold-slots <yes|no>', 'whether a run that waits counts for the concurrency', yesOrNo)
    .addHelpText(
      'after',
      examples(
        ['holdfast queues set mail --concurrency 5 --rate 100/1m', ''],
        ['holdfast queues set mail --rate none', 'no limit any more'],
      ),
    )
    .action(async (name, options) => {
      const changes = changesIn(options);
      if (Object.keys(changes).length === 0) {
        throw new WrongUse(
          'No limit is given.',
          '`holdfast queues set --help` has them all: --concurrency 5, --rate 100/1m, …',
        );
      }
      const queue = await withClient(options, terminal, (client) => client.queues.set(name, changes));
      if (options.json) return writeDocument(terminal, queue);
      await showQueues([queue], terminal);
    });
}

interface Given {
  readonly concurrency?: Changes['concurrency'];
  readonly workerConcurrency?: Changes['workerConcurrency'];
  readonly rate?: Changes['rateLimit'];
  readonly partitionConcurrency?: PartitionChanges['concurrency'];
  readonly partitionRate?: PartitionChanges['rateLimit'];
  readonly weight?: PartitionChanges['weights'];
  readonly parkedHoldSlots?: boolean;
}

function changesIn(given: Given): QueueLimitOptions {
  const partition: PartitionChanges = {};
  if (given.partitionConcurrency !== undefined) partition.concurrency = given.partitionConcurrency;
  if (given.partitionRate !== undefined) partition.rateLimit = given.partitionRate;
  if (given.weight !== undefined) partition.weights = given.weight;
  const changes: Changes = {};
  if (given.concurrency !== undefined) changes.concurrency = given.concurrency;
  if (given.workerConcurrency !== undefined) changes.workerConcurrency = given.workerConcurrency;
  if (given.rate !== undefined) changes.rateLimit = given.rate;
  if (given.parkedHoldSlots !== undefined) changes.parkedHoldSlots = given.parkedHoldSlots;
  if (Object.keys(partition).length > 0) changes.partition = partition;
  return changes;
}

function weightIn(
  text: string,
  before: Readonly<Record<string, number>> | null | undefined,
): Record<string, number> {
  const [, key, share] = /^(.+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError('It must look like acme=3.');
  return { ...before, [key]: Number(share) };
}
