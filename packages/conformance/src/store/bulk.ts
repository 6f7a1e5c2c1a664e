import { expect } from 'vitest';
import { start } from './entries.js';
import { subject } from './subject.js';

export const bulk = subject('starts in bulk', (test) => {
  test('ten thousand starts are one batch, and all are there', async (bench) => {
    const runs = Array.from({ length: 10_000 }, () => bench.newRun({ delayMs: 600_000 }));
    await bench.writeAll(runs.map(start));
    const statuses = await bench.store.statuses(runs.map(({ id }) => id));
    expect(statuses).toHaveLength(10_000);
    expect(statuses.every(({ state }) => state === 'pending')).toBe(true);
  });

  test('a batch that is repeated is written, and the same with others among it', async (bench) => {
    const runs = Array.from({ length: 100 }, () => bench.newRun({ delayMs: 600_000 }));
    await bench.writeAll(runs.slice(0, 50).map(start));
    await bench.writeAll(runs.map(start));
    const taken = runs.map(({ id }) => start(bench.newRun({ id, delayMs: 600_000 })));
    const fresh = start(bench.newRun({ delayMs: 600_000 }));
    const outcomes = await bench.store.commit([...taken, fresh]);
    expect(outcomes).toEqual([...taken.map(() => ({ kind: 'exists' })), { kind: 'written' }]);
  });
});
