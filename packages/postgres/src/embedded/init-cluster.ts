import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { type Binaries, program } from './binaries.js';
import { cannotRun, failed } from './failure.js';
import { serverEnv } from './server-env.js';
import type { SystemUser } from './system-user.js';

export interface NewCluster {
  readonly binaries: Binaries;
  /** The data folder to make. Its parent exists, and the user can enter it. */
  readonly data: string;
  readonly user: SystemUser | undefined;
  /** The password of the superuser `postgres`. Without one, everyone on the machine is trusted. */
  readonly password?: string;
}

/**
 * Makes an empty cluster (UTF-8, superuser `postgres`). The data folder appears complete or not at all, so one that a
 * killed process left half-made is simply made again. Callers keep others away meanwhile.
 *
 * @throws HoldfastError EMBEDDED_POSTGRES_FAILED with what initdb said.
 */
export async function initCluster(cluster: NewCluster): Promise<void> {
  const { data, user, password } = cluster;
  const draft = join(dirname(data), draftPrefix(data) + randomUUID());
  await mkdir(draft, { mode: 0o700 });
  const passwordFile = join(draft, 'password');
  if (password !== undefined) await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) for (const path of await withContent(draft)) await chown(path, user.uid, user.gid);
  try {
    const auth =
      password === undefined ? ['-A', 'trust'] : ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
    await runInitdb(cluster, [...auth, '-D', join(draft, 'data')]);
    await rename(join(draft, 'data'), data);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function withContent(folder: string): Promise<string[]> {
  return [folder, ...(await readdir(folder)).map((name) => join(folder, name))];
}

/**
 * Removes what killed processes left half-made. An initdb whose starter was killed may still be writing; what it leaves
 * goes the next time. Callers see to it that nobody makes this cluster meanwhile.
 */
export async function removeDrafts(data: string): Promise<void> {
  const parent = dirname(data);
  const drafts = (await readdir(parent)).filter((name) => name.startsWith(draftPrefix(data)));
  const remove = (name: string) => rm(join(parent, name), { recursive: true, force: true });
  for (const name of drafts) await remove(name).catch(() => undefined);
}

function draftPrefix(data: string): string {
  return `${basename(data)}.init-`;
}

/** C.UTF-8 sorts by code point and knows letters, on every system. Before 17 it came from the system, if at all. */
function localeOptions(major: number): string[] {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  return [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C'];
}

function runInitdb({ binaries, user }: NewCluster, args: string[]): Promise<void> {
  const always = ['-U', 'postgres', '-E', 'UTF8', '--no-instructions'];
  const all = [...always, ...localeOptions(binaries.major), ...args];
  const command = program(binaries, 'initdb');
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, {
      ...user,
      cwd: parse(command).root,
      env: serverEnv(),
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', (error) => reject(cannotRun(command, error)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(explain(said.trim(), command, signal ?? `code ${code}`));
    });
  });
}

function explain(said: string, command: string, end: string): Error {
  // Usual in containers that are started with a number for their user.
  const isNameless = said.includes('could not look up effective user ID');
  const hint = isNameless ? ' Give that user a line in /etc/passwd, or set DATABASE_URL.' : '';
  return failed(`initdb ended with ${end}: ${said}${hint}`, { command, end });
}
