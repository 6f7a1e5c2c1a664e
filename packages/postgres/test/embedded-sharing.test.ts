import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbedded } from '../src/embedded/embedded.js';
import { Project, query, startTime } from './support/project.js';

let project: Project;

beforeAll(async () => {
  project = await Project.create();
  await (await begin()).release();
});

afterEach(() => project.halt());

afterAll(() => project.remove());

describe('sharing', () => {
  test('a second process uses the server of the first', async () => {
    const use = await begin();
    const { url } = use;
    await query(url, 'create table note as select 42 as answer');
    const second = await (await project.process()).start();
    expect(await query(second, 'select answer from note')).toEqual([{ answer: 42 }]);
    expect(await startTime(second)).toBe(await startTime(url));
    await use.release();
  });

  test('the server outlives the process that started it, when that is killed', async () => {
    const starter = await project.process();
    const url = await starter.start();
    const before = await startTime(url);
    await starter.kill();
    expect(await startTime(url)).toBe(before);
    const use = await begin();
    expect(use.url).toBe(url);
    expect(await startTime(use.url)).toBe(before);
    await use.release();
  });

  test('only the last release stops the server', async () => {
    const [first, second] = [await project.process(), await project.process()];
    const url = await first.start();
    await second.start();
    await first.release();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.release();
    expect(project.serverPid).toBeUndefined();
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('of processes that release at once, one stops the server', async () => {
    const processes = await Promise.all(Array.from({ length: 4 }, () => project.process()));
    await Promise.all(processes.map((each) => each.start()));
    await Promise.all(processes.map((each) => each.release()));
    expect(project.serverPid).toBeUndefined();
  });

  test('a start during the last release gets a server that stays', async () => {
    const leaving = await begin();
    const [coming] = await Promise.all([begin(), leaving.release()]);
    expect(await query(coming.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await coming.release();
  });

  test('any other client that is connected keeps the server from being stopped', async () => {
    const use = await begin();
    const { url } = use;
    const stranger = new Client({ connectionString: url });
    await stranger.connect();
    await use.release();
    expect((await stranger.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await stranger.end();
  });

  test('the url stays the same from one run of the server to the next', async () => {
    const first = await begin();
    await first.release();
    const second = await begin();
    expect(second.url).toBe(first.url);
    await second.release();
  });

  test('a second release does nothing more', async () => {
    const first = await begin();
    const second = await begin();
    await first.release();
    await first.release();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.release();
  });
});

function begin(): Promise<EmbeddedPostgres> {
  return startEmbedded({ dir: project.dir });
}
