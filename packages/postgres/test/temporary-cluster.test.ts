import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTemporaryCluster, type TemporaryCluster } from '../src/embedded/temporary-cluster.js';
import { ending, nextMessage, spawnSupport } from './support/child.js';
import { query } from './support/project.js';

describe('a temporary cluster', () => {
  let cluster: TemporaryCluster;

  beforeEach(async () => {
    cluster = await startTemporaryCluster({ settings: { max_connections: '37' } });
  });

  afterEach(() => cluster.remove());

  test('has the settings it was given, and durable ones otherwise', async () => {
    const rows = await query(
      cluster.url,
      `select current_setting('max_connections') as connections, current_setting('fsync') as fsync`,
    );
    expect(rows).toEqual([{ connections: '37', fsync: 'on' }]);
  });

  test.each(['fast', 'immediate', 'kill'] as const)(
    'keeps its rows, url and port over a stop (%s)',
    async (how) => {
      const { url, port } = cluster;
      await query(url, 'create table note as select 42 as answer');
      await (how === 'kill' ? cluster.kill() : cluster.stop(how));
      await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await cluster.start();
      expect(await query(url, 'select answer from note')).toEqual([{ answer: 42 }]);
      expect([cluster.url, cluster.port]).toEqual([url, port]);
    },
  );

  test('can be removed twice, and is gone then', async () => {
    await cluster.remove();
    await cluster.remove();
    expect(existsSync(cluster.dir)).toBe(false);
  });
});

describe('the temporary cluster of a process', () => {
  test.each(['SIGKILL', 'SIGTERM', 'exit'] as const)('is gone after its end (%s)', async (end) => {
    const child = spawnSupport('cluster-user.ts');
    const { dir, url } = await nextMessage<{ dir: string; url: string }>(child);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const ended = ending(child);
    if (end === 'exit') child.send('exit');
    else child.kill(end);
    await ended;
    while (existsSync(dir)) await delay(10);
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
