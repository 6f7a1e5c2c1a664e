import { randomUUID } from 'node:crypto';
import type { DebounceOutcome, DebounceRequest, DebouncingCall, NewRun } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { type Bench, eventually } from './bench.js';
import { type Held, outcome, payload, release, SOME_TIME_MS, start, succeed } from './entries.js';
import { subject } from './subject.js';

/** Longer than any test. */
const LONG_MS = 600_000;

/** A call of a debounce, from outside any run. */
function request(
  bench: Bench,
  input: string,
  changes: Partial<NewRun> = {},
  maxMs: number | null = null,
): DebounceRequest {
  const key = { deduplicationKey: 'shop 7', deduplicationScope: 'debounce' } as const;
  const run = bench.newRun({ ...key, delayMs: LONG_MS, input: payload([input]), ...changes });
  return { run, maxMs, call: null };
}

/** The call of a run. */
function callOf(run: Held, changes: Partial<DebouncingCall> = {}): DebouncingCall {
  const times = { startedAtMs: SOME_TIME_MS, completedAtMs: SOME_TIME_MS + 7 };
  return { runId: run.id, epoch: run.epoch, seq: 3, ordinal: 1, name: 'reindex', ...times, ...changes };
}

function debounced(bench: Bench, asked: DebounceRequest): Promise<DebounceOutcome> {
  return bench.store.pending.debounce(asked);
}

function by(runId: string): object {
  return { kind: 'debounced', runId, dueInMs: expect.any(Number) };
}

