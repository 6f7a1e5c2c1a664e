import type { Store, StreamAnswer } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { payload, release, succeed } from './entries.js';
import { call, close, write } from './mail-entries.js';
import { subject } from './subject.js';

async function page(
  store: Store,
  runId: string,
  name = 'tokens',
  from = 0,
  limit = 10_000,
): Promise<StreamAnswer> {
  const [answer] = await store.mail.streams([{ runId, name, from, limit }]);
  return answer!;
}

/** The values of a stream, which must be at positions without gaps. */
async function values(store: Store, runId: string, name?: string): Promise<unknown[]> {
  const { values: found } = await page(store, runId, name);
  expect(found.map(({ position }) => position)).toEqual([...found.keys()]);
  return found.map(({ value }) => JSON.parse(value.json) as unknown);
}

export const streams = subject('streams', (test) => {
  test('values take the positions from 0 on, of each stream of each run, in the order of the batch', async (bench) => {
    const [one, two] = await bench.beginMany(2);
    await bench.writeAll([
      write(two!.id, 'c', { step: call(two!, 'write', 0) }),
      write(one!.id, 'a', { step: call(one!, 'write', 0) }),
      write(one!.id, 'z', { step: call(one!, 'write', 1), name: 'other' }),
      write(one!.id, 'b', { step: call(one!, 'write', 2) }),
    ]);
    await bench.writeAll([write(one!.id, 'd'), write(one!.id, 'e', { epoch: 1, seq: 7 })]);
    expect(await values(bench.store, one!.id)).toEqual(['a', 'b', 'd', 'e']);
    expect(await values(bench.store, one!.id, 'other')).toEqual(['z']);
    expect(await values(bench.store, two!.id)).toEqual(['c']);
  });

  test('values are kept as they are, null and undefined too', async (bench) => {
    const run = await bench.begin();
    const kept = [payload(null), payload(null, '[[[],"undefined"]]'), payload({ a: 1 })];
    await bench.writeAll(
      kept.map((value, seq) => write(run.id, 0, { step: call(run, 'write', seq), value })),
    );
    const { values: found } = await page(bench.store, run.id);
    expect(found).toEqual(kept.map((value, position) => ({ position, value })));
  });

  test('a page begins where it is asked to and is no longer than it may be', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([...Array(10).keys()].map((n) => write(run.id, n)));
    const { values: found } = await page(bench.store, run.id, 'tokens', 4, 3);
    expect(found.map(({ position }) => position)).toEqual([4, 5, 6]);
    for (const beyond of [10, 2 ** 31, 2 ** 53 - 1]) {
      expect(await page(bench.store, run.id, 'tokens', beyond)).toEqual({
        run: 'open',
        isClosed: false,
        values: [],
      });
    }
  });

  test('several questions are answered in their order', async (bench) => {
    const [one, two] = await bench.beginMany(2);
    await bench.writeAll([write(one!.id, 1), write(two!.id, 2), write(two!.id, 3)]);
    await bench.writeAll([close(two!.id)]);
    await bench.writeAll([succeed(two!)]);
    const ask = { name: 'tokens', from: 0, limit: 9 };
    const answers = await bench.store.mail.streams([
      { ...ask, runId: two!.id },
      { ...ask, runId: 'nobody' },
      { ...ask, runId: one!.id },
    ]);
    expect(answers.map(({ run, isClosed, values: found }) => [run, isClosed, found.length])).toEqual([
      ['ended', true, 2],
      [null, false, 0],
      ['open', false, 1],
    ]);
  });

  test('whoever writes at once, positions have no gaps and each writer keeps its order', async (bench) => {
    const other = await bench.another();
    const run = await bench.begin();
    await Promise.all(
      [bench.store, other, bench.store, other].map(async (store, n) => {
        for (let m = 0; m < 15; m++)
          await bench.writeAll([write(run.id, [n, m]), write(run.id, [n, m])], store);
      }),
    );
    const seen = (await values(bench.store, run.id)) as [number, number][];
    expect(seen).toHaveLength(120);
    for (let n = 0; n < 4; n++) {
      const own = seen.filter(([from]) => from === n).map(([, m]) => m);
      expect(own).toEqual([...Array(15).keys()].flatMap((m) => [m, m]));
    }
  });

  test('batches that write to many streams, each its own way round, do not wait for each other', async (bench) => {
    const other = await bench.another();
    const runs = await bench.beginMany(20);
    for (let round = 0; round < 5; round++) {
      const batch = runs.map(({ id }) => write(id, round));
      const again = [...runs].reverse().map(({ id }) => write(id, round));
      await Promise.all([bench.writeAll(batch), bench.writeAll(again, other)]);
    }
    for (const { id } of runs) expect(await values(bench.store, id)).toHaveLength(10);
  });

  test('a value and the call that writes it are written together, or neither is', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([write(run.id, 1, { step: call(run, 'write', 0) })]);
    await bench.writeAll([release(run)]);
    const claimed = await bench.claimOne();
    const stale = [write(run.id, 2, { step: call(run, 'write', 1) }), write(run.id, 3, { epoch: 1 })];
    expect(await bench.store.commit(stale)).toEqual([{ kind: 'lost' }, { kind: 'lost' }]);
    await bench.writeAll([write(run.id, 4, { step: call(claimed, 'write', 1) })]);
    expect(await values(bench.store, run.id)).toEqual([1, 4]);
    expect((await bench.store.steps(run.id)).map(({ seq }) => seq)).toEqual([0, 1]);
  });

  test('a write that is repeated is written, and the value is there once', async (bench) => {
    const run = await bench.begin();
    const entries = [
      write(run.id, 1, { step: call(run, 'write', 0) }),
      write(run.id, 2),
      write(run.id, 3, { epoch: 1, seq: 5 }),
    ];
    await bench.writeAll(entries);
    await bench.writeAll(entries);
    expect(await values(bench.store, run.id)).toEqual([1, 2, 3]);
  });

  test('writes that are repeated while the first try is under way are there once', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const run = await bench.begin();
      const entries = [write(run.id, 1, { step: call(run, 'write', 0) }), write(run.id, 2), write(run.id, 3)];
      await Promise.all([bench.writeAll(entries), bench.writeAll(entries, other)]);
      expect((await values(bench.store, run.id)).sort()).toEqual([1, 2, 3]);
    }
  });

  test('nothing is written to a closed stream, and the call is not recorded', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([
      write(run.id, 1, { step: call(run, 'write', 0) }),
      close(run.id, { step: call(run, 'close', 1) }),
    ]);
    const late = [
      write(run.id, 2, { step: call(run, 'write', 2) }),
      write(run.id, 3),
      write(run.id, 4, { epoch: 1 }),
    ];
    expect(await bench.store.commit(late)).toEqual(late.map(() => ({ kind: 'closed' })));
    expect(await values(bench.store, run.id)).toEqual([1]);
    expect((await page(bench.store, run.id)).isClosed).toBe(true);
    expect((await bench.store.steps(run.id)).map(({ kind }) => kind)).toEqual(['write', 'close']);
  });

  test('a stream that was never written to can be closed, and closed again', async (bench) => {
    const run = await bench.begin();
    const entry = close(run.id, { step: call(run, 'close', 0) });
    await bench.writeAll([entry]);
    await bench.writeAll([entry, close(run.id), close(run.id, { epoch: 1 })]);
    expect(await page(bench.store, run.id)).toEqual({ run: 'open', isClosed: true, values: [] });
    expect(await bench.commit(write(run.id, 1))).toEqual({ kind: 'closed' });
  });

  test('a write that was written before the close is written when it is repeated after it', async (bench) => {
    const run = await bench.begin();
    const entry = write(run.id, 1, { step: call(run, 'write', 0) });
    await bench.writeAll([entry]);
    await bench.writeAll([close(run.id)]);
    expect(await bench.commit(entry)).toEqual({ kind: 'written' });
    expect(await values(bench.store, run.id)).toEqual([1]);
  });

  test('a stream that is closed as another begins it has either its value or none', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 20; round++) {
      const run = await bench.begin();
      const [written, closed] = await Promise.all([
        bench.commit(write(run.id, 1, { step: call(run, 'write', 0) })),
        bench.commit(close(run.id), other),
      ]);
      expect(closed).toEqual({ kind: 'written' });
      const isWritten = written.kind === 'written';
      if (!isWritten) expect(written).toEqual({ kind: 'closed' });
      expect(await values(bench.store, run.id)).toEqual(isWritten ? [1] : []);
      expect(await bench.store.steps(run.id)).toHaveLength(isWritten ? 1 : 0);
    }
  });

  test('of a run that is not there, or has ended, nobody outside writes or closes one', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([succeed(run)]);
    expect(
      await bench.store.commit([write('nobody', 1), write(run.id, 1), close('nobody'), close(run.id)]),
    ).toEqual([{ kind: 'missing' }, { kind: 'ended' }, { kind: 'missing' }, { kind: 'ended' }]);
    expect(await page(bench.store, run.id)).toEqual({ run: 'ended', isClosed: false, values: [] });
  });

  test('whoever sees that a run has ended sees all that it wrote', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 20; round++) {
      const run = await bench.begin();
      const ending = (async () => {
        await bench.store.commit([write(run.id, round, { step: call(run, 'write', 0) })]);
        await bench.store.commit([succeed(run)]);
      })();
      for (;;) {
        const answer = await page(other, run.id);
        if (answer.run !== 'ended') continue;
        expect(answer.values).toHaveLength(1);
        break;
      }
      await ending;
    }
  });
});
