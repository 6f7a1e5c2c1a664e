import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, failed } from './failure.js';
import { birthMark, isAlive } from './processes.js';

// How the lock is kept, in files of one folder:
//
//   postgres.lock                the holder; made by hard-linking, so it is there with its content or not at all
//   postgres.lock.<token>        one per process that holds or waits, written before anything is linked to it
//   postgres.lock.after-<token>  who succeeds that token's process, which died; only one link can have this name
//
// A dead holder cannot simply be removed: between looking and removing, another process may have done so and taken the
// lock itself. So whoever finds it dead first becomes its successor, by name; looks again whether the holder is still
// the one it succeeds; and then replaces the lock by renaming over it. A successor that dies half-way is succeeded in
// the same manner. A token is never used twice, so a successor that comes too late sees another holder and withdraws.

const NAME = 'postgres.lock';
const POLL_MS = 20;
const PATIENCE_MS = 180_000;
const WRITING_MS = 60_000;
const UNREADABLE = 'unreadable';
const NO_PROCESS = 2 ** 31 - 1;

interface Claim {
  readonly token: string;
  readonly pid: number;
  readonly birth?: string | undefined;
}

/**
 * Runs `work` while no other process or caller runs work under the lock of the same folder. The lock of a process that
 * died is taken over. Gives up after three minutes behind a live one.
 *
 * @throws HoldfastError EMBEDDED_POSTGRES_FAILED, when it gives up.
 */
export async function withProjectLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const me: Claim = { token: randomUUID(), pid: process.pid, birth: birthMark(process.pid) };
  const lock = new ProjectLock(folder, me);
  try {
    await lock.acquire();
    return await work();
  } finally {
    await lock.release();
  }
}

class ProjectLock {
  private readonly folder: string;
  private readonly me: Claim;
  private readonly lock: string;
  private readonly own: string;

  constructor(folder: string, me: Claim) {
    this.folder = folder;
    this.me = me;
    this.lock = join(folder, NAME);
    this.own = join(folder, `${NAME}.${me.token}`);
  }

  async acquire(): Promise<void> {
    await writeFile(this.own, JSON.stringify(this.me), { mode: 0o600 });
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await this.tryAcquire())) {
      if (Date.now() > deadline) throw await this.tooLate();
      await delay(POLL_MS);
    }
    await this.sweep();
  }

  async release(): Promise<void> {
    const holder = await readClaim(this.lock);
    if (holder?.token === this.me.token) await rm(this.lock, { force: true });
    await rm(this.own, { force: true });
  }

  private async tryAcquire(): Promise<boolean> {
    if (await linkNew(this.own, this.lock)) return true;
    const last = await this.heir();
    return last !== undefined && !isRunning(last) && this.succeed(last);
  }

  private async tooLate(): Promise<Error> {
    const pid = (await this.heir())?.pid;
    return failed(
      `process ${pid} has been starting or stopping it for three minutes. End that process, or delete ${this.lock}.`,
      { lock: this.lock, pid },
    );
  }

  /** The holder, or the last in the line of those who succeed it; undefined if nobody holds the lock. */
  private async heir(): Promise<Claim | undefined> {
    let last = await readClaim(this.lock);
    while (last) {
      const next = await readClaim(this.after(last));
      if (!next) break;
      last = next;
    }
    return last;
  }

  private async succeed(dead: Claim): Promise<boolean> {
    if (!(await linkNew(this.own, this.after(dead)))) return false;
    if ((await this.heir())?.token === this.me.token) {
      await rename(this.own, this.lock);
      return true;
    }
    await rm(this.after(dead), { force: true });
    return false;
  }

  /** Removes what dead processes left. Only the holder does, and it has no successor yet, so every one is an old one. */
  private async sweep(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!name.startsWith(`${NAME}.`)) continue;
      const path = join(this.folder, name);
      if (name.startsWith(`${NAME}.after-`) || (await isAbandoned(path))) await rm(path, { force: true });
    }
  }

  private after(claim: Claim): string {
    return join(this.folder, `${NAME}.after-${claim.token}`);
  }
}

function isRunning(claim: Claim): boolean {
  return isAlive(claim.pid) && (claim.birth === undefined || claim.birth === birthMark(claim.pid));
}

/** Whether its process is gone: that of an unreadable one may be just writing it, but not for a minute. */
async function isAbandoned(path: string): Promise<boolean> {
  const claim = await readClaim(path);
  if (claim?.token !== UNREADABLE) return claim !== undefined && !isRunning(claim);
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > WRITING_MS;
}

async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readClaim(path: string): Promise<Claim | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const { token, pid, birth } = JSON.parse(text) as Claim;
    if (typeof token === 'string' && Number.isInteger(pid)) return { token, pid, birth };
  } catch {
    // Being written just now, if it is a waiter's own file. If it is the lock, a power cut emptied it.
  }
  return { token: UNREADABLE, pid: NO_PROCESS };
}
