import { randomUUID } from 'node:crypto';
import type { Fork } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { attempt, fail, outcome, payload, succeed } from './entries.js';
import { subject } from './subject.js';

const no = payload({ message: 'no' });

export const repairing = subject('repairing', (test) => {
  const fork = (of: string, changes: Partial<Fork> = {}): Fork => ({
    of,
    id: `${of}-fork-${randomUUID()}`,
    key: randomUUID(),
    version: null,
    tags: null,
    queue: null,
    fromSeq: 1,
    replaced: [],
    ...changes,
  });

  test('a fork has the results of all calls before the one it begins at, and the other run stays', async (bench) => {
    const run = await bench.begin({ tags: '{"of":"anna"}' });
    await bench.writeAll([
      outcome(run, { hasUndo: true }),
      outcome(run, { seq: 1, ordinal: 2 }),
      attempt(run, 1, { seq: 2 }),
    ]);
    const before = await bench.inFull(run.id);
    const made = fork(run.id, { fromSeq: 1 });
    expect(await bench.store.repair.fork(made)).toBe('written');
    expect(await bench.inFull(run.id)).toEqual(before);
    const { run: forked, steps } = await bench.inFull(made.id);
    expect(forked).toMatchObject({ state: 'pending', epoch: 1, forkedFrom: run.id, input: run.input });
    expect(JSON.parse(forked!.tags!)).toEqual({ of: 'anna' });
    expect(steps).toEqual([{ ...before.steps[0], epoch: 1 }]);
    const claimed = await bench.claimOne();
    expect(claimed).toMatchObject({ id: made.id, epoch: 2, seed: run.key, startedAtMs: run.startedAtMs });
  });

  test('a fork may have other results, and another version', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run, { error: no }), outcome(run, { seq: 1, ordinal: 2, kind: 'start' })]);
    const replaced = [
      { seq: 0, value: payload('mended') },
      { seq: 1, value: payload('another-run') },
    ];
    const made = fork(run.id, { fromSeq: 2, version: '2', replaced });
    expect(await bench.store.repair.fork(made)).toBe('written');
    expect(await bench.see(made.id)).toMatchObject({ version: '2' });
    expect(await bench.store.steps(made.id)).toMatchObject([
      { output: payload('mended'), error: null },
      { output: payload('another-run'), childId: 'another-run' },
    ]);
  });

  test('the same fork twice is there once, and there is none of a run that is not there', async (bench) => {
    const run = await bench.begin();
    const made = fork(run.id);
    expect(await bench.store.repair.fork(made)).toBe('written');
    expect(await bench.store.repair.fork(made)).toBe('exists');
    expect(await bench.store.repair.fork(fork(bench.id('missing')))).toBe('missing');
  });

  test('a retry forgets what was handed over from a moment on, and failed attempts', async (bench) => {
    const run = await bench.begin();
    const begun = attempt(run, 1, { seq: 4, error: null, retryAtMs: null });
    await bench.writeAll([
      outcome(run, { seq: 0, ordinal: 3 }),
      outcome(run, { seq: 1, ordinal: 1 }),
      outcome(run, { seq: 2, ordinal: 2, error: no }),
      attempt(run, 1, { seq: 3 }),
      begun,
    ]);
    await bench.writeAll([fail(run)]);
    const retry = { runId: run.id, epoch: 1, fromOrdinal: 2 };
    expect(await bench.store.repair.retry([retry])).toBe(true);
    expect((await bench.store.steps(run.id)).map(({ seq }) => seq)).toEqual([1, 4]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'pending', error: null, completedAtMs: null });
    expect(await bench.store.repair.retry([retry])).toBe(false);
  });

  test('runs are retried all together or not at all', async (bench) => {
    const [failed, running] = await bench.beginMany(2);
    await bench.writeAll([outcome(failed!, { error: no }), fail(failed!)]);
    const retries = [failed!, running!].map(({ id }) => ({ runId: id, epoch: 1, fromOrdinal: 1 }));
    expect(await bench.store.repair.retry(retries)).toBe(false);
    expect(await bench.see(failed!.id)).toMatchObject({ state: 'failed' });
    expect(await bench.store.steps(failed!.id)).toHaveLength(1);
  });

  test('runs that have ended are deleted, with their journals; others stay', async (bench) => {
    const [ended, running] = await bench.beginMany(2);
    await bench.writeAll([outcome(ended!), outcome(running!)]);
    await bench.writeAll([succeed(ended!)]);
    const ids = [ended!.id, running!.id, bench.id('missing'), ended!.id];
    expect(await bench.store.repair.delete(ids)).toEqual([ended!.id]);
    expect(await bench.inFull(ended!.id)).toEqual({ run: undefined, steps: [] });
    expect(await bench.store.steps(running!.id)).toHaveLength(1);
  });
});
