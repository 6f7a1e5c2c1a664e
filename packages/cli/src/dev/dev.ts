import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { databaseCommand, examples } from '../command/leaf.js';
import { WrongUse } from '../command/wrong-use.js';
import { findTarget } from '../database/target.js';
import { withUrl } from '../database/url.js';
import type { Terminal } from '../terminal/terminal.js';
import { App } from './app.js';
import { type Invocation, invocationOf } from './invocation.js';
import { watchFiles } from './watch-files.js';

/** `holdfast dev` */
export function addDev(program: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(program, 'dev')
    .argument('<app...>', 'the file of your app, and its arguments; or, after --, a command that starts it')
    .summary('a Postgres and your app, started anew with each change')
    .description(
      'Start a Postgres from npm (or use --url, or DATABASE_URL) and your app on it, in DATABASE_URL, and start the app anew whenever a ' +
        'file changes. What it was doing goes on where it was. Ctrl-C stops both.',
    )
    .passThroughOptions()
    .option('--watch <path>', 'what is watched, in place of this folder; may be given several times', several)
    .option('--ignore <path>', 'what is not; node_modules, dist, .git and the like never are', several)
    .addHelpText(
      'after',
      examples(['holdfast dev src/app.ts', ''], ['holdfast dev --watch src -- npm run worker', '']),
    )
    .action(async (app, options) => {
      const { watch = ['.'], ignore = [] } = options;
      const isCommand = terminal.args.includes('--');
      const invocation = await invocationOf(app, isCommand, terminal.cwd);
      const target = findTarget(options, terminal, true);
      if (!('url' in target)) terminal.note(said(terminal, `Postgres in ${target.dir}`));
      await withUrl(target, (url) => develop(invocation, { url, watch, ignore }, terminal));
    });
}

interface Developing {
  readonly url: string;
  readonly watch: readonly string[];
  readonly ignore: readonly string[];
}

/** Keeps the app running until Ctrl-C. */
async function develop(
  invocation: Invocation,
  { url, watch, ignore }: Developing,
  terminal: Terminal,
): Promise<void> {
  const interrupted = terminal.interrupted();
  const tell = (line: string): void => terminal.note(said(terminal, line));
  const app = new App(invocation, { ...terminal.env, DATABASE_URL: url }, tell);
  const watcher = await watchFiles({ cwd: terminal.cwd, paths: watch, ignored: ignore }, (path) => {
    tell(`${path} changed: starting anew`);
    app.restart();
  });
  try {
    app.restart();
    await new Promise<void>((resolve) => {
      if (interrupted.aborted) resolve();
      interrupted.addEventListener('abort', () => resolve(), { once: true });
    });
    tell('stopping');
  } finally {
    await watcher.close();
    await app.stop();
  }
}

function said({ noteColours }: Terminal, line: string): string {
  return `${noteColours.cyan('holdfast')} ${line}`;
}

function several(text: string, before: string[] | undefined): string[] {
  if (text === '') throw new WrongUse('A path must not be empty.');
  return [...(before ?? []), text];
}
