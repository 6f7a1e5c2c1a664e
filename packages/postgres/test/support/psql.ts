import { execFile, spawnSync } from 'node:child_process';

/** Whether the client psql is on this machine. */
export const hasPsql = spawnSync('psql', ['--version'], { stdio: 'ignore' }).status === 0;

/** What psql printed, and how it ended. */
export interface Printed {
  readonly code: number;
  /** Rows, one on a line, without headings; columns are separated by a bar. */
  readonly rows: string;
  /** Errors, with their SQLSTATEs. */
  readonly errors: string;
}

/** Runs statements, one after the other, as a person in psql would. It stops at the first error. */
export function psql(url: string, ...statements: string[]): Promise<Printed> {
  const options = [
    '--no-psqlrc',
    '--quiet',
    '--no-align',
    '--tuples-only',
    '-v',
    'VERBOSITY=verbose',
    '-v',
    'ON_ERROR_STOP=1',
  ];
  const commands = statements.flatMap((statement) => ['-c', statement]);
  return new Promise((resolve) => {
    execFile('psql', [...options, ...commands, url], (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
      resolve({ code, rows: stdout.trim(), errors: stderr });
    });
  });
}

/** The same, for statements that must succeed: what they print. */
export async function answer(url: string, ...statements: string[]): Promise<string> {
  const { code, rows, errors } = await psql(url, ...statements);
  if (code !== 0) throw new Error(`psql failed: ${errors}`);
  return rows;
}
