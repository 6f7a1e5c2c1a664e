import { randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '@holdfast/core/internal';

/** Who has a folder open. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells apart two times that one process opens it, and two processes with one id, one after the other. */
  readonly token: string;
}

const FILE = 'holdfast.lock';

/** A holder shows that it lives by touching its lock this often; seen from another machine, that is all there is. */
const TOUCH_MS = 2000;
const SILENT_MS = 15_000;

/** The locks that this process has: only they tell its own from those of a former process with its id. */
const held = new Set<string>();

/**
 * Locks a folder for this process. PGlite itself lets two open the same one, and destroy it.
 *
 * @returns what unlocks it.
 * @throws HoldfastError STORE_IN_USE while another process, or this one, has it open.
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  await mkdir(dir, { recursive: true });
  const file = join(await realpath(dir), FILE);
  const holder: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  held.add(holder.token);
  try {
    await take(file, holder, dir);
  } catch (error) {
    held.delete(holder.token);
    throw error;
  }
  const touching = setInterval(() => void touch(file), TOUCH_MS);
  touching.unref();
  return async () => {
    clearInterval(touching);
    held.delete(holder.token);
    await rm(file, { force: true });
  };
}

async function take(file: string, holder: Holder, dir: string): Promise<void> {
  for (;;) {
    try {
      return await writeFile(file, JSON.stringify(holder), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = await read(file);
    if (found && (await isAlive(file, found))) throw inUse(found, dir);
    await removeStale(file, found);
  }
}

/**
 * Removes the lock of a process that is gone.
 *
 * HAZARD: another may remove it at the same moment and put its own in its place. So it is first moved aside, which only
 * one can do, and put back if it turns out to be another one.
 */
async function removeStale(file: string, stale: Holder | undefined): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = await read(aside);
  if (moved && moved.token !== stale?.token) {
    await writeFile(file, JSON.stringify(moved), { flag: 'wx' }).catch(() => undefined);
  }
  await rm(aside, { force: true });
}

async function read(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function isAlive(file: string, { pid, host, token }: Holder): Promise<boolean> {
  if (host !== hostname()) return !(await isSilent(file));
  if (pid === process.pid) return held.has(token);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isSilent(file: string): Promise<boolean> {
  const touched = await stat(file).catch(() => undefined);
  return touched === undefined || Date.now() - touched.mtimeMs > SILENT_MS;
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

function inUse({ pid, host }: Holder, dir: string): HoldfastError {
  const who = pid === process.pid && host === hostname() ? 'this process' : `process ${pid} on ${host}`;
  return new HoldfastError(
    'STORE_IN_USE',
    `The PGlite database in "${dir}" is in use by ${who}, and only one can have it open. Close that one; or use postgres(), ` +
      'which many processes can share; or, within one process, pass one PGlite instance to both stores.',
    { details: { dir, pid, host } },
  );
}