export const debounce = subject('debounce', (test) => {
  test('the first call makes a run that waits', async (bench) => {
    const asked = request(bench, 'first', { tags: '{"by":"test"}', priority: 0 });
    const answer = await debounced(bench, asked);
    expect(answer).toEqual(by(asked.run.id));
    expect((answer as { dueInMs: number }).dueInMs).toBeLessThanOrEqual(LONG_MS);
    const seen = await bench.see(asked.run.id);
    expect(seen).toMatchObject({
      key: asked.run.key,
      state: 'pending',
      epoch: 0,
      input: payload(['first']),
      executorId: null,
      parentId: null,
      startedAtMs: null,
      deduplicationScope: 'debounce',
    });
    expect(JSON.parse(seen.tags!)).toEqual({ by: 'test' });
    expect(Math.abs(seen.wakeAtMs! - seen.createdAtMs - LONG_MS)).toBeLessThanOrEqual(5);
    expect((await bench.claim()).runs).toEqual([]);
  });

  test('a call while it waits gives it the last input, and puts it off from then on', async (bench) => {
    const first = request(bench, 'first', { delayMs: LONG_MS / 2 });
    await debounced(bench, first);
    const last = request(bench, 'last', { version: '2', tags: '{"n":2}', priority: 7 });
    expect(await debounced(bench, last)).toEqual(by(first.run.id));
    const seen = await bench.see(first.run.id);
    expect(seen).toMatchObject({
      id: first.run.id,
      key: first.run.key,
      input: payload(['last']),
      version: '2',
      priority: 7,
    });
    expect(seen.wakeAtMs! - seen.createdAtMs).toBeGreaterThanOrEqual(LONG_MS);
    expect(await bench.store.run(last.run.id)).toBeUndefined();
  });

  test('is never put off beyond the limit that the first call set', async (bench) => {
    const first = request(bench, 'first', { delayMs: 1000 }, 2000);
    await debounced(bench, first);
    expect(await debounced(bench, request(bench, 'last', {}, LONG_MS))).toEqual(by(first.run.id));
    const seen = await bench.see(first.run.id);
    expect(Math.abs(seen.wakeAtMs! - seen.createdAtMs - 2000)).toBeLessThanOrEqual(5);
  });

  test('calls after the limit leave it due, with the last input', async (bench) => {
    const first = request(bench, 'first', { delayMs: 0 }, 0);
    await debounced(bench, first);
    expect(await debounced(bench, request(bench, 'last'))).toEqual({ ...by(first.run.id), dueInMs: 0 });
    const claimed = await eventually('a claim of the run', async () => (await bench.claim()).runs[0]);
    expect(claimed).toMatchObject({ id: first.run.id, input: payload(['last']) });
  });

  test('is claimed when no call has come for as long as it waits', async (bench) => {
    const asked = request(bench, 'only', { delayMs: 30 });
    await debounced(bench, asked);
    const claimed = await eventually('a claim of the run', async () => (await bench.claim()).runs[0]);
    expect(claimed).toMatchObject({ id: asked.run.id, epoch: 1, input: payload(['only']) });
  });

  test('a call after it has begun makes another run, also while the first goes on or was given back', async (bench) => {
    const first = request(bench, 'first', { delayMs: 0 });
    await debounced(bench, first);
    const claimed = await bench.claimOne();
    const second = request(bench, 'second');
    expect(await debounced(bench, second)).toEqual(by(second.run.id));
    await bench.writeAll([release(claimed)]);
    expect(await debounced(bench, request(bench, 'third'))).toEqual(by(second.run.id));
    expect(await bench.see(first.run.id)).toMatchObject({ state: 'pending', input: payload(['first']) });
    await bench.writeAll([succeed(await bench.claimOne())]);
    expect(await debounced(bench, request(bench, 'fourth'))).toEqual(by(second.run.id));
  });

  test('a call after it was cancelled makes another run', async (bench) => {
    const first = request(bench, 'first');
    await debounced(bench, first);
    await bench.store.cancel([first.run.id]);
    const second = request(bench, 'second');
    expect(await debounced(bench, second)).toEqual(by(second.run.id));
  });

  test('keys of debounces are a workflow’s own, and none of those that starts have', async (bench) => {
    const holder = bench.newRun({ deduplicationKey: 'shop 7' });
    await bench.writeAll([start(holder)]);
    const asked = [
      request(bench, 'a'),
      request(bench, 'b', { deduplicationKey: 'shop 8' }),
      request(bench, 'c', { workflow: bench.id('other') }),
    ];
    for (const one of asked) expect(await debounced(bench, one)).toEqual(by(one.run.id));
    expect(await bench.see(holder.id)).toMatchObject({ state: 'pending', input: holder.input });
    expect(await bench.commit(start(bench.newRun({ deduplicationKey: 'shop 7' })))).toEqual({
      kind: 'duplicate',
      runId: holder.id,
      workflow: holder.workflow,
    });
  });

  test('the queue is that of the first call', async (bench) => {
    const [queue, other] = [bench.id('queue'), bench.id('queue')];
    const first = request(bench, 'first', { queue, partitionKey: 'a' });
    await debounced(bench, first);
    expect(await debounced(bench, request(bench, 'last', { queue: other }))).toEqual(by(first.run.id));
    expect(await bench.see(first.run.id)).toMatchObject({
      queue,
      partitionKey: 'a',
      input: payload(['last']),
    });
  });

  test('a call that is repeated finds its own run, also when that has begun', async (bench) => {
    const asked = request(bench, 'only', { delayMs: 0 });
    await debounced(bench, asked);
    expect(await debounced(bench, asked)).toEqual(by(asked.run.id));
    const claimed = await bench.claimOne();
    expect(await debounced(bench, asked)).toEqual(by(asked.run.id));
    expect(await bench.see(asked.run.id)).toMatchObject({ state: 'running', epoch: claimed.epoch });
  });

  test('an id that is taken is said to be, unless a run waits anyway', async (bench) => {
    const taken = await bench.begin();
    expect(await debounced(bench, request(bench, 'a', { id: taken.id }))).toEqual({
      kind: 'exists',
      workflow: taken.workflow,
    });
    const first = request(bench, 'first');
    await debounced(bench, first);
    expect(await debounced(bench, request(bench, 'last', { id: taken.id }))).toEqual(by(first.run.id));
    expect(await bench.see(taken.id)).toMatchObject({ key: taken.key, input: taken.input });
  });

  test('of many calls at once, by two handles, one makes the run and all others put it off', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const deduplicationKey = `round ${round}`;
      const asked = Array.from({ length: 10 }, (_, n) => request(bench, `${n}`, { deduplicationKey }));
      const answers = await Promise.all(
        asked.map((one, n) => (n % 2 ? bench.store : other).pending.debounce(one)),
      );
      const ids = new Set(answers.map((answer) => (answer as { runId: string }).runId));
      expect(ids.size).toBe(1);
      const made = await Promise.all(asked.map(({ run }) => bench.store.run(run.id)));
      expect(made.filter((run) => run !== undefined)).toHaveLength(1);
    }
  });
});

