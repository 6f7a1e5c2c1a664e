import { expect } from 'vitest';
import { subject } from './subject.js';

const LOG = 'orders/0';

export const offsets = subject('readers of logs', (test) => {
  test('begin where nothing was read, and go on where they stand', async (bench) => {
    const reader = bench.id('reader');
    const { offsets: store } = bench.store;
    expect(await store.read(reader)).toEqual([]);
    expect(await store.advance({ reader, log: LOG, from: null, to: '10', starts: [] })).toBe(true);
    expect(await store.advance({ reader, log: LOG, from: '10', to: '20', starts: [] })).toBe(true);
    expect(await store.advance({ reader, log: 'orders/1', from: null, to: '7', starts: [] })).toBe(true);
    expect(await (await bench.another()).offsets.read(reader)).toEqual([
      { log: LOG, position: '20' },
      { log: 'orders/1', position: '7' },
    ]);
  });

  test('move on together with the runs of what they read', async (bench) => {
    const reader = bench.id('reader');
    const starts = [bench.newRun(), bench.newRun({ queue: bench.id('queue') })];
    expect(await bench.store.offsets.advance({ reader, log: LOG, from: null, to: '2', starts })).toBe(true);
    for (const { id } of starts) expect(await bench.see(id)).toMatchObject({ state: 'pending', epoch: 0 });
    expect((await bench.claim()).runs).toHaveLength(2);
  });

  test('that do not stand where they were believed to write nothing', async (bench) => {
    const reader = bench.id('reader');
    const { offsets: store } = bench.store;
    const run = bench.newRun();
    const move = { reader, log: LOG, to: '9', starts: [run] };
    expect(await store.advance({ ...move, from: '3' })).toBe(false);
    await store.advance({ reader, log: LOG, from: null, to: '5', starts: [] });
    expect(await store.advance({ ...move, from: null })).toBe(false);
    expect(await store.advance({ ...move, from: '4' })).toBe(false);
    expect(await bench.store.run(run.id)).toBeUndefined();
    expect(await store.read(reader)).toEqual([{ log: LOG, position: '5' }]);
    expect(await store.advance({ ...move, from: '5' })).toBe(true);
  });

  test('of which two read one log at a time: one of them moves on', async (bench) => {
    const reader = bench.id('reader');
    const stores = [bench.store, await bench.another()];
    const tries = Array.from({ length: 10 }, (_, index) => {
      const run = bench.newRun();
      const moved = stores[index % 2]!.offsets.advance({
        reader,
        log: LOG,
        from: null,
        to: '1',
        starts: [run],
      });
      return { run, moved };
    });
    const moved = await Promise.all(tries.map((one) => one.moved));
    expect(moved.filter(Boolean)).toHaveLength(1);
    for (const [index, { run }] of tries.entries()) {
      expect((await bench.store.run(run.id)) !== undefined).toBe(moved[index]);
    }
  });

  test('pass over what is a run already, or has a run of its key', async (bench) => {
    const reader = bench.id('reader');
    const [known] = await bench.queue(1, { deduplicationKey: 'customer 42' });
    const again = bench.newRun({ id: known!.id });
    const duplicate = bench.newRun({ deduplicationKey: 'customer 42' });
    const fresh = bench.newRun();
    const starts = [again, duplicate, fresh];
    expect(await bench.store.offsets.advance({ reader, log: LOG, from: null, to: '3', starts })).toBe(true);
    expect((await bench.see(known!.id)).key).toBe(known!.key);
    expect(await bench.store.run(duplicate.id)).toBeUndefined();
    expect(await bench.see(fresh.id)).toMatchObject({ state: 'pending' });
  });

  test('stay where they are if a run cannot be stored', async (bench) => {
    const reader = bench.id('reader');
    const sound = bench.newRun();
    const bad = bench.newRun({ input: { json: 'no JSON', extra: null } });
    const move = { reader, log: LOG, from: null, to: '2', starts: [sound, bad] };
    await expect(bench.store.offsets.advance(move)).rejects.toThrow(/refuses/);
    expect(await bench.store.offsets.read(reader)).toEqual([]);
    expect(await bench.store.run(sound.id)).toBeUndefined();
  });

  test('put runs in line in the order in which they were read', async (bench) => {
    const reader = bench.id('reader');
    const queue = bench.id('queue');
    const ids = ['c', 'a', 'b'].map((name) => `${bench.id(name)}`);
    const starts = ids.map((id) => bench.newRun({ id, queue }));
    await bench.store.offsets.advance({ reader, log: LOG, from: null, to: '3', starts });
    const taken = [];
    for (const _ of ids) taken.push((await bench.claim({ limit: 1 })).runs[0]!.id);
    expect(taken).toEqual(ids);
  });

  test('are forgotten, in one log or in all', async (bench) => {
    const [reader, other] = [bench.id('reader'), bench.id('reader')];
    const { offsets: store } = bench.store;
    for (const log of ['a', 'b', 'c']) await store.advance({ reader, log, from: null, to: '1', starts: [] });
    await store.advance({ reader: other, log: 'a', from: null, to: '1', starts: [] });
    expect(await store.forget(reader, 'b')).toBe(1);
    expect(await store.forget(reader, 'b')).toBe(0);
    expect((await store.read(reader)).map(({ log }) => log)).toEqual(['a', 'c']);
    expect(await store.forget(reader, null)).toBe(2);
    expect(await store.read(reader)).toEqual([]);
    expect(await store.read(other)).toHaveLength(1);
  });
});
