import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { coloursFor } from './colours.js';
import { Interrupted, ReaderGone, type Terminal } from './terminal.js';

/** Ended by Ctrl-C, in the words of shells: 128 and the signal's number. */
const BY_INTERRUPT = 130;

/** The terminal, or the pipes, of this process. */
export function processTerminal(args: readonly string[]): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const isRefused = args.includes('--no-color');
  const reader = watchReader();
  let abort: AbortController | undefined;
  return {
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    columns: stdout.isTTY ? widthOf(stdout) : Number.POSITIVE_INFINITY,
    noteColumns: stderr.isTTY ? widthOf(stderr) : Number.POSITIVE_INFINITY,
    colours: coloursFor({ isTerminal: stdout.isTTY === true, env, isRefused }),
    noteColours: coloursFor({ isTerminal: stderr.isTTY === true, env, isRefused }),
    canRedraw: stderr.isTTY === true && env['TERM'] !== 'dumb',
    write: reader.write,
    note: (line) => void stderr.write(`${line}\n`),
    redraw: (line) => void stderr.write(`\r\u001b[K${line}`),
    ask,
    input: () => text(stdin),
    interrupted: () => {
      abort ??= abortOnSignals();
      return abort.signal;
    },
    now: () => Date.now(),
    args,
    env,
    cwd: process.cwd(),
  };
}

function widthOf(stream: NodeJS.WriteStream): number {
  return stream.columns || 80;
}

/** Writes to whoever reads standard output, and notices when he is gone. */
function watchReader(): { write(text: string): Promise<void> } {
  const { stdout } = process;
  let gone: Error | undefined;
  const why = (error: NodeJS.ErrnoException): Error => (error.code === 'EPIPE' ? new ReaderGone() : error);
  // There is nobody left to be told.
  process.stderr.on('error', () => undefined);
  stdout.on('error', (error) => {
    gone = why(error);
  });
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        stdout.write(chunk, (error) => (error ? reject(why(error)) : resolve()));
      }),
  };
}

function ask(question: string): Promise<string> {
  // On standard error, so that a question is seen although the output goes into a file.
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve, reject) => {
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => reject(new Interrupted()));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

function abortOnSignals(): AbortController {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(BY_INTERRUPT);
      controller.abort(new Interrupted());
    });
  }
  return controller;
}
