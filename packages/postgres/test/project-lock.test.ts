import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withProjectLock } from '../src/embedded/project-lock.js';
import { birthMark } from '../src/processes.js';
import { ending, spawnSupport } from './support/child.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-lock-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('the lock of a project', () => {
  test('work under it never overlaps', async () => {
    let inside = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      expect(inside).toBe(1);
      await readdir(folder);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => withProjectLock(folder, work)));
  });

  test('it is free again after work that failed', async () => {
    const failing = withProjectLock(folder, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await expect(withProjectLock(folder, () => Promise.resolve('yes'))).resolves.toBe('yes');
    expect(await readdir(folder)).toEqual([]);
  });

  test('that of a dead process is taken over', async () => {
    const pid = await deadPid();
    await leaveLock({ token: 'dead', pid, birth: 'long ago' });
    await expect(withProjectLock(folder, () => Promise.resolve('mine'))).resolves.toBe('mine');
    expect(await readdir(folder)).toEqual([]);
  });

  test('that of an earlier process with the pid of a live one is taken over', async () => {
    await leaveLock({ token: 'dead', pid: process.pid, birth: 'long ago' });
    await expect(withProjectLock(folder, () => Promise.resolve('mine'))).resolves.toBe('mine');
  });

  test('that of a live process is waited for', async () => {
    await leaveLock({ token: 'alive', pid: process.pid, birth: birthMark(process.pid) });
    let isIn = false;
    const waiting = withProjectLock(folder, async () => {
      isIn = true;
    });
    await filesAppear('postgres.lock.');
    expect(isIn).toBe(false);
    await rm(join(folder, 'postgres.lock'));
    await waiting;
    expect(isIn).toBe(true);
  });

  test('that of a process that died while it took over a dead one is taken over', async () => {
    const pid = await deadPid();
    await leaveLock({ token: 'first', pid });
    await leaveLock({ token: 'second', pid }, 'postgres.lock.after-first');
    await expect(withProjectLock(folder, () => Promise.resolve('mine'))).resolves.toBe('mine');
    expect(await readdir(folder)).toEqual([]);
  });

  test('one that a power cut emptied is taken over', async () => {
    await writeFile(join(folder, 'postgres.lock'), '');
    await expect(withProjectLock(folder, () => Promise.resolve('mine'))).resolves.toBe('mine');
  });

  test('of many processes that are killed while they hold it, never two hold it at once', async () => {
    const complaints: unknown[] = [];
    const all = Array.from({ length: 6 }, () => spawnSupport('lock-user.ts', ['project', folder, '25']));
    for (const child of all) child.on('message', (complaint) => complaints.push(complaint));
    expect(await Promise.all(all.map(ending))).toEqual(all.map(() => 'SIGKILL'));
    expect(complaints).toEqual([]);
  });
});

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await ending(child);
  return child.pid ?? 0;
}

async function leaveLock(claim: object, name = 'postgres.lock'): Promise<void> {
  await writeFile(join(folder, name), JSON.stringify(claim));
}

async function filesAppear(prefix: string): Promise<void> {
  while (!(await readdir(folder)).some((name) => name.startsWith(prefix))) await new Promise(setImmediate);
}
