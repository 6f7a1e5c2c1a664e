import { Command, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';
import packageJson from '../package.json' with { type: 'json' };
import { EXIT } from './command/exit-codes.js';
import { COMMON_OPTIONS } from './command/leaf.js';
import { addCompletion } from './completion/completion.js';
import { addDev } from './dev/dev.js';
import { addDoctor } from './doctor/doctor.js';
import { addExecutors } from './executors/list.js';
import { addInit } from './init/init.js';
import { addSend } from './messages/send.js';
import { addGrants } from './migrate/grants.js';
import { addMigrate } from './migrate/migrate.js';
import { addQueues } from './queues/index.js';
import { addRuns } from './runs/index.js';
import { addSchedules } from './schedules/index.js';
import { addTail } from './tail/tail.js';
import type { Terminal } from './terminal/terminal.js';

const EXIT_CODES = `
Exit codes:
  ${EXIT.fine}    all was done, all is well
  ${EXIT.trouble}    trouble was found, or what was asked for could not be done
  ${EXIT.wrongUse}    called wrongly: nothing was done
  ${EXIT.noDatabase}    the database cannot be reached, or its tables are not those of this version
  ${EXIT.interrupted}  stopped by Ctrl-C before it was done`;

/** The whole command. */
export function makeProgram(terminal: Terminal) {
  const { noteColours, colours, columns, noteColumns } = terminal;
  const program = new Command('holdfast')
    .description('Durable execution on Postgres: look at runs, operate on them, find what is wrong.')
    .version(packageJson.version, '-V, --version', 'the version of this command')
    .enablePositionalOptions()
    .showHelpAfterError('(--help says how it is used)')
    .configureOutput({
      // Whoever closes the page of help has read enough.
      writeOut: (text) => void terminal.write(text).catch(() => undefined),
      writeErr: (text) => terminal.note(text.trimEnd()),
      getOutHasColors: () => colours.isColorSupported,
      getErrHasColors: () => noteColours.isColorSupported,
      outputError: (text, write) =>
        write(text.replace(/^error:/, `${noteColours.red(noteColours.bold('error'))} `)),
      getOutHelpWidth: () => Math.min(columns, 100),
      getErrHelpWidth: () => Math.min(noteColumns, 100),
    })
    .configureHelp({
      styleTitle: (text) => colours.bold(text),
      groupItems: commonOptionsLast,
      subcommandTerm: termOf,
    })
    .addHelpText('after', EXIT_CODES)
    .helpCommand(false)
    .exitOverride();
  program.commandsGroup('To begin:');
  addInit(program, terminal);
  addDev(program, terminal);
  program.commandsGroup('To look and to operate:');
  addRuns(program, terminal);
  addTail(program, terminal);
  addSend(program, terminal);
  addQueues(program, terminal);
  addSchedules(program, terminal);
  addExecutors(program, terminal);
  program.commandsGroup('For the database:');
  addDoctor(program, terminal);
  addMigrate(program, terminal);
  addGrants(program, terminal);
  program.commandsGroup('For your shell:');
  addCompletion(program, terminal);
  return program;
}

/** A command in the list of its parent: with what it must be given. */
function termOf(command: CommandUnknownOpts): string {
  const given = command.registeredArguments.map((argument) => {
    const word = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${word}>` : `[${word}]`;
  });
  return [command.name(), ...given].join(' ');
}

/** What all commands can be told stands after what only one can. */
function commonOptionsLast<T extends Option | CommandUnknownOpts>(
  _unsorted: T[],
  visible: T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of visible) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
  const common = groups.get(COMMON_OPTIONS);
  if (common && groups.delete(COMMON_OPTIONS)) groups.set(COMMON_OPTIONS, common);
  return groups;
}
