import { main } from '../../src/main.js';
import { coloursFor } from '../../src/terminal/colours.js';
import type { Terminal } from '../../src/terminal/terminal.js';
import type { Ended, HowToRun } from './holdfast.js';

/** Runs the command in this process, which is quicker: for tests of what it does rather than of how it is run. */
export async function inProcess(args: readonly string[], { url, cwd, input }: HowToRun = {}): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const colours = coloursFor({ isTerminal: false, env: {}, isRefused: true });
  const terminal: Terminal = {
    isInteractive: false,
    columns: Number.POSITIVE_INFINITY,
    noteColumns: Number.POSITIVE_INFINITY,
    colours,
    noteColours: colours,
    canRedraw: false,
    write: async (text) => {
      stdout += text;
    },
    note: (text) => {
      stderr += `${text}\n`;
    },
    redraw: () => undefined,
    ask: () => Promise.reject(new Error('Nobody is there to be asked.')),
    input: async () => input ?? '',
    interrupted: () => new AbortController().signal,
    now: () => Date.now(),
    args,
    env: url ? { DATABASE_URL: url } : {},
    cwd: cwd ?? process.cwd(),
  };
  const code = await main(args, terminal);
  return { code, stdout, stderr };
}
