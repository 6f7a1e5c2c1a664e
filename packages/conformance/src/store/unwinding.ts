import type { UnwindEntry } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { attempt, fail, type Held, outcome, park, pause, payload, release, succeed } from './entries.js';
import { subject } from './subject.js';

const why = payload({ message: 'out of money' });

function unwind(run: Held): UnwindEntry {
  return { op: 'unwind', runId: run.id, epoch: run.epoch, error: why };
}

/** The success of a call that has an undo. */
const undoable = (run: Held, seq = 0) => outcome(run, { seq, ordinal: seq + 1, hasUndo: true });

/** An undo that was run. */
const undo = (run: Held, seq: number) =>
  outcome(run, { seq, ordinal: seq + 1, kind: 'undo', name: 'undo charge card' });

export const unwinding = subject('unwinding', (test) => {
  test('a run that is about to fail is given back, and whoever claims it knows why', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([undoable(run), unwind(run)]);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'pending',
      isUnwinding: true,
      executorId: null,
      completedAtMs: null,
    });
    const claimed = await bench.claimOne();
    expect(claimed).toMatchObject({ id: run.id, epoch: 2, isUnwinding: true, isFailing: true, error: why });
  });

  test('what its former executor still writes is lost, and the same write again is written', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([unwind(run)]);
    for (const entry of [undoable(run), park(run), succeed(run), fail(run)]) {
      expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
    }
    expect(await bench.commit(unwind(run))).toEqual({ kind: 'written' });
    await bench.claimOne();
    expect(await bench.commit(unwind(run))).toEqual({ kind: 'lost' });
    expect(await bench.store.steps(run.id)).toEqual([]);
  });

  test('which successes have an undo is in the journal, and no failure has one', async (bench) => {
    const run = await bench.begin();
    const plain = outcome(run, { seq: 1, ordinal: 2 });
    await bench.writeAll([undoable(run), plain]);
    const steps = await bench.store.steps(run.id);
    expect(steps.map(({ hasUndo }) => hasUndo ?? false)).toEqual([true, false]);
    const journal = (await bench.store.load([run.id])).get(run.id)!;
    expect(journal.map((entry) => entry.state === 'recorded' && (entry.hasUndo ?? false))).toEqual([
      true,
      false,
    ]);
  });

  test('parked or given back, it goes on unwinding, and keeps the reason', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([undoable(run), unwind(run)]);
    const second = await bench.claimOne();
    await bench.writeAll([park(second, { wakeAtMs: 0 })]);
    const third = await bench.claimOne();
    await bench.writeAll([release(third)]);
    expect(await bench.claimOne()).toMatchObject({ isUnwinding: true, isFailing: true, error: why });
  });

  test('paused and resumed, it goes on unwinding, and keeps the reason', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([undoable(run), unwind(run)]);
    const second = await bench.claimOne();
    await bench.writeAll([pause(second)]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'paused', isUnwinding: true, error: why });
    expect(await bench.store.resume(run.id)).toBe(true);
    expect(await bench.claimOne()).toMatchObject({ isUnwinding: true, isFailing: true, error: why });
  });

  test('paused and cancelled, it ends with the reason and its parent hears of it; resumed, it goes on unwinding', async (bench) => {
    const parent = await bench.begin();
    const run = await bench.begin({ parentId: parent.id });
    await bench.writeAll([undoable(run), unwind(run)]);
    const second = await bench.claimOne();
    await bench.writeAll([undo(second, 1), attempt(second, 3, { seq: 2, kind: 'undo' })]);
    await bench.writeAll([pause(second)]);
    expect(await bench.store.cancel([run.id])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'failed',
      isUnwinding: true,
      error: why,
      epoch: 3,
      completedAtMs: expect.any(Number),
    });
    expect(await bench.store.cancel([run.id])).toEqual([]);
    expect(await bench.commit(park(parent))).toEqual({ kind: 'signalled', signals: 1 });
    expect((await bench.claim()).runs).toEqual([]);
    expect(await bench.store.resume(run.id)).toBe(true);
    expect(await bench.claimOne()).toMatchObject({
      isUnwinding: true,
      isFailing: true,
      error: why,
      epoch: 4,
    });
    // Its attempts are counted anew, as of any paused run.
    expect((await bench.store.steps(run.id)).map((step) => step.attempt)).toEqual([1, 1, 0]);
  });

  test('paused, it is deleted once it is cancelled', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([undoable(run), unwind(run)]);
    await bench.writeAll([pause(await bench.claimOne())]);
    expect(await bench.store.repair.delete([run.id], false)).toEqual([]);
    await bench.store.cancel([run.id]);
    expect(await bench.store.repair.delete([run.id], false)).toEqual([run.id]);
  });

  test('paused, one that was cancelled to begin with ends as cancelled when it is so again', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([undoable(run)]);
    await bench.store.cancel([run.id]);
    await bench.writeAll([pause(await bench.claimOne())]);
    expect(await bench.store.cancel([run.id])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'cancelled', isUnwinding: true, error: null });
    expect(await bench.store.resume(run.id)).toBe(true);
    expect(await bench.claimOne()).toMatchObject({ isUnwinding: true, isFailing: false, error: null });
  });

  test('paused, it is let alone when its tree is cancelled, unless it is the one that was asked for', async (bench) => {
    const parent = await bench.begin();
    const run = await bench.begin({ parentId: parent.id });
    await bench.writeAll([undoable(run), unwind(run)]);
    await bench.writeAll([pause(await bench.claimOne())]);
    expect(await bench.store.control.cancelTrees([parent.id])).toEqual([parent.id]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'paused', isUnwinding: true, error: why });
    expect(await bench.store.control.cancelTrees([run.id])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'failed', isUnwinding: true, error: why });
  });

  test('with nothing to undo, one that was paused and cancelled does not unwind any more', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([unwind(run)]);
    await bench.writeAll([pause(await bench.claimOne())]);
    expect(await bench.store.cancel([run.id])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'failed', isUnwinding: false, error: why });
  });

  test('when it ends, it does not unwind any more, and its parent hears of it', async (bench) => {
    const parent = await bench.begin();
    const run = await bench.begin({ parentId: parent.id });
    await bench.writeAll([undoable(run), unwind(run)]);
    expect(await bench.commit(park(parent))).toEqual({ kind: 'written' });
    const claimed = await bench.claimOne();
    await bench.writeAll([fail(claimed, { error: why, parentId: parent.id })]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'failed', isUnwinding: false, error: why });
    expect(await bench.claimOne()).toMatchObject({ id: parent.id, signals: 1 });
  });

  test('a cancelled run that has something to undo ends when that is done', async (bench) => {
    const parent = await bench.begin();
    const run = await bench.begin({ parentId: parent.id });
    await bench.writeAll([undoable(run)]);
    expect(await bench.store.cancel([run.id])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'pending',
      isUnwinding: true,
      executorId: null,
      epoch: 2,
      completedAtMs: null,
    });
    expect(await bench.commit(outcome(run, { seq: 1, ordinal: 2 }))).toEqual({ kind: 'lost' });
    expect(await bench.commit(park(parent))).toEqual({ kind: 'written' });
    const claimed = await bench.claimOne();
    expect(claimed).toMatchObject({ isUnwinding: true, isFailing: false, error: null });
    await bench.writeAll([succeed(claimed, { state: 'cancelled', output: null, parentId: parent.id })]);
    expect(await bench.see(run.id)).toMatchObject({
      state: 'cancelled',
      isUnwinding: false,
      output: null,
      error: null,
      completedAtMs: expect.any(Number),
    });
    expect(await bench.claimOne()).toMatchObject({ id: parent.id, signals: 1 });
  });

  test('the end of a cancelled run that was unwound may be written twice', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([undoable(run)]);
    await bench.store.cancel([run.id]);
    const end = succeed(await bench.claimOne(), { state: 'cancelled', output: null });
    expect(await bench.commit(end)).toEqual({ kind: 'written' });
    expect(await bench.commit(end)).toEqual({ kind: 'written' });
  });

  test('a run that waits or is due is cancelled the same way', async (bench) => {
    const [waiting, pending] = await bench.beginMany(2);
    await bench.writeAll([undoable(waiting!), undoable(pending!)]);
    await bench.writeAll([park(waiting!), release(pending!)]);
    const ids = [waiting!.id, pending!.id];
    expect(await bench.store.cancel(ids)).toHaveLength(2);
    for (const { isUnwinding, isFailing } of (await bench.claim()).runs)
      expect({ isUnwinding, isFailing }).toEqual({ isUnwinding: true, isFailing: false });
  });

  test('while it unwinds, a cancel changes nothing', async (bench) => {
    const [failing, cancelled] = await bench.beginMany(2);
    await bench.writeAll([undoable(failing!), undoable(cancelled!), unwind(failing!)]);
    await bench.store.cancel([cancelled!.id]);
    const { runs } = await bench.claim();
    expect(runs).toHaveLength(2);
    const before = await Promise.all(runs.map(({ id }) => bench.see(id)));
    expect(await bench.store.cancel(runs.map(({ id }) => id))).toEqual([]);
    expect(await Promise.all(runs.map(({ id }) => bench.see(id)))).toEqual(before);
  });

  test('a cancelled run whose undoable calls all failed or are open ends at once', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run, { error: why }), outcome(run, { seq: 1, ordinal: 2 })]);
    expect(await bench.store.cancel([run.id])).toEqual([run.id]);
    expect(await bench.see(run.id)).toMatchObject({ state: 'cancelled', isUnwinding: false });
  });
});
