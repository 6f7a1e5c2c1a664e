import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { nameAction } from '../command/name-action.js';
import type { Terminal } from '../terminal/terminal.js';
import { addQueueList } from './list.js';
import { addQueueSet } from './set.js';

/** `holdfast queues …` */
export function addQueues(program: CommandUnknownOpts, terminal: Terminal): void {
  const queues = program.command('queues').description('look at queues, pause them, change their limits');
  addQueueList(queues, terminal);
  const what = 'the queues';
  nameAction(
    queues,
    {
      verb: 'pause',
      says: 'Let nothing more be taken from queues; what is in hands goes on',
      what,
      done: 'paused',
      act: (client, name) => client.queues.pause(name),
    },
    terminal,
  );
  nameAction(
    queues,
    {
      verb: 'resume',
      says: 'Let queues go on',
      what,
      done: 'goes on',
      act: (client, name) => client.queues.resume(name),
    },
    terminal,
  );
  addQueueSet(queues, terminal);
  nameAction(
    queues,
    {
      verb: 'delete',
      says: 'Remove queues in which no run is left, and their limits',
      what,
      done: 'deleted',
      act: (client, name) => client.queues.delete(name),
    },
    terminal,
  );
}