export const debouncing = subject('debouncing within a run', (test) => {
  const callsOf = async (bench: Bench, runId: string) =>
    (await bench.store.steps(runId)).map(({ seq, kind, name, childId, output }) => ({
      seq,
      kind,
      name,
      childId,
      output,
    }));

  test('records the call with the id of the run that waits', async (bench) => {
    const caller = await bench.begin();
    const asked = { ...request(bench, 'only'), call: callOf(caller) };
    expect(await debounced(bench, asked)).toEqual(by(asked.run.id));
    expect(await bench.store.steps(caller.id)).toEqual([
      {
        seq: 3,
        ordinal: 1,
        kind: 'debounce',
        name: 'reindex',
        attempt: 1,
        epoch: 1,
        output: payload(asked.run.id),
        error: null,
        childId: asked.run.id,
        retryAtMs: null,
        startedAtMs: SOME_TIME_MS,
        completedAtMs: SOME_TIME_MS + 7,
      },
    ]);
  });

  test('records the run that waited already, if one did', async (bench) => {
    const first = request(bench, 'first');
    await debounced(bench, first);
    const caller = await bench.begin();
    const asked = { ...request(bench, 'last'), call: callOf(caller) };
    expect(await debounced(bench, asked)).toEqual(by(first.run.id));
    expect(await callsOf(bench, caller.id)).toMatchObject([{ childId: first.run.id }]);
  });

  test('a call that is repeated is answered from the journal, and puts nothing off again', async (bench) => {
    const caller = await bench.begin();
    const asked = { ...request(bench, 'first'), call: callOf(caller) };
    await debounced(bench, asked);
    await debounced(bench, request(bench, 'last'));
    expect(await debounced(bench, asked)).toEqual(by(asked.run.id));
    expect(await bench.see(asked.run.id)).toMatchObject({ input: payload(['last']) });
    expect(await callsOf(bench, caller.id)).toHaveLength(1);
  });

  test('of a run that was lost, cancelled or has ended writes nothing at all', async (bench) => {
    const [buried, cancelled, ended] = await bench.beginMany(3);
    await bench.store.cancel([cancelled!.id]);
    await bench.writeAll([succeed(ended!), release(buried!)]);
    const taken = await bench.claimOne();
    expect(taken.epoch).toBe(2);
    for (const caller of [buried!, cancelled!, ended!]) {
      const asked = { ...request(bench, 'lost'), call: callOf(caller) };
      expect(await debounced(bench, asked)).toEqual({ kind: 'lost' });
      expect(await bench.store.run(asked.run.id)).toBeUndefined();
      expect(await bench.store.steps(caller.id)).toEqual([]);
    }
  });

  test('does not put off what waits if the run was lost', async (bench) => {
    const first = request(bench, 'first');
    await debounced(bench, first);
    const before = await bench.see(first.run.id);
    const asked = { ...request(bench, 'lost'), call: callOf({ id: bench.id('nobody'), epoch: 1 }) };
    expect(await debounced(bench, asked)).toEqual({ kind: 'lost' });
    expect(await bench.see(first.run.id)).toEqual(before);
  });

  test('leaves an id that is taken, and the journal, as they are', async (bench) => {
    const [caller, taken] = await bench.beginMany(2);
    const asked = { ...request(bench, 'a', { id: taken!.id }), call: callOf(caller!) };
    expect(await debounced(bench, asked)).toEqual({ kind: 'exists', workflow: taken!.workflow });
    expect(await bench.store.steps(caller!.id)).toEqual([]);
  });

  test('goes beside other calls of the run', async (bench) => {
    const caller = await bench.begin();
    const asked = ['a', 'b', 'c'].map((deduplicationKey, n) => ({
      ...request(bench, deduplicationKey, { deduplicationKey }),
      call: callOf(caller, { seq: n + 1, ordinal: n + 2 }),
    }));
    await Promise.all([
      bench.writeAll([outcome(caller)]),
      ...asked.map((one) => bench.store.pending.debounce(one)),
    ]);
    expect((await callsOf(bench, caller.id)).map(({ kind }) => kind)).toEqual([
      'step',
      'debounce',
      'debounce',
      'debounce',
    ]);
  });

  test('refuses an input that is no JSON, and writes nothing', async (bench) => {
    const caller = await bench.begin();
    const input = { json: '{', extra: null };
    const asked = { ...request(bench, 'x', { input, id: randomUUID() }), call: callOf(caller) };
    await expect(debounced(bench, asked)).rejects.toMatchObject({ code: expect.stringMatching(/REFUSED$/) });
    expect(await bench.store.run(asked.run.id)).toBeUndefined();
    expect(await bench.store.steps(caller.id)).toEqual([]);
  });
});
