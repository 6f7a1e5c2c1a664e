// Takes a lock a number of times, and is killed the last time while it holds it. Says so if it was not alone.
// node lock-user.ts project|folder dir rounds
import { readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isHoldfastError } from '@holdfast/core/internal';
import { withProjectLock } from '../../src/embedded/project-lock.js';
import { lockFolder } from '../../src/pglite/folder-lock.js';
import { isAlive } from '../../src/processes.js';

const [kind, folder = ''] = process.argv.slice(2);
const rounds = Number(process.argv[4]);
/** A link, since it has its content from the first moment on: the pid of who is inside. */
const inside = join(folder, 'inside');

async function enter(): Promise<void> {
  const other = await readlink(inside).catch(() => undefined);
  if (other !== undefined) {
    if (isAlive(Number(other))) process.send?.(`${process.pid} came in while ${other} was inside`);
    await rm(inside);
  }
  await symlink(String(process.pid), inside);
}

/** The lock of a folder refuses rather than wait; here it is asked for until it is free. */
async function withFolderLock(dir: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      const unlock = await lockFolder(dir);
      await work();
      return await unlock();
    } catch (error) {
      if (!isHoldfastError(error, 'STORE_IN_USE')) throw error;
    }
  }
}

const withLock = kind === 'folder' ? withFolderLock : withProjectLock;
for (let round = 1; round <= rounds; round++) {
  await withLock(folder, async () => {
    await enter();
    if (round === rounds) process.kill(process.pid, 'SIGKILL');
    await rm(inside);
  });
}
