import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Binaries, program } from './binaries.js';
import { serverEnv } from './server-env.js';

/** The user that the server's programs run as. Undefined, wherever one is asked for, means this process's own. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: SystemUser = { uid: 65534, gid: 65534 };

/**
 * Who must run the server: Postgres refuses root, so root hands it to whoever owns the data already, or else to
 * uid 65534. Anyone else runs it themselves.
 *
 * @param data the data folder; it need not exist, nor be known.
 */
export function serverUser(data?: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = data === undefined ? undefined : statSync(data, { throwIfNoEntry: false });
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : NOBODY;
}

/** Whether the user can get into a folder: no part of the path is closed to it, such as a home of mode 700. */
export function canEnter(folder: string, user: SystemUser | undefined): boolean {
  if (!user) return true;
  const { mode, uid, gid } = statSync(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  const parent = dirname(folder);
  return (mode & bit) !== 0 && (parent === folder || canEnter(parent, user));
}

/** Whether the user can run these binaries. Found by trying, since reading the libraries takes permission too. */
export function canRun(binaries: Binaries, user: SystemUser | undefined): boolean {
  if (!user) return true;
  const options = { ...user, cwd: '/', env: serverEnv(), stdio: 'ignore' } as const;
  return spawnSync(program(binaries, 'postgres'), ['--version'], options).status === 0;
}
