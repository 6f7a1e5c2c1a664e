import type { NewRun } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { type Bench, idsOf, sorted } from './bench.js';
import { outcome, park, start, succeed } from './entries.js';
import { subject } from './subject.js';

export const trees = subject('trees of runs', (test) => {
  test('a run is cancelled with all that is below it, in whatever state', async (bench) => {
    const root = await bench.begin();
    const [running, waiting, other] = await bench.beginMany(3, { parentId: root.id });
    const [pending] = await bench.queue(1, { parentId: running!.id });
    const [deep] = await bench.queue(1, { parentId: pending!.id });
    await bench.writeAll([park(waiting!)]);
    const bystander = await bench.begin();
    const below = [root, running!, waiting!, other!, pending!, deep!];
    expect(sorted(await bench.store.control.cancelTrees([root.id]))).toEqual(idsOf(below));
    for (const { id } of below) {
      expect(await bench.see(id)).toMatchObject({ state: 'cancelled', error: null, wakeAtMs: null });
    }
    expect(await bench.see(bystander.id)).toMatchObject({ state: 'running' });
    expect(await bench.commit(outcome(running!))).toEqual({ kind: 'lost' });
    expect(await bench.store.control.cancelTrees([root.id])).toEqual([]);
  });

  test('what was detached lives on, and so does all below it', async (bench) => {
    const root = await bench.begin();
    const detached = await bench.begin({ parentId: root.id, isDetached: true });
    const below = await bench.begin({ parentId: detached.id });
    expect(await bench.store.control.cancelTrees([root.id])).toEqual([root.id]);
    for (const { id } of [detached, below]) expect(await bench.see(id)).toMatchObject({ state: 'running' });
    expect(sorted(await bench.store.control.cancelTrees([detached.id]))).toEqual(idsOf([detached, below]));
  });

  test('below a run that has ended, others may not have: they are cancelled', async (bench) => {
    const root = await bench.begin();
    const middle = await bench.begin({ parentId: root.id });
    const leaf = await bench.begin({ parentId: middle.id });
    await bench.writeAll([succeed(middle)]);
    const before = await bench.see(middle.id);
    expect(sorted(await bench.store.control.cancelTrees([root.id]))).toEqual(idsOf([root, leaf]));
    expect(await bench.see(middle.id)).toEqual(before);
  });

  test('the parent of a tree is told once for the child that was cancelled', async (bench) => {
    const parent = await bench.begin();
    const root = await bench.begin({ parentId: parent.id });
    await bench.beginMany(3, { parentId: root.id });
    expect(await bench.store.control.cancelTrees([root.id, root.id])).toHaveLength(4);
    expect(await bench.commit(park(parent))).toEqual({ kind: 'signalled', signals: 1 });
  });

  test('a run that is named beside its parent is cancelled once', async (bench) => {
    const root = await bench.begin();
    const child = await bench.begin({ parentId: root.id });
    expect(sorted(await bench.store.control.cancelTrees([child.id, root.id]))).toEqual(idsOf([root, child]));
    expect((await bench.see(child.id)).epoch).toBe(2);
  });

  test('runs that are not there are passed over', async (bench) => {
    const run = await bench.begin();
    expect(await bench.store.control.cancelTrees([bench.id('missing'), run.id])).toEqual([run.id]);
  });

  test('once its parent is cancelled, a child is not recorded any more, unless it is detached', async (bench) => {
    const parent = await bench.begin();
    const child = await bench.newHeldRun({ parentId: parent.id });
    const recorded = await bench.begin({ parentId: parent.id });
    await bench.store.cancel([parent.id]);
    expect(await bench.commit(start(child))).toEqual({ kind: 'lost' });
    expect(await bench.store.run(child.id)).toBeUndefined();
    const detached = await bench.newHeldRun({ parentId: parent.id, isDetached: true });
    const outsider = bench.newRun();
    expect(await bench.store.commit([start(detached), start(child), start(outsider)])).toEqual([
      { kind: 'written' },
      { kind: 'lost' },
      { kind: 'written' },
    ]);
    // A start whose answer was lost is repeated: what was recorded before is recorded.
    expect(await bench.commit(start(recorded))).toEqual({ kind: 'written' });
  });

  test('children that are started while their tree is cancelled are all cancelled in the end', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const root = await bench.begin();
      const children: NewRun[] = [];
      for (let n = 0; n < 20; n++) children.push(await bench.newHeldRun({ parentId: root.id }));
      const starting = children.map((child) => bench.commit(start(child)));
      await Promise.all([...starting, cancelWhole(other.control, root.id)]);
      for (const { id } of children) {
        expect((await bench.store.run(id))?.state ?? 'cancelled').toBe('cancelled');
      }
    }
  });

  test('trees that are cancelled while their runs are written to by others leave nothing undone', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const root = await bench.begin();
      const children = await bench.beginMany(10, { parentId: root.id });
      const writes = children.map((child, n) =>
        bench.store.commit([outcome(child), succeed(children[9 - n]!, { parentId: root.id })]),
      );
      const [cancelled, ...outcomes] = await Promise.all([other.control.cancelTrees([root.id]), ...writes]);
      expect(cancelled).toContain(root.id);
      for (const [n, [, finished]] of outcomes.entries()) {
        const { state } = await bench.see(children[9 - n]!.id);
        expect([finished!.kind, state]).toEqual(
          finished!.kind === 'written' ? ['written', 'succeeded'] : ['lost', 'cancelled'],
        );
      }
    }
  });

  test('to runs that are not there, and those that nobody writes to, nobody writes', async (bench) => {
    const run = await bench.begin();
    await bench.store.cancel([run.id]);
    expect(await bench.store.control.busy([run.id, bench.id('missing')])).toEqual([]);
    expect(await bench.store.control.busy([])).toEqual([]);
  });

  test('who holds a run learns whether it still does', async (bench) => {
    const [held, cancelled, finished, stale] = await bench.beginMany(4);
    await bench.store.cancel([cancelled!.id]);
    await bench.writeAll([succeed(finished!)]);
    const asked = [
      held!,
      cancelled!,
      finished!,
      { id: stale!.id, epoch: 0 },
      { id: bench.id('missing'), epoch: 1 },
    ];
    const lost = await bench.store.control.lost(asked);
    expect(sorted(lost)).toEqual(idsOf(asked.slice(1)));
    expect(await bench.store.control.lost([held!])).toEqual([]);
    expect(await bench.store.control.lost([])).toEqual([]);
  });
});

async function cancelWhole(control: Bench['store']['control'], runId: string): Promise<void> {
  for (let cancelled = await control.cancelTrees([runId]); cancelled.length > 0; ) {
    while ((await control.busy(cancelled)).length > 0);
    cancelled = await control.cancelTrees([runId]);
  }
}
