import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pglite } from '../src/index.js';
import { lockFolder } from '../src/pglite/folder-lock.js';
import { ending, nextMessage, spawnSupport } from './support/child.js';
import { start } from './support/entries.js';
import { TestListener, until } from './support/listener.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-pglite-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const lockOf = async () => JSON.parse(await readFile(join(dir, 'holdfast.lock'), 'utf8'));

describe('a folder', () => {
  test('that this process has open is refused', async () => {
    const unlock = await lockFolder(dir);
    await expect(lockFolder(dir)).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      message: expect.stringContaining('this process'),
    });
    await unlock();
    await (await lockFolder(dir))();
  });

  test('that another process has open is refused, by its id, until that is killed', async () => {
    const child = spawnSupport('folder-holder.ts', [dir]);
    await nextMessage(child);
    await expect(lockFolder(dir)).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      message: expect.stringContaining(`process ${child.pid}`),
    });
    const ended = ending(child);
    child.kill('SIGKILL');
    await ended;
    await (await lockFolder(dir))();
  });

  test('is opened by one of many who find the lock of a process that is gone, however often they try', async () => {
    for (let round = 0; round < 300; round++) {
      const gone = { pid: 999_999_999, host: hostname(), token: `gone ${round}` };
      await writeFile(join(dir, 'holdfast.lock'), JSON.stringify(gone));
      const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(dir)));
      const opened = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(opened, `round ${round}`).toHaveLength(1);
      const refusals = tries.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
      expect(new Set(refusals), `round ${round}`).toEqual(new Set(['STORE_IN_USE']));
      await opened[0]!();
    }
    expect(await readdir(dir)).toEqual([]);
  });

  test('is never open in two of many processes that are killed while they have it open', async () => {
    const complaints: unknown[] = [];
    const all = Array.from({ length: 4 }, () => spawnSupport('lock-user.ts', ['folder', dir, '50']));
    for (const child of all) child.on('message', (complaint) => complaints.push(complaint));
    expect(await Promise.all(all.map(ending))).toEqual(all.map(() => 'SIGKILL'));
    expect(complaints).toEqual([]);
  });

  test('is opened after a process whose id a later one has now', async () => {
    const child = spawnSupport('folder-holder.ts', [dir]);
    await nextMessage(child);
    const lock = join(dir, 'holdfast.lock');
    await writeFile(lock, JSON.stringify({ ...(await lockOf()), birth: 'long ago' }));
    await (await lockFolder(dir))();
    const ended = ending(child);
    child.kill('SIGKILL');
    await ended;
  });

  test('is opened after a former process that had the id that this one has', async () => {
    await writeFile(
      join(dir, 'holdfast.lock'),
      JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' }),
    );
    await (await lockFolder(dir))();
  });

  test('that another machine has open is refused for as long as that gives signs of life', async () => {
    const file = join(dir, 'holdfast.lock');
    await writeFile(file, JSON.stringify({ pid: 1, host: 'elsewhere', token: 'x' }));
    await expect(lockFolder(dir)).rejects.toMatchObject({
      message: expect.stringContaining('process 1 on elsewhere'),
    });
    const aMinuteAgo = new Date(Date.now() - 60_000);
    await utimes(file, aMinuteAgo, aMinuteAgo);
    await (await lockFolder(dir))();
  });

  test('with a lock that nobody can read is opened', async () => {
    await writeFile(join(dir, 'holdfast.lock'), '{"pid":');
    await (await lockFolder(dir))();
  });

  test('is unlocked when it is given up', async () => {
    await (await lockFolder(dir))();
    await expect(stat(join(dir, 'holdfast.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a store in a folder', () => {
  test('keeps its runs, and its folder to itself', async () => {
    const folder = join(dir, 'data');
    const store = pglite(folder);
    await store.open();
    expect(store.location).toMatchObject({ schema: 'holdfast' });
    await expect(pglite(folder).open()).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    await store.commit([start('run-1')]);
    await store.close();

    const again = pglite(folder);
    await again.open();
    expect(await again.run('run-1')).toMatchObject({ state: 'running' });
    await again.close();
  });

  test('that cannot be opened leaves no lock behind', async () => {
    await writeFile(join(dir, 'PG_VERSION'), 'what is this');
    await expect(pglite(dir).open()).rejects.toThrow();
    await expect(lockOf()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a store on a database that is open already', () => {
  let database: PGlite;

  beforeAll(async () => {
    database = await PGlite.create();
  });

  afterAll(() => database.close());

  test('leaves it open', async () => {
    const store = pglite(database);
    await store.open();
    await store.close();
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('hears of others on the same database, in a schema of any name', async () => {
    const schema = 'we"ird Näme';
    const [one, other] = [pglite(database, { schema }), pglite(database, { schema })];
    await Promise.all([one.open(), other.open()]);
    const listener = new TestListener();
    const attendance = await one.attend('a', listener);
    expect(attendance.hears).toBe(true);
    await other.announce([{ kind: 'work' }]);
    await until('word of work', () => listener.heard.length > 0);
    await attendance.close();
    await Promise.all([one.close(), other.close()]);
  });
});
