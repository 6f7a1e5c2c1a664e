import type { RunFilter } from '@holdfast/core';
import { Option } from 'commander';
import { momentIn } from '../command/moments.js';
import { namedValue } from '../command/named-values.js';
import { yesOrNo } from '../command/yes-or-no.js';
import type { Terminal } from '../terminal/terminal.js';

/** An option that says which runs are meant, and what it is called in a filter. */
interface FilterOption {
  readonly name: keyof RunFilter;
  readonly flags: string;
  readonly says: string;
  readonly read: (text: string, before: unknown) => unknown;
}

/** Several values may be given, each with the option again. */
const any = (text: string, before: unknown): unknown => [...((before as string[]) ?? []), text];

/** States have no commas in them, so `failed,cancelled` is two. */
const anyState = (text: string, before: unknown): unknown => [
  ...((before as string[]) ?? []),
  ...text.split(',').map((state) => state.trim()),
];

const tag = (text: string, before: unknown): unknown =>
  namedValue(text, before as Record<string, unknown> | undefined);

const OPTIONS: readonly FilterOption[] = [
  { name: 'workflow', flags: '--workflow <name>', says: 'of this workflow', read: any },
  {
    name: 'state',
    flags: '--state <state>',
    says: 'in this state; several as failed,cancelled',
    read: anyState,
  },
  { name: 'ids', flags: '--id <id>', says: 'of this id', read: any },
  { name: 'idPrefix', flags: '--id-prefix <text>', says: 'whose ids begin so', read: any },
  { name: 'version', flags: '--version <version>', says: 'of this version of their workflow', read: any },
  { name: 'queue', flags: '--queue <name>', says: 'in this queue', read: any },
  { name: 'onlyQueued', flags: '--queued', says: 'in a queue, and not ended', read: () => true },
  {
    name: 'partitionKey',
    flags: '--partition-key <key>',
    says: 'of this partition of their queue',
    read: any,
  },
  {
    name: 'deduplicationKey',
    flags: '--deduplication-key <key>',
    says: 'with this deduplication key',
    read: any,
  },
  { name: 'tags', flags: '--tag <name=value>', says: 'with this tag; several: all of them', read: tag },
  {
    name: 'executorId',
    flags: '--executor <id>',
    says: 'in the hands of this executor, now or last',
    read: any,
  },
  { name: 'parentId', flags: '--parent <id>', says: 'started by this run', read: any },
  { name: 'hasParent', flags: '--has-parent <yes|no>', says: 'started by a run, or not', read: yesOrNo },
  { name: 'forkedFrom', flags: '--forked-from <id>', says: 'forked from this run', read: any },
  { name: 'isFork', flags: '--is-fork <yes|no>', says: 'forked from a run, or not', read: yesOrNo },
  { name: 'schedule', flags: '--schedule <name>', says: 'started by this schedule', read: any },
];

const MOMENTS = ['created', 'started', 'completed'] as const;

/**
 * Gives a command the options that say which runs are meant: one for each name of a filter of `app.runs.list`.
 *
 * @returns reads what was given, undefined if nothing was.
 */
export function filterOptions(
  command: { addOption(option: Option): unknown; opts(): Record<string, unknown> },
  terminal: Terminal,
): () => RunFilter | undefined {
  const options = [...OPTIONS, ...momentOptions(() => terminal.now())];
  const names = new Map<string, keyof RunFilter>();
  for (const { name, flags, says, read } of options) {
    const option = new Option(flags, says).helpGroup('Which runs:').argParser(read);
    names.set(option.attributeName(), name);
    command.addOption(option);
  }
  return () => {
    const given = Object.entries(command.opts()).flatMap(([key, value]) => {
      const name = names.get(key);
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    });
    return given.length === 0 ? undefined : (Object.fromEntries(given) as RunFilter);
  };
}

function momentOptions(now: () => number): FilterOption[] {
  const read = (text: string): Date => momentIn(text, now());
  return MOMENTS.flatMap((what): FilterOption[] => [
    {
      name: `${what}After`,
      flags: `--${what}-after <moment>`,
      says: `${what} then or later: a date, or 2h for 2 hours ago`,
      read,
    },
    { name: `${what}Before`, flags: `--${what}-before <moment>`, says: `${what} earlier than that`, read },
  ]);
}
