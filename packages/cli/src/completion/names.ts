import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@holdfast/core';
import { withClient } from '../database/client.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Candidate } from './candidate.js';

/** How long a person waits for names. */
const PATIENCE_MS = 1500;

type Names = (client: Client) => Promise<readonly Candidate[]>;

const queues: Names = async (client) =>
  (await client.queues.list()).map(({ name, waiting }) => ({ word: name, says: `${waiting} waiting` }));

const schedules: Names = async (client) =>
  (await client.schedules.list()).map(({ name, cron }) => ({ word: name, says: cron }));

/** Commands whose arguments are names that the database knows. */
const NAMES: Readonly<Record<string, Names>> = {
  'queues delete': queues,
  'queues pause': queues,
  'queues resume': queues,
  'queues set': queues,
  'schedules backfill': schedules,
  'schedules delete': schedules,
  'schedules pause': schedules,
  'schedules resume': schedules,
  'schedules trigger': schedules,
};

/** Names that a command may be given, as far as the database is quick to tell: nobody is told of errors while he types. */
export async function namesFor(
  path: string,
  { url, schema = 'holdfast' }: { readonly url?: string; readonly schema?: string },
  terminal: Terminal,
): Promise<readonly Candidate[]> {
  const names = NAMES[path];
  // An embedded server that nobody uses is not started for this.
  const isServerThere =
    url ??
    terminal.env['DATABASE_URL'] ??
    existsSync(join(terminal.cwd, '.holdfast', 'postgres', 'postmaster.pid'));
  if (!names || !isServerThere) return [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Candidate[]>((resolve) => {
    timer = setTimeout(() => resolve([]), PATIENCE_MS);
  });
  const asked = withClient({ url, schema }, terminal, names).catch(() => []);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
