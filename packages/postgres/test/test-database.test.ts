import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, testServer } from '../src/testing/test-database.js';
import { query } from './support/project.js';

afterEach(() => vi.unstubAllEnvs());

describe('the server for tests', () => {
  let serverUrl = '';
  const project = {
    provide: (_: 'serverUrl', url: string): void => {
      serverUrl = url;
    },
  };
  let end: () => Promise<void>;

  beforeEach(async () => {
    vi.stubEnv('DATABASE_URL', undefined);
    end = await testServer(project);
  });

  afterEach(() => end());

  test('is a temporary one where no DATABASE_URL is set, and ends with the tests', async () => {
    expect(await query(serverUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    await end();
    await expect(query(serverUrl, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('is that of DATABASE_URL, where it is set', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://example/db');
    const provide = vi.fn();
    await (await testServer({ provide }))();
    expect(provide).toHaveBeenCalledWith('serverUrl', 'postgres://example/db');
  });

  test('gives each who asks an empty database, many at once', async () => {
    const databases = await Promise.all(Array.from({ length: 5 }, () => createTestDatabase(serverUrl)));
    for (const { url } of databases) await query(url, 'create table note (id int)');
    expect(new Set(databases.map(({ url }) => url)).size).toBe(5);
    await Promise.all(databases.map((database) => database.drop()));
    await expect(query(databases[0]?.url ?? '', 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });
});
