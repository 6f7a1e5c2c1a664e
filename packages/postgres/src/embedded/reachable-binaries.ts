import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import { failed } from './failure.js';
import { canRun, type SystemUser } from './system-user.js';

/**
 * Binaries that the user can run: those given, or else a copy inside `area`. They are out of reach when the packages
 * are installed in root's closed home. Callers see to it that nobody else copies there meanwhile.
 */
export async function reachableBinaries(
  binaries: Binaries,
  area: string,
  user: SystemUser | undefined,
): Promise<Binaries> {
  if (canRun(binaries, user)) return binaries;
  const folder = join(area, `binaries-${binaries.version}`);
  if (!existsSync(folder)) await copyOpen(binaries.folder, folder);
  const copy = { ...binaries, folder };
  if (canRun(copy, user)) return copy;
  throw failed(
    `its programs in ${binaries.folder} do not run as uid ${user?.uid}, nor do copies of them in ${folder}. ` +
      'Run as another user than root, or set DATABASE_URL to a Postgres of your own.',
    { binaries: binaries.folder, copy: folder, uid: user?.uid },
  );
}

async function copyOpen(from: string, to: string): Promise<void> {
  const draft = `${to}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  for (const part of ['bin', 'lib', 'share']) {
    await cp(join(from, part), join(draft, part), { recursive: true, verbatimSymlinks: true });
  }
  await openUp(draft);
  await rename(draft, to);
}

/** Lets everyone read, and run what the owner can run: `chmod -R a+rX`. */
async function openUp(path: string): Promise<void> {
  const info = await lstat(path);
  if (info.isSymbolicLink()) return;
  await chmod(path, info.mode | 0o444 | ((info.mode & 0o100) !== 0 ? 0o111 : 0));
  if (!info.isDirectory()) return;
  for (const name of await readdir(path)) await openUp(join(path, name));
}
