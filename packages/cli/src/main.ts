import { EXIT } from './command/exit-codes.js';
import { report } from './command/report.js';
import { makeProgram } from './program.js';
import type { Terminal } from './terminal/terminal.js';

/** Runs the command and answers its exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await makeProgram(terminal).parseAsync([...args], { from: 'user' });
    return EXIT.fine;
  } catch (error) {
    return report(error, terminal, args.includes('--json'));
  }
}
