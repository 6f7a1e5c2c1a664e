import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { channel } from '@holdfast/core';
import { databaseCommand, examples } from '../command/leaf.js';
import { WrongUse } from '../command/wrong-use.js';
import { withClient } from '../database/client.js';
import { writeDocument } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';

/** `holdfast send` */
export function addSend(program: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(program, 'send')
    .argument('<run>', "the run's id")
    .argument('<channel>', 'the channel that it receives from')
    .argument('[value]', 'the message, as JSON; default, and for -: standard input')
    .summary('send a message to a run')
    .description('Send a message to a run')
    .option('--text', 'the message is a text as it stands, not JSON')
    .option('--key <key>', 'sent again with the same key, it is the same message')
    .addHelpText(
      'after',
      examples(
        ['holdfast send order-42 approval \'{"by":"Kim"}\'', ''],
        ['holdfast send order-42 approval --text yes --key kim-1', 'a text, once however often it is sent'],
        ['jq .answer mail.json | holdfast send order-42 approval', 'from a pipe'],
      ),
    )
    .action(async (run, name, given, options) => {
      const { key, json, text = false } = options;
      if (given === undefined && terminal.isInteractive) {
        throw new WrongUse(
          'There is no message.',
          `\`holdfast send ${run} ${name} '{"yes":true}'\`, or pipe it in.`,
        );
      }
      const value = messageIn(given === undefined || given === '-' ? await terminal.input() : given, text);
      await withClient(options, terminal, (client) =>
        client.channel(channel(name)).send(run, value, key === undefined ? {} : { key }),
      );
      if (json) return writeDocument(terminal, { run, channel: name, sent: true });
      terminal.note(`${terminal.noteColours.green('✓')} sent to ${printable(run)} on ${printable(name)}`);
    });
}

function messageIn(given: string, isText: boolean): unknown {
  if (isText) return given;
  try {
    return JSON.parse(given) as unknown;
  } catch {
    throw new WrongUse(
      `The message is not JSON: ${printable(given.trim().slice(0, 60)) || 'it is empty'}.`,
      'A text is JSON in double quotes, \'"yes"\', or is given with --text.',
    );
  }
}
