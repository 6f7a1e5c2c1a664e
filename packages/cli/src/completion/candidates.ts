import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { RUN_STATES } from '@holdfast/core/internal';
import type { Terminal } from '../terminal/terminal.js';
import type { Candidate } from './candidate.js';
import { namesFor } from './names.js';

/**
 * What may stand where the cursor is: commands, options, and values of options that are known.
 *
 * @param words the words after the command's name, up to the cursor; the last one is what was begun there.
 */
export async function candidates(
  program: CommandUnknownOpts,
  words: readonly string[],
  terminal: Terminal,
): Promise<readonly Candidate[]> {
  const begun = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, path, options } = commandIn(program, before);
  const pending = pendingOption(command, before);
  const found = pending
    ? valuesOf(pending)
    : begun.startsWith('-')
      ? optionsOf(command, before)
      : [...commandsOf(command), ...(await namesFor(path, options, terminal))];
  return found.filter(({ word }) => word.startsWith(begun));
}

interface Found {
  readonly command: CommandUnknownOpts;
  /** `queues pause` */
  readonly path: string;
  /** The values of options that say where the database is. */
  readonly options: { readonly url?: string; readonly schema?: string };
}

function commandIn(program: CommandUnknownOpts, words: readonly string[]): Found {
  let command = program;
  const path: string[] = [];
  const options: { url?: string; schema?: string } = {};
  words.forEach((word, at) => {
    if (word === '--url') options.url = words[at + 1] ?? '';
    if (word === '--schema') options.schema = words[at + 1] ?? '';
    const sub = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!sub) return;
    command = sub;
    path.push(sub.name());
  });
  return { command, path: path.join(' '), options };
}

/** The option whose value the cursor is at. */
function pendingOption(command: CommandUnknownOpts, words: readonly string[]): Option | undefined {
  const last = words.at(-1) ?? '';
  const option = last.startsWith('-')
    ? command.options.find(({ long, short }) => last === long || last === short)
    : undefined;
  return option?.required || option?.optional ? option : undefined;
}

function valuesOf(option: Option): readonly Candidate[] {
  const name = option.attributeName();
  const known =
    option.argChoices ??
    (name === 'state' ? RUN_STATES : /<yes\|no>/.test(option.flags) ? ['yes', 'no'] : []);
  return known.map((word) => ({ word, says: option.description }));
}

function optionsOf(command: CommandUnknownOpts, words: readonly string[]): readonly Candidate[] {
  const help = command.createHelp();
  return help.visibleOptions(command).flatMap((option) => {
    const word = option.long ?? option.short ?? '';
    return words.includes(word) && !isRepeatable(option) ? [] : [{ word, says: option.description }];
  });
}

/** An option with a reader of its own may gather several values. */
function isRepeatable({ parseArg }: Option): boolean {
  return parseArg !== undefined;
}

function commandsOf(command: CommandUnknownOpts): readonly Candidate[] {
  const help = command.createHelp();
  return help
    .visibleCommands(command)
    .map((one) => ({ word: one.name(), says: help.subcommandDescription(one) }));
}
