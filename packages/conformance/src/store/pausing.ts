import { expect } from 'vitest';
import { attempt, outcome, park, pause, payload, release, SOME_TIME_MS, start, succeed } from './entries.js';
import { subject } from './subject.js';

export const pausing = subject('pausing', (test) => {
  test('a paused run shows why, is in nobody’s hands, and is not claimed', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([attempt(run, 3), pause(run)]);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'paused',
      error: payload({ message: 'out of order' }),
      executorId: null,
      wakeAtMs: null,
      completedAtMs: null,
      epoch: 1,
    });
    expect(await bench.claim()).toEqual({ runs: [], nextDueInMs: null, isHeldBack: false });
    expect(await bench.store.owned(await bench.self())).not.toContainEqual(
      expect.objectContaining({ id: run.id }),
    );
  });

  test('pausing that is repeated is harmless; a run that is not held is not paused', async (bench) => {
    const [run, cancelled, finished] = await bench.beginMany(3);
    await bench.writeAll([pause(run!)]);
    const before = await bench.see(run!.id);
    expect(await bench.commit(pause(run!))).toEqual({ kind: 'written' });
    expect(await bench.see(run!.id)).toEqual(before);
    await bench.store.cancel([cancelled!.id]);
    await bench.writeAll([succeed(finished!)]);
    for (const other of [
      cancelled!,
      finished!,
      { id: run!.id, epoch: 7 },
      { id: bench.id('missing'), epoch: 1 },
    ]) {
      expect(await bench.commit(pause(other))).toEqual({ kind: 'lost' });
    }
  });

  test('who paused a run cannot write to it any more', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([pause(run)]);
    for (const entry of [outcome(run), park(run), release(run), succeed(run)]) {
      expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
    }
  });

  test('nothing that comes in wakes it', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.newHeldRun({ parentId: parent.id });
    await bench.writeAll([start(child), pause(parent)]);
    await bench.writeAll([succeed(child, { parentId: parent.id })]);
    expect(await bench.see(parent.id)).toMatchObject({ state: 'paused', wakeAtMs: null });
    expect((await bench.claim()).runs).toEqual([]);
    await bench.store.resume(parent.id);
    expect(await bench.claimOne()).toMatchObject({ id: parent.id, signals: 1 });
  });

  test('it can be cancelled, and then shows no error', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([pause(run)]);
    expect(await bench.store.cancel([run.id])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'cancelled', error: null });
  });

  test('its deadline counts', async (bench) => {
    const run = await bench.begin({ deadlineMs: SOME_TIME_MS });
    await bench.writeAll([pause(run)]);
    const error = payload({ message: 'too late' });
    expect(await bench.store.control.expire([{ runId: run.id, error }])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'cancelled', error });
  });

  test('resumed, it goes on where it was, and counts the attempts of its open step anew', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([
      outcome(run),
      attempt(run, 3, { seq: 1 }),
      attempt(run, 1, { seq: 2, retryAtMs: null }),
    ]);
    await bench.writeAll([pause(run)]);
    expect((await bench.store.steps(run.id)).map((step) => step.attempt)).toEqual([1, 3, 1]);
    expect(await bench.store.resume(run.id)).toBe(true);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'pending',
      error: null,
      wakeAtMs: expect.any(Number),
    });
    expect(await bench.claimOne()).toMatchObject({ id: run.id, epoch: 2 });
    // One that is at most once, and that nobody knows the end of, keeps its number.
    expect((await bench.store.steps(run.id)).map((step) => step.attempt)).toEqual([1, 0, 1]);
  });

  test('a failed run that is resumed counts them on', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([attempt(run, 3)]);
    await bench.store.cancel([run.id]);
    await bench.store.resume(run.id);
    expect((await bench.store.steps(run.id))[0]!.attempt).toBe(3);
  });
});
