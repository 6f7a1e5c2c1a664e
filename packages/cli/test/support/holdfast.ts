import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import pty from '@lydell/node-pty';

/** The command as it is installed. */
export const BIN = join(import.meta.dirname, '..', '..', 'dist', 'bin.mjs');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HowToRun {
  readonly url?: string | undefined;
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the command's process is given: nothing of what the tests' own environment says of databases and colours. */
export function environment({ url, env = {} }: HowToRun): Record<string, string> {
  const { DATABASE_URL: _, NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  return { ...(rest as Record<string, string>), TZ: 'UTC', ...(url && { DATABASE_URL: url }), ...env };
}

/** Runs the command as a program does: with pipes, and no terminal. */
export function holdfast(args: readonly string[], how: HowToRun = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: environment(how), cwd: how.cwd, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, [BIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin!.end(how.input ?? '');
  });
}

/** The command on a person's terminal. */
export interface OnTerminal {
  /** What the screen was sent so far. */
  readonly text: () => string;
  /** Resolves when the screen was sent this, colours aside. */
  shows(what: string | RegExp): Promise<void>;
  type(keys: string): void;
  /** Resolves to the exit code. */
  readonly ended: Promise<number>;
}

/** Runs the command in a pseudo-terminal. */
export function onTerminal(
  args: readonly string[],
  how: HowToRun & { readonly columns?: number } = {},
): OnTerminal {
  const { columns: cols = 100, cwd } = how;
  const terminal = pty.spawn(process.execPath, [BIN, ...args], {
    cols,
    rows: 50,
    name: 'xterm-256color',
    env: environment(how),
    ...(cwd && { cwd }),
  });
  let text = '';
  const waiting = new Set<() => void>();
  terminal.onData((data) => {
    text += data;
    for (const look of waiting) look();
  });
  const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  const shows = (what: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const plain = stripVTControlCharacters(text);
        if (!(typeof what === 'string' ? plain.includes(what) : what.test(plain))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(
        () => waiting.delete(look) && reject(new Error(`It ended without showing ${what}:\n${text}`)),
      );
    });
  return { text: () => text, shows, type: (keys) => terminal.write(keys), ended };
}
