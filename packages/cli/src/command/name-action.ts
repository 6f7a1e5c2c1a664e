import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Client, isHoldfastError } from '@holdfast/core';
import { withClient } from '../database/client.js';
import { writeLines } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';
import { adviceOn } from './advice.js';
import { databaseCommand } from './leaf.js';
import { FoundTrouble } from './wrong-use.js';

/** Something that is done to queues or schedules by their names. */
export interface NameAction {
  /** `pause` */
  readonly verb: string;
  /** `Let nothing more be taken from queues` */
  readonly says: string;
  /** `the queues` */
  readonly what: string;
  /** `paused` */
  readonly done: string;
  act(client: Client, name: string): Promise<unknown>;
}

/** Makes a command that does it to all that are named, and says of each what came of it. */
export function nameAction(
  parent: CommandUnknownOpts,
  { verb, says, what, done, act }: NameAction,
  terminal: Terminal,
) {
  return databaseCommand(parent, verb)
    .argument('<names...>', what)
    .description(says)
    .action(async (names, options) => {
      await withClient(options, terminal, async (client) => {
        let isWell = true;
        for (const name of names) {
          const error = await failureOf(act(client, name));
          isWell &&= error === undefined;
          if (options.json) await writeLines(terminal, [answerJson(name, error)]);
          else terminal.note(answerText(name, done, error, terminal));
        }
        if (!isWell) throw new FoundTrouble();
      });
    });
}

/** What is wrong with one name must not keep the others from being seen to; what is wrong with the store does. */
async function failureOf(acting: Promise<unknown>): Promise<Error | undefined> {
  try {
    await acting;
    return undefined;
  } catch (error) {
    if (isHoldfastError(error) && !error.code.startsWith('STORE_')) return error;
    throw error;
  }
}

function answerJson(name: string, error: Error | undefined): unknown {
  if (!error) return { name, done: true };
  return { name, done: false, error: { code: (error as { code?: unknown }).code, message: error.message } };
}

function answerText(name: string, done: string, error: Error | undefined, { noteColours }: Terminal): string {
  const { green, red, dim } = noteColours;
  if (!error) return `${green('✓')} ${printable(name)} ${done}`;
  const advice = isHoldfastError(error) ? adviceOn(error) : undefined;
  const code = dim(`  ${(error as { code?: string }).code ?? ''}`);
  return `${red('✗')} ${error.message}${code}${advice ? `\n  ${advice}` : ''}`;
}
