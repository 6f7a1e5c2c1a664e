import { expect } from 'vitest';
import { release, succeed } from './entries.js';
import { subject } from './subject.js';

const HOUR_MS = 3_600_000;

export const pending = subject('changing what has not begun', (test) => {
  test('gives a run another priority', async (bench) => {
    const [run] = await bench.queue(1, { queue: bench.id('queue'), priority: 5 });
    expect(await bench.store.pending.setPriority(run!.id, -3)).toBe(true);
    expect(await bench.see(run!.id)).toMatchObject({ priority: -3, state: 'pending' });
  });

  test('makes a run due at another moment: later, or at once', async (bench) => {
    const [run] = await bench.queue(1, { delayMs: 5 * HOUR_MS });
    const dueAtMs = (await bench.nowMs()) + HOUR_MS;
    expect(await bench.store.pending.setDue(run!.id, dueAtMs)).toBe(true);
    expect((await bench.see(run!.id)).wakeAtMs).toBe(dueAtMs);
    expect((await bench.claim()).runs).toEqual([]);
    expect(await bench.store.pending.setDue(run!.id, (await bench.nowMs()) - 1)).toBe(true);
    expect((await bench.claimOne()).id).toBe(run!.id);
  });

  test('puts a run off that is due already', async (bench) => {
    const [run] = await bench.queue(1);
    expect(await bench.store.pending.setDue(run!.id, (await bench.nowMs()) + HOUR_MS)).toBe(true);
    expect((await bench.claim()).runs).toEqual([]);
  });

  test('comes too late for a run that has begun, also if it was given back, was cancelled, or is not there', async (bench) => {
    const [running, released, ended, cancelled] = await bench.beginMany(4);
    await bench.writeAll([release(released!), succeed(ended!)]);
    await bench.store.cancel([cancelled!.id]);
    for (const id of [running!.id, released!.id, ended!.id, cancelled!.id, bench.id('nobody')]) {
      const before = await bench.inFull(id);
      expect(await bench.store.pending.setPriority(id, 1)).toBe(false);
      expect(await bench.store.pending.setDue(id, 0)).toBe(false);
      expect(await bench.inFull(id)).toEqual(before);
    }
  });
});
