import { randomUUID } from 'node:crypto';
import type { Fork } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { attempt, fail, outcome, pause, payload, succeed } from './entries.js';
import { call, set, write } from './mail-entries.js';
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
    timeoutMs: null,
    traceContext: null,
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

  test('a fork of a run that was undone in part has to undo the rest', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([
      // The second call had its result first.
      outcome(run, { seq: 0, ordinal: 2, hasUndo: true }),
      outcome(run, { seq: 1, ordinal: 1, hasUndo: true }),
      outcome(run, { seq: 2, ordinal: 3 }),
      outcome(run, { seq: 3, ordinal: 4, kind: 'undo', name: 'undo charge card' }),
    ]);
    const made = fork(run.id, { fromSeq: 3 });
    expect(await bench.store.repair.fork(made)).toBe('written');
    const steps = await bench.store.steps(made.id);
    expect(steps.map(({ seq, hasUndo }) => [seq, hasUndo ?? false])).toEqual([
      [0, false],
      [1, true],
      [2, false],
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
    expect(await bench.store.repair.delete(ids, false)).toEqual([ended!.id]);
    expect(await bench.inFull(ended!.id)).toEqual({ run: undefined, steps: [] });
    expect(await bench.store.steps(running!.id)).toHaveLength(1);
  });

  test('a run is deleted with all that is below it, except what was detached', async (bench) => {
    const root = await bench.begin();
    const child = await bench.begin({ parentId: root.id });
    const below = await bench.begin({ parentId: child.id });
    const detached = await bench.begin({ parentId: root.id, isDetached: true });
    for (const run of [root, child, below, detached]) await bench.writeAll([outcome(run), succeed(run)]);
    expect(
      [...(await bench.store.repair.delete([root.id, below.id, bench.id('missing')], true))].sort(),
    ).toEqual([root.id, child.id, below.id].sort());
    for (const { id } of [root, child, below]) {
      expect(await bench.inFull(id)).toEqual({ run: undefined, steps: [] });
    }
    expect(await bench.see(detached.id)).toMatchObject({ state: 'succeeded' });
    expect(await bench.store.repair.delete([root.id], true)).toEqual([]);
  });

  test('a run stays, with all that is below it, while one of these has not ended', async (bench) => {
    const [root, other] = await bench.beginMany(2);
    const child = await bench.begin({ parentId: root!.id });
    const below = await bench.begin({ parentId: child.id });
    for (const run of [root!, below, other!]) await bench.writeAll([succeed(run)]);
    expect(await bench.store.repair.delete([root!.id, other!.id], true)).toEqual([other!.id]);
    for (const { id } of [root!, child, below]) expect(await bench.see(id)).toBeDefined();
    await bench.writeAll([succeed(child)]);
    expect(await bench.store.repair.delete([root!.id], true)).toHaveLength(3);
  });

  test('a run stays, with all that is below it, while the one that started it has not ended', async (bench) => {
    const [root, other] = await bench.beginMany(2);
    const child = await bench.begin({ parentId: root!.id });
    const below = await bench.begin({ parentId: child.id });
    const detached = await bench.begin({ parentId: root!.id, isDetached: true });
    await bench.writeAll([pause(root!), succeed(child), succeed(below), succeed(detached), succeed(other!)]);
    expect(await bench.store.repair.delete([child.id, detached.id, other!.id], true)).toEqual([other!.id]);
    expect(await bench.store.repair.delete([below.id], false)).toEqual([below.id]);
    await bench.store.cancel([root!.id]);
    expect([...(await bench.store.repair.delete([child.id, detached.id], true))].sort()).toEqual([
      child.id,
      detached.id,
    ]);
  });

  test('a fork may have other tags, and a time limit from when it is taken up', async (bench) => {
    const run = await bench.begin({ tags: '{"of":"anna"}' });
    const made = fork(run.id, { tags: '{"of":"bert"}', timeoutMs: 60_000 });
    expect(await bench.store.repair.fork(made)).toBe('written');
    const forked = await bench.see(made.id);
    expect(JSON.parse(forked!.tags!)).toEqual({ of: 'bert' });
    expect(forked).toMatchObject({ timeoutMs: 60_000, deadlineMs: null });
    const { deadlineMs } = (await bench.claimOne())!;
    expect(deadlineMs! - forked!.createdAtMs).toBeGreaterThanOrEqual(60_000);
  });

  test('a fork has the events and stream values of the calls before it, and its streams go on', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([set(run.id, 'early', { step: call(run, 'set', 0) })]);
    await bench.writeAll([write(run.id, 'a', { step: call(run, 'write', 1) })]);
    await bench.writeAll([write(run.id, 'by a body', { epoch: 1, seq: 9 })]);
    await bench.writeAll([write(run.id, 'b', { step: call(run, 'write', 2) })]);
    await bench.writeAll([set(run.id, 'late', { step: call(run, 'set', 3) })]);
    await bench.writeAll([write(run.id, 'c', { step: call(run, 'write', 4) })]);
    const made = fork(run.id, { fromSeq: 3 });
    expect(await bench.store.repair.fork(made)).toBe('written');
    const eventOf = async (runId: string) =>
      (await bench.store.mail.events([{ runId, name: 'progress' }]))[0]!.value;
    expect(await eventOf(made.id)).toEqual(payload('early'));
    expect(await eventOf(run.id)).toEqual(payload('late'));
    const forked = await bench.claimOne();
    await bench.writeAll([write(made.id, 'anew', { step: call(forked!, 'write', 3) })]);
    const streamed = async (runId: string) => {
      const [answer] = await bench.store.mail.streams([{ runId, name: 'tokens', from: 0, limit: 10 }]);
      return answer!.values.map(({ position, value }) => [position, JSON.parse(value.json)]);
    };
    expect(await streamed(made.id)).toEqual([...['a', 'b', 'anew'].entries()]);
    expect((await streamed(run.id)).length).toBe(4);
  });
});
