// Takes a project's lock a number of times, and is killed the last time while it holds it. Says so if it was not alone.
import { readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../src/embedded/processes.js';
import { withProjectLock } from '../../src/embedded/project-lock.js';

const folder = process.argv[2] ?? '';
const rounds = Number(process.argv[3]);
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

for (let round = 1; round <= rounds; round++) {
  await withProjectLock(folder, async () => {
    await enter();
    if (round === rounds) process.kill(process.pid, 'SIGKILL');
    await rm(inside);
  });
}
