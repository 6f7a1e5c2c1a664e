import { PLAIN_TERMS } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { eventually } from './bench.js';
import { payload, SOME_TIME_MS, start, succeed } from './entries.js';
import { subject } from './subject.js';

export const starting = subject('starting', (test) => {
  test('a run started by an executor is running, in its first epoch, since the moment it names', async (bench) => {
    const run = await bench.begin({ input: payload(['a', 1], '[[[0],"date"]]') });
    expect(await bench.see(run.id)).toEqual({
      ...PLAIN_TERMS,
      id: run.id,
      key: run.key,
      workflow: run.workflow,
      version: run.version,
      state: 'running',
      executorId: await bench.self(),
      epoch: 1,
      input: { json: '["a",1]', extra: '[[[0],"date"]]' },
      output: null,
      error: null,
      tags: null,
      parentId: null,
      forkedFrom: null,
      takeovers: 0,
      deaths: [],
      isUnwinding: false,
      wakeAtMs: null,
      createdAtMs: expect.any(Number),
      startedAtMs: SOME_TIME_MS,
      completedAtMs: null,
      traceContext: null,
    });
  });

  test('a run started without an executor is pending and due at once', async (bench) => {
    const [run] = await bench.queue(1);
    const seen = await bench.see(run!.id);
    expect(seen).toMatchObject({ state: 'pending', executorId: null, epoch: 0, startedAtMs: null });
    expect(Math.abs(seen.wakeAtMs! - seen.createdAtMs)).toBeLessThanOrEqual(5);
  });

  test('a delayed run is due when its delay is over', async (bench) => {
    const [run] = await bench.queue(1, { delayMs: 60_000 });
    const { wakeAtMs, createdAtMs } = await bench.see(run!.id);
    expect(Math.abs(wakeAtMs! - createdAtMs - 60_000)).toBeLessThanOrEqual(5);
  });

  test('a delayed run is claimed once its delay is over, and not before', async (bench) => {
    const [run] = await bench.queue(1, { delayMs: 60 });
    const { wakeAtMs } = await bench.see(run!.id);
    const claimed = await eventually('a claim of the run', async () => (await bench.claim()).runs[0]);
    expect(claimed.id).toBe(run!.id);
    // Less a millisecond: fractions of one may be rounded either way.
    expect(claimed.startedAtMs).toBeGreaterThanOrEqual(wakeAtMs! - 1);
  });

  test('a run keeps its parent, its version and its tags', async (bench) => {
    const tags = JSON.stringify({ customer: 'Zoë', plan: 'it\'s "big"' });
    const [run] = await bench.queue(1, { parentId: 'some-parent', version: '2.0.0-rc.1', tags });
    const seen = await bench.see(run!.id);
    expect(seen).toMatchObject({ parentId: 'some-parent', version: '2.0.0-rc.1' });
    expect(JSON.parse(seen.tags!)).toEqual(JSON.parse(tags));
  });

  test('an id that is taken is answered with "exists", and the run stays as it is', async (bench) => {
    const run = await bench.begin();
    const before = await bench.see(run.id);
    const other = bench.newRun({ id: run.id, input: payload('other'), tags: '{"a":1}', parentId: 'other' });
    expect(await bench.commit(start(other))).toEqual({ kind: 'exists' });
    expect(await bench.see(run.id)).toEqual(before);
  });

  test('an id stays taken when its run has ended', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([succeed(run)]);
    expect(await bench.commit(start(bench.newRun({ id: run.id })))).toEqual({ kind: 'exists' });
    expect(await bench.see(run.id)).toMatchObject({ state: 'succeeded', key: run.key });
  });

  test('a start that is repeated is written, whatever has become of the run meanwhile', async (bench) => {
    const run = await bench.newHeldRun();
    expect(await bench.commit(start(run))).toEqual({ kind: 'written' });
    const begun = await bench.see(run.id);
    expect(await bench.commit(start(run))).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toEqual(begun);

    await bench.writeAll([succeed(run)]);
    const ended = await bench.see(run.id);
    expect(await bench.commit(start(run))).toEqual({ kind: 'written' });
    expect(await bench.see(run.id)).toEqual(ended);
  });

  test('of two handles that start runs of the same id at once, one writes each run', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const ids = Array.from({ length: 20 }, () => bench.id('run'));
      const [ours, theirs] = [bench.store, other].map((store) => ({
        store,
        runs: ids.map((id) => bench.newRun({ id })),
      }));
      const [a, b] = await Promise.all([
        ours!.store.commit(ours!.runs.map(start)),
        theirs!.store.commit(theirs!.runs.map(start).reverse()).then((outcomes) => [...outcomes].reverse()),
      ]);
      for (const [index, id] of ids.entries()) {
        expect([a[index]!.kind, b[index]!.kind].sort()).toEqual(['exists', 'written']);
        const winner = a[index]!.kind === 'written' ? ours : theirs;
        expect((await bench.see(id)).key).toBe(winner!.runs[index]!.key);
      }
    }
  });

  test('ids, workflows and versions may contain what SQL and arrays give a meaning', async (bench) => {
    const hostile = `'"\\{},; $1 -- %s NULL Ünïcödé 🚀`;
    const run = bench.newRun({
      id: `${bench.id('run')}${hostile}`,
      workflow: `${hostile}${bench.served.workflow}`,
    });
    const odd = { ...run, version: hostile, parentId: hostile };
    await bench.writeAll([start(odd)]);
    expect(await bench.see(odd.id)).toMatchObject({
      workflow: odd.workflow,
      version: hostile,
      parentId: hostile,
    });
    const serves = [{ workflow: odd.workflow, version: hostile }];
    const { runs } = await bench.store.claim({ executorId: await bench.self(), serves, limit: 1 });
    expect(runs.map(({ id }) => id)).toEqual([odd.id]);
  });

  test('a text that says NULL is not null', async (bench) => {
    const [run] = await bench.queue(1, {
      parentId: 'NULL',
      version: 'null',
      input: { json: 'null', extra: null },
    });
    expect(await bench.see(run!.id)).toMatchObject({
      parentId: 'NULL',
      version: 'null',
      input: { json: 'null', extra: null },
    });
  });
});
