import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { QueueView } from '@holdfast/core';
import { databaseCommand } from '../command/leaf.js';
import { withClient } from '../database/client.js';
import { writeLines } from '../show/json.js';
import { agoText } from '../show/time.js';
import { type Column, table } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { rateText } from './rates.js';

export function addQueueList(queues: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(queues, 'list')
    .alias('ls')
    .summary('list queues and how many runs wait in them')
    .description('List queues: how many of their runs wait and are in hands, and their limits')
    .action(async (options) => {
      const list = await withClient(options, terminal, (client) => client.queues.list());
      if (options.json) return writeLines(terminal, list);
      if (list.length === 0) {
        return terminal.note("There are no queues. An app defines them: queue('mail', { concurrency: 10 }).");
      }
      await showQueues(list, terminal);
    });
}

/** Shows queues to a person. */
export async function showQueues(list: readonly QueueView[], terminal: Terminal): Promise<void> {
  const { columns: width, colours } = terminal;
  await terminal.write(table(list, queueColumns(terminal), { width, colours }));
}

function queueColumns({ colours, now }: Terminal): readonly Column<QueueView>[] {
  const count = (value: number): string => value.toLocaleString('en');
  return [
    { title: 'QUEUE', cell: (queue) => queue.name },
    { title: 'WAITING', cell: (queue) => count(queue.waiting), align: 'right' },
    { title: 'IN HANDS', cell: (queue) => count(queue.inHands), align: 'right' },
    { title: 'LATER', cell: (queue) => count(queue.later), align: 'right', rank: 1 },
    { title: 'CONCURRENCY', cell: concurrencyText, rank: 2 },
    { title: 'RATE', cell: (queue) => rateText(queue.rateLimit), rank: 3 },
    { title: 'PER PARTITION', cell: partitionText, rank: 4, min: 13 },
    {
      title: 'PAUSED',
      cell: (queue) => (queue.pausedAt ? agoText(queue.pausedAt, now()) : ''),
      paint: colours.yellow,
    },
  ];
}

function concurrencyText({ concurrency, workerConcurrency, parkedHoldSlots }: QueueView): string {
  const parts: string[] = [];
  if (concurrency !== undefined) parts.push(String(concurrency));
  if (workerConcurrency !== undefined) parts.push(`${workerConcurrency} a worker`);
  if (parkedHoldSlots) parts.push('parked ones too');
  return parts.join(', ');
}

function partitionText({ partition }: QueueView): string {
  const parts: string[] = [];
  if (partition.concurrency !== undefined) parts.push(String(partition.concurrency));
  if (partition.rateLimit) parts.push(rateText(partition.rateLimit));
  for (const [key, weight] of Object.entries(partition.weights)) parts.push(`${key} ×${weight}`);
  return parts.join(', ');
}
