import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Client, HoldfastError } from '@holdfast/core';
import { nameAction } from '../command/name-action.js';
import type { Terminal } from '../terminal/terminal.js';
import { addBackfill } from './backfill.js';
import { addScheduleList } from './list.js';
import { addTrigger } from './trigger.js';

/** `holdfast schedules …` */
export function addSchedules(program: CommandUnknownOpts, terminal: Terminal): void {
  const schedules = program
    .command('schedules')
    .description('look at schedules, pause them, start their runs');
  addScheduleList(schedules, terminal);
  const what = 'the schedules';
  nameAction(
    schedules,
    {
      verb: 'pause',
      says: 'Let schedules tick no more, until they are resumed',
      what,
      done: 'paused',
      act: (client, name) => client.schedules.pause(name),
    },
    terminal,
  );
  nameAction(
    schedules,
    {
      verb: 'resume',
      says: 'Let schedules tick again; ticks that came meanwhile are passed over',
      what,
      done: 'goes on',
      act: (client, name) => client.schedules.resume(name),
    },
    terminal,
  );
  addTrigger(schedules, terminal);
  addBackfill(schedules, terminal);
  nameAction(
    schedules,
    {
      verb: 'delete',
      says: 'Remove schedules; one that code defines comes back with its next launch',
      what,
      done: 'deleted',
      act: remove,
    },
    terminal,
  );
}

async function remove(client: Client, name: string): Promise<void> {
  if (await client.schedules.delete(name)) return;
  throw new HoldfastError('SCHEDULE_NOT_FOUND', `There is no schedule "${name}".`, {
    details: { schedule: name },
  });
}
