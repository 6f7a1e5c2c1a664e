import { randomUUID } from 'node:crypto';
import { mkdir, realpath, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { HoldfastError } from '@holdfast/core/internal';
import { type Claim, FileLock } from '../locks/file-lock.js';
import { birthMark, isAlive } from '../processes.js';

const NAME = 'holdfast.lock';

/** A holder shows that it lives by touching its lock this often; seen from another machine, that is all there is. */
const TOUCH_MS = 2000;
const SILENT_MS = 15_000;

/** The claims of this process: only they tell its own from those of a former process with its id. */
const own = new Set<string>();

/**
 * Locks a folder for this process. PGlite itself lets two open the same one, and destroy it.
 *
 * @returns what unlocks it.
 * @throws HoldfastError STORE_IN_USE while another process, or this one, has it open.
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  await mkdir(dir, { recursive: true });
  const token = randomUUID();
  const claim: Claim = { token, pid: process.pid, birth: birthMark(process.pid), host: hostname() };
  const lock = new FileLock({ folder: await realpath(dir), name: NAME, claim, isRunning });
  own.add(token);
  const release = async (): Promise<void> => {
    await lock.release();
    own.delete(token);
  };
  try {
    await lock.announce();
    const holder = await lock.tryAcquire();
    if (holder) throw inUse(holder, dir);
  } catch (error) {
    await release();
    throw error;
  }
  const touching = setInterval(() => void touch(lock.path), TOUCH_MS);
  touching.unref();
  return async () => {
    clearInterval(touching);
    await release();
  };
}

async function isRunning({ pid, host, birth, token }: Claim, path: string): Promise<boolean> {
  if (host !== undefined && host !== hostname()) return !(await isSilent(path));
  if (pid === process.pid) return own.has(token);
  return isAlive(pid) && (birth === undefined || birth === birthMark(pid));
}

async function isSilent(path: string): Promise<boolean> {
  const touched = await stat(path).catch(() => undefined);
  return touched === undefined || Date.now() - touched.mtimeMs > SILENT_MS;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

function inUse({ pid, host }: Claim, dir: string): HoldfastError {
  const who = pid === process.pid && host === hostname() ? 'this process' : `process ${pid} on ${host}`;
  return new HoldfastError(
    'STORE_IN_USE',
    `The PGlite database in "${dir}" is in use by ${who}, and only one can have it open. Close that one; or use postgres(), ` +
      'which many processes can share; or, within one process, pass one PGlite instance to both stores.',
    { details: { dir, pid, host } },
  );
}
