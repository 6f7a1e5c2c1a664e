import type { Client, RunFilter, RunState } from '@holdfast/core';
import { FoundTrouble, WrongUse } from '../command/wrong-use.js';
import { withClient } from '../database/client.js';
import type { DatabaseOptions } from '../database/target.js';
import { writeLines } from '../show/json.js';
import { confirm } from '../terminal/confirm.js';
import { Progress } from '../terminal/progress.js';
import { Interrupted, type Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';
import type { Acted, Action } from './act.js';
import { pagesOf } from './pages.js';

/** How many runs are seen to between two looks at the clock and at Ctrl-C. */
const AT_A_TIME = 50;

/** The most failures that are told one by one to a person. */
const MOST_TOLD = 20;

/** Which runs, and how much is asked before it is done. */
export interface ActOptions extends DatabaseOptions {
  readonly ids: readonly string[];
  readonly filter: RunFilter | undefined;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** Does something to runs that were named, or that a filter finds. @throws FoundTrouble if some of it could not be done. */
export async function actOnRuns(action: Action, options: ActOptions, terminal: Terminal): Promise<void> {
  checkSelection(action, options, terminal);
  const named = await namedIds(options.ids, terminal);
  await withClient(options, terminal, async (client) => {
    const ids = named.length > 0 ? named : await found(client, action, options, terminal);
    if (options.dryRun) return tellDry(ids, action, options, terminal);
    if (ids.length === 0) return terminal.note(`No run matches that can be ${action.done}.`);
    await confirmed(ids, action, options, terminal);
    await actOnAll(client, ids, action, options, terminal);
  });
}

function checkSelection(
  { verb }: Action,
  { ids, filter, yes, dryRun }: ActOptions,
  terminal: Terminal,
): void {
  if (ids.length > 0 && filter) throw new WrongUse('Name runs, or say which ones by options: not both.');
  if (ids.length === 0 && !filter) {
    throw new WrongUse(
      `No run is named.`,
      `\`holdfast runs ${verb} <id>\`, or say which ones: --workflow, --state, …; --help has them all.`,
    );
  }
  if (filter && !yes && !dryRun && !terminal.isInteractive) {
    throw new WrongUse(
      'Nobody is there to be asked whether all runs that match are meant.',
      'Look with --dry-run, then give --yes.',
    );
  }
}

/** `-` stands for ids on standard input, one a line. */
async function namedIds(ids: readonly string[], terminal: Terminal): Promise<readonly string[]> {
  if (!ids.includes('-')) return ids;
  const lines = (await terminal.input()).split('\n').map((line) => line.trim());
  return [...ids.filter((id) => id !== '-'), ...lines.filter((line) => line !== '')];
}

/** All ids first, so that nothing that is done changes what is found. */
async function found(
  client: Client,
  { states }: Action,
  { filter }: ActOptions,
  terminal: Terminal,
): Promise<readonly string[]> {
  const progress = new Progress(terminal, 'Looking for runs:');
  const ids: string[] = [];
  try {
    const most = Number.POSITIVE_INFINITY;
    for await (const { runs } of pagesOf(client, { ...filter, state: both(filter?.state, states), most })) {
      ids.push(...runs.map((run) => run.id));
      progress.at(ids.length);
    }
  } finally {
    progress.end();
  }
  return ids;
}

function both(asked: RunFilter['state'], possible: readonly RunState[]): readonly RunState[] {
  if (asked === undefined) return possible;
  const list = [asked].flat() as readonly RunState[];
  const unknown = list.filter((state) => !possible.includes(state));
  // What cannot be is told by the store of filters; what is no state at all must not vanish here.
  return unknown.length === list.length ? list : list.filter((state) => possible.includes(state));
}

async function tellDry(
  ids: readonly string[],
  action: Action,
  { json }: ActOptions,
  terminal: Terminal,
): Promise<void> {
  if (json)
    return writeLines(
      terminal,
      ids.map((id) => ({ id })),
    );
  for (const id of ids) await terminal.write(`${printable(id)}\n`);
  terminal.note(`${runsText(ids.length)} would be ${action.done}.`);
}

async function confirmed(
  ids: readonly string[],
  action: Action,
  options: ActOptions,
  terminal: Terminal,
): Promise<void> {
  const isAsked = options.filter !== undefined || action.isGrave === true || ids.length > 1;
  if (options.yes || !isAsked || !terminal.isInteractive) return;
  const which = ids.length === 1 ? `run ${printable(ids[0]!)}` : runsText(ids.length);
  await confirm(`${capital(action.verb)} ${which}?`, terminal);
}

async function actOnAll(
  client: Client,
  ids: readonly string[],
  action: Action,
  { json }: ActOptions,
  terminal: Terminal,
): Promise<void> {
  const progress = new Progress(terminal, action.doing, ids.length);
  const interrupted = terminal.interrupted();
  const acted: Acted[] = [];
  try {
    for (let at = 0; at < ids.length && !interrupted.aborted; at += AT_A_TIME) {
      const some = await action.act(client, ids.slice(at, at + AT_A_TIME));
      acted.push(...some);
      if (json) await writeLines(terminal, some.map(actedJson));
      progress.at(acted.length);
    }
  } finally {
    progress.end();
  }
  if (!json) await tell(acted, action, terminal);
  if (interrupted.aborted) {
    terminal.note(
      `Interrupted: ${runsText(ids.length - acted.length)} of ${ids.length.toLocaleString('en')} were left as they are.`,
    );
    throw new Interrupted();
  }
  if (acted.some(({ error }) => error)) throw new FoundTrouble();
}

function actedJson({ id, error, made }: Acted): unknown {
  if (!error) return { id, done: true, made };
  const { code } = error as { code?: unknown };
  return { id, done: false, error: { code, message: error.message } };
}

async function tell(acted: readonly Acted[], { done }: Action, terminal: Terminal): Promise<void> {
  const { green, red } = terminal.noteColours;
  const failed = acted.filter(({ error }) => error);
  const well = acted.filter(({ error }) => !error);
  const made = well.flatMap(({ id, made: madeId }) =>
    madeId === undefined ? [] : [`${printable(id)} → ${printable(madeId)}\n`],
  );
  if (made.length > 0) await terminal.write(made.join(''));
  else if (well.length > 0) {
    const which = acted.length === 1 ? printable(acted[0]!.id) : runsText(well.length);
    terminal.note(`${green('✓')} ${which} ${done}`);
  }
  for (const one of failed.slice(0, MOST_TOLD)) terminal.note(failureText(one, terminal));
  const untold = failed.length - MOST_TOLD;
  if (untold > 0) terminal.note(`${red('✗')} and ${runsText(untold)} more; --json tells of each.`);
}

function failureText({ id, error }: Acted, { noteColours: { red, dim } }: Terminal): string {
  const { message, code } = error as Error & { code?: string };
  const said = message.includes(`"${id}"`) ? message : `${printable(id)}: ${message}`;
  return `${red('✗')} ${said}${code ? dim(`  ${code}`) : ''}`;
}

function runsText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'run' : 'runs'}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
