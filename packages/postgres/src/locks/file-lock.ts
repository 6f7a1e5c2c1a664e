import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// How a lock is kept, in files of one folder:
//
//   <name>                the holder; made by hard-linking, so it is there with its content or not at all
//   <name>.<token>        one per process that holds or waits, written before anything is linked to it
//   <name>.after-<token>  who succeeds that token's process, which died; only one link can have this name
//
// A dead holder cannot simply be removed: between looking and removing, another process may have done so and taken the
// lock itself. So whoever finds it dead first becomes its successor, by name; looks again whether the holder is still
// the one it succeeds; and then replaces the lock by renaming over it. A successor that dies half-way is succeeded in
// the same manner. A token is never used twice, so a successor that comes too late sees another holder and withdraws.

const WRITING_MS = 60_000;
const UNREADABLE = 'unreadable';
const NO_PROCESS = 2 ** 31 - 1;

/** Who holds a lock, or wants it. */
export interface Claim {
  /** Never used twice: it tells apart two times that one process asks, and two processes with one id. */
  readonly token: string;
  readonly pid: number;
  /** What tells its process from a later one with the same id, where the system tells. */
  readonly birth?: string | undefined;
  /** Its machine, where several may share the folder. */
  readonly host?: string | undefined;
}

export interface FileLockOptions {
  readonly folder: string;
  /** The name of the lock's file. */
  readonly name: string;
  readonly claim: Claim;
  /** Whether the process of a claim still runs; the claim is in the file at `path`. */
  readonly isRunning: (claim: Claim, path: string) => Promise<boolean>;
}

/** A lock that one process holds at a time, kept in files. That of a process that died is taken over. */
export class FileLock {
  readonly path: string;
  readonly #options: FileLockOptions;
  readonly #own: string;

  constructor(options: FileLockOptions) {
    const { folder, name, claim } = options;
    this.#options = options;
    this.path = join(folder, name);
    this.#own = join(folder, `${name}.${claim.token}`);
  }

  /** Says who wants the lock. Once, before it is asked for. */
  async announce(): Promise<void> {
    await writeFile(this.#own, JSON.stringify(this.#options.claim), { mode: 0o600 });
  }

  /** Takes the lock, unless a live process has it: then answers who. */
  async tryAcquire(): Promise<Claim | undefined> {
    for (;;) {
      if (await linkNew(this.#own, this.path)) break;
      const last = await this.#heir();
      if (!last) continue;
      if (await this.#options.isRunning(last.claim, last.path)) return last.claim;
      if (await this.#succeed(last.claim)) break;
    }
    await this.#sweep();
    return undefined;
  }

  /** Gives the lock back, if it is held, and wants it no more. */
  async release(): Promise<void> {
    if ((await readClaim(this.path))?.token === this.#options.claim.token)
      await rm(this.path, { force: true });
    await rm(this.#own, { force: true });
  }

  /** The holder, or the last in the line of those who succeed it; undefined if nobody holds the lock. */
  async #heir(): Promise<{ readonly claim: Claim; readonly path: string } | undefined> {
    let path = this.path;
    let claim = await readClaim(path);
    while (claim) {
      const after = this.#after(claim);
      const next = await readClaim(after);
      if (!next) return { claim, path };
      [claim, path] = [next, after];
    }
    return undefined;
  }

  async #succeed(dead: Claim): Promise<boolean> {
    if (!(await linkNew(this.#own, this.#after(dead)))) return false;
    if ((await this.#heir())?.claim.token === this.#options.claim.token) {
      await rename(this.#own, this.path);
      return true;
    }
    await rm(this.#after(dead), { force: true });
    return false;
  }

  /** Removes what dead processes left. Only the holder does, and it has no successor yet, so every one is an old one. */
  async #sweep(): Promise<void> {
    const { folder, name } = this.#options;
    for (const found of await readdir(folder)) {
      if (!found.startsWith(`${name}.`)) continue;
      const path = join(folder, found);
      const isOld = found.startsWith(`${name}.after-`) || (await this.#isAbandoned(path));
      if (isOld) await rm(path, { force: true });
    }
  }

  /** Whether its process is gone: that of an unreadable one may be just writing it, but not for a minute. */
  async #isAbandoned(path: string): Promise<boolean> {
    const claim = await readClaim(path);
    if (claim?.token !== UNREADABLE) {
      return claim !== undefined && !(await this.#options.isRunning(claim, path));
    }
    const found = await stat(path).catch(() => undefined);
    return found !== undefined && Date.now() - found.mtimeMs > WRITING_MS;
  }

  #after(claim: Claim): string {
    return `${this.path}.after-${claim.token}`;
  }
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
    const { token, pid, birth, host } = JSON.parse(text) as Claim;
    if (typeof token === 'string' && Number.isInteger(pid)) return { token, pid, birth, host };
  } catch {
    // Being written just now, if it is a waiter's own file. If it is the lock, a power cut emptied it.
  }
  return { token: UNREADABLE, pid: NO_PROCESS };
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
