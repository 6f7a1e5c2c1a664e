import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { WrongUse } from '../command/wrong-use.js';
import type { Terminal } from '../terminal/terminal.js';
import { candidates } from './candidates.js';
import { SCRIPTS } from './scripts.js';

/** `holdfast completion`, and what its scripts call. */
export function addCompletion(program: CommandUnknownOpts, terminal: Terminal): void {
  program
    .command('completion')
    .argument('<shell>', 'bash, zsh or fish')
    .summary('print what a shell needs to complete this command')
    .description(
      'Print what a shell needs to complete this command:\n\n' +
        '  bash   holdfast completion bash >> ~/.bashrc\n' +
        '  zsh    holdfast completion zsh >> ~/.zshrc\n' +
        '  fish   holdfast completion fish > ~/.config/fish/completions/holdfast.fish',
    )
    .action((shell) => {
      const script = SCRIPTS[shell];
      if (script === undefined) {
        throw new WrongUse(`There is no completion for "${shell}", only for bash, zsh and fish.`);
      }
      return terminal.write(script);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .addOption(new Option('--help').hideHelp())
    .passThroughOptions()
    .action(async (words) => {
      const found = await candidates(program, words, terminal);
      await terminal.write(found.map(({ word, says }) => `${word}\t${says}\n`).join(''));
    });
}
