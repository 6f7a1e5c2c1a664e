import { FoundTrouble } from '../command/wrong-use.js';
import type { Terminal } from './terminal.js';

/** Asks a person whether it is meant; anything but a yes is a no. @throws FoundTrouble for a no. */
export async function confirm(question: string, terminal: Terminal): Promise<void> {
  if (await isYes(question, terminal)) return;
  terminal.note('Nothing was done.');
  throw new FoundTrouble();
}

/** The same, answering. */
export async function isYes(question: string, terminal: Terminal): Promise<boolean> {
  const { bold, dim } = terminal.noteColours;
  const answer = await terminal.ask(`${bold(question)} ${dim('[y/N]')} `);
  return /^y(es)?$/i.test(answer.trim());
}
