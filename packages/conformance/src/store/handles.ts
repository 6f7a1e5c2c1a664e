import { expect } from 'vitest';
import { subjectApart } from './subject.js';

export const handles = subjectApart('handles', (test) => {
  test('a store has a name', async ({ store }) => {
    expect(store.name).toMatch(/^\w/);
  });

  test('a handle that was closed says so, and the others go on', async (bench) => {
    const run = await bench.begin();
    const other = await bench.another();
    await other.close();
    await other.close();
    const closed = { code: 'STORE_CLOSED' };
    await expect(other.commit([])).rejects.toMatchObject(closed);
    await expect(other.claim({ executorId: 'a', serves: [bench.served], limit: 1 })).rejects.toMatchObject(
      closed,
    );
    await expect(other.run(run.id)).rejects.toMatchObject(closed);
    await expect(other.renew('a', 1000)).rejects.toMatchObject(closed);
    expect(await bench.see(run.id)).toMatchObject({ state: 'running' });
  });

  test('what was written outlives the handle that wrote it', async (bench) => {
    const other = await bench.another();
    const run = bench.newRun();
    expect(await other.commit([{ op: 'start', run }])).toEqual([{ kind: 'written' }]);
    await other.close();
    expect(await bench.see(run.id, await bench.another())).toMatchObject({ state: 'pending', key: run.key });
  });

  test('to try again does not help against a closed store, nor against an error from elsewhere', async (bench) => {
    const { store } = bench;
    const other = await bench.another();
    await other.close();
    const error: unknown = await other.run('a').catch((reason: unknown) => reason);
    expect(store.isTransient(error)).toBe(false);
    for (const alien of [new Error('connection lost'), 'a string', null, undefined]) {
      expect(store.isTransient(alien)).toBe(false);
    }
  });
});
