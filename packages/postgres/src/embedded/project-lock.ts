import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Claim, FileLock } from '../locks/file-lock.js';
import { birthMark, isAlive } from '../processes.js';
import { failed } from './failure.js';

const NAME = 'postgres.lock';
const POLL_MS = 20;
const PATIENCE_MS = 180_000;

/**
 * Runs `work` while no other process or caller runs work under the lock of the same folder. The lock of a process that
 * died is taken over. Gives up after three minutes behind a live one.
 *
 * @throws HoldfastError EMBEDDED_POSTGRES_FAILED, when it gives up.
 */
export async function withProjectLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const claim: Claim = { token: randomUUID(), pid: process.pid, birth: birthMark(process.pid) };
  const lock = new FileLock({ folder, name: NAME, claim, isRunning });
  try {
    await acquire(lock);
    return await work();
  } finally {
    await lock.release();
  }
}

async function acquire(lock: FileLock): Promise<void> {
  await lock.announce();
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const holder = await lock.tryAcquire();
    if (!holder) return;
    if (Date.now() > deadline) throw tooLate(lock, holder);
    await delay(POLL_MS);
  }
}

async function isRunning(claim: Claim): Promise<boolean> {
  return isAlive(claim.pid) && (claim.birth === undefined || claim.birth === birthMark(claim.pid));
}

function tooLate({ path }: FileLock, { pid }: Claim): Error {
  return failed(
    `process ${pid} has been starting or stopping it for three minutes. End that process, or delete ${path}.`,
    { lock: path, pid },
  );
}
