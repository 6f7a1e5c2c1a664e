import type { CallKind } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { attempt, outcome, payload, SOME_TIME_MS } from './entries.js';
import { subject } from './subject.js';

const KINDS: readonly CallKind[] = [
  'step',
  'transaction',
  'sleep',
  'start',
  'result',
  'child',
  'send',
  'receive',
  'set',
  'get',
  'write',
  'close',
  'read',
];

export const steps = subject('steps', (test) => {
  test('the outcome of a call is recorded with all that is said of it', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([
      outcome(run, {
        seq: 3,
        ordinal: 5,
        attempt: 2,
        childId: 'a-child',
        output: payload([1, 2], '[[[0],"date"]]'),
      }),
    ]);
    expect(await bench.store.steps(run.id)).toEqual([
      {
        seq: 3,
        ordinal: 5,
        kind: 'step',
        name: 'charge card',
        attempt: 2,
        epoch: 1,
        output: { json: '[1,2]', extra: '[[[0],"date"]]' },
        error: null,
        childId: 'a-child',
        retryAtMs: null,
        startedAtMs: SOME_TIME_MS,
        completedAtMs: SOME_TIME_MS + 7,
      },
    ]);
  });

  test('a call may come out as an error', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run, { error: payload({ message: 'declined' }) })]);
    expect((await bench.store.steps(run.id))[0]).toMatchObject({
      ordinal: 1,
      output: null,
      error: { json: '{"message":"declined"}', extra: null },
    });
  });

  test('every kind of call is kept as what it is', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll(KINDS.map((kind, seq) => outcome(run, { kind, seq, ordinal: seq + 1 })));
    expect((await bench.store.steps(run.id)).map(({ kind }) => kind)).toEqual(KINDS);
  });

  test('a failed attempt is recorded with its error and the moment of the next', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([attempt(run, 1)]);
    expect((await bench.store.steps(run.id))[0]).toMatchObject({
      ordinal: null,
      attempt: 1,
      output: null,
      error: { json: '{"message":"attempt 1 failed"}', extra: null },
      retryAtMs: SOME_TIME_MS + 200,
      completedAtMs: null,
    });
  });

  test('a later attempt takes the place of an earlier one, and the call has begun when the first did', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([attempt(run, 1)]);
    await bench.writeAll([attempt(run, 2, { startedAtMs: SOME_TIME_MS + 300 })]);
    expect(await bench.store.steps(run.id)).toMatchObject([
      { attempt: 2, retryAtMs: SOME_TIME_MS + 400, startedAtMs: SOME_TIME_MS },
    ]);
  });

  test('an outcome takes the place of failed attempts and leaves nothing of them', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([attempt(run, 1)]);
    await bench.writeAll([outcome(run, { attempt: 2, startedAtMs: SOME_TIME_MS + 300 })]);
    expect(await bench.store.steps(run.id)).toMatchObject([
      {
        ordinal: 1,
        attempt: 2,
        error: null,
        retryAtMs: null,
        startedAtMs: SOME_TIME_MS,
        completedAtMs: SOME_TIME_MS + 7,
      },
    ]);
  });

  test('a call that another executor began is ended in the epoch of who ends it', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([attempt(run, 1)]);
    await bench.writeAll([{ op: 'release', runId: run.id, epoch: run.epoch }]);
    const claimed = await bench.claimOne();
    await bench.writeAll([outcome(claimed, { attempt: 2 })]);
    expect(await bench.store.steps(run.id)).toMatchObject([
      { ordinal: 1, epoch: 2, startedAtMs: SOME_TIME_MS },
    ]);
  });

  test('an outcome that is repeated is written, and stays as it was first', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run)]);
    const before = await bench.store.steps(run.id);
    expect(await bench.commit(outcome(run))).toEqual({ kind: 'written' });
    expect(await bench.commit(outcome(run, { output: payload('other'), attempt: 9 }))).toEqual({
      kind: 'written',
    });
    expect(await bench.store.steps(run.id)).toEqual(before);
  });

  test('an attempt that is repeated is written', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([attempt(run, 1)]);
    const before = await bench.store.steps(run.id);
    expect(await bench.commit(attempt(run, 1))).toEqual({ kind: 'written' });
    expect(await bench.store.steps(run.id)).toEqual(before);
  });

  test('an outcome never takes the place of another', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run)]);
    const before = await bench.store.steps(run.id);
    expect(await bench.commit(outcome(run, { ordinal: 2, output: payload('other') }))).toEqual({
      kind: 'lost',
    });
    await bench.writeAll([{ op: 'release', runId: run.id, epoch: run.epoch }]);
    const claimed = await bench.claimOne();
    expect(await bench.commit(outcome(claimed, { output: payload('other') }))).toEqual({ kind: 'lost' });
    expect(await bench.store.steps(run.id)).toEqual(before);
  });

  test('an attempt never takes the place of an outcome', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run)]);
    const before = await bench.store.steps(run.id);
    expect(await bench.commit(attempt(run, 2))).toEqual({ kind: 'lost' });
    expect(await bench.store.steps(run.id)).toEqual(before);
  });

  test('steps are shown in the order of their calls, whatever order they were recorded in', async (bench) => {
    const run = await bench.begin();
    const seqs = [10, 2, 1, 11, 0, 100];
    for (const [index, seq] of seqs.entries())
      await bench.writeAll([outcome(run, { seq, ordinal: index + 1 })]);
    expect((await bench.store.steps(run.id)).map(({ seq }) => seq)).toEqual([0, 1, 2, 10, 11, 100]);
  });

  test('a step changes nothing about its run', async (bench) => {
    const run = await bench.begin();
    const before = await bench.see(run.id);
    await bench.writeAll([outcome(run), attempt(run, 1, { seq: 1 })]);
    expect(await bench.see(run.id)).toEqual(before);
  });

  test('steps of many runs in one batch go each to its own run', async (bench) => {
    const runs = await bench.beginMany(50);
    await bench.writeAll(
      runs.flatMap((run, n) =>
        [0, 1].map((seq) => outcome(run, { seq, ordinal: seq + 1, name: `${n}.${seq}` })),
      ),
    );
    for (const [n, run] of runs.entries()) {
      expect((await bench.store.steps(run.id)).map(({ name }) => name)).toEqual([`${n}.0`, `${n}.1`]);
    }
  });
});
