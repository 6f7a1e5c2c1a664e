import { describe, expect, test } from 'vitest';
import type { StoreEntry } from '../src/adapter.js';
import { sleep, step } from '../src/index.js';
import { bench, reaches, recordingCommits } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { eventually, gate, settled } from './support/signals.js';

const parks = (entries: readonly StoreEntry[], runId: string): boolean =>
  entries.some((entry) => entry.op === 'park' && entry.runId === runId);

describe('a run that is parked', () => {
  test('makes room for another', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const nap = workflow('nap', () => sleep('1h'));
    const quick = workflow('quick', async () => 'quick');
    const app = await launch({ concurrency: 1 });
    const napping = await app.start(nap, []);
    const waiting = await app.start(quick, []);
    expect(await waiting.result()).toBe('quick');
    expect(await napping.status()).toBe('waiting');
  });

  test('costs one write to park and none to wake; its journal does not grow', async () => {
    const clock = new ManualClock();
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ clock, faults });
    const nap = workflow('nap', () => sleep('1h'));
    const app = await launch();
    const handle = await app.start(nap, []);
    await reaches(app, handle.id, 'waiting');
    clock.advance(3_600_001);
    await handle.result();
    expect(batches.flat().map(({ op }) => op)).toEqual(['start', 'park', 'step', 'finish']);
  });

  test('and whose waiter asks from elsewhere still gives its result', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const nap = workflow('nap', async () => {
      await sleep('1h');
      return 'rested';
    });
    const [one, two] = [await launch({ store: store.another() }), await launch({ store: store.another() })];
    const { id } = await one.start(nap, []);
    const results = [one.handle(id).result(), two.handle(id).result()];
    await reaches(one, id, 'waiting');
    clock.advance(3_600_001);
    expect(await clock.passUntil(Promise.all(results))).toEqual(['rested', 'rested']);
  });
});

describe('a run is not parked past the end of its child', () => {
  test('when it was woken for that end, and the store is slow to tell it', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const [open, slow] = [gate<string>(), gate()];
    const child = workflow('child', () => step.run('work', () => open.opened));
    const parent = workflow('parent', () => child());
    let isSlow = false;
    const sluggish = intercepted(store, {
      statuses: (original) => async (ids) => {
        if (isSlow) await slow.opened;
        return original(ids);
      },
    });
    const app = await launch({ store: sluggish });
    const { id } = await app.start(parent, [], { id: 'p' });
    await settled();
    clock.advance(1000);
    await eventually(async () => (await store.run(id))!.state === 'waiting');
    isSlow = true;
    open.open('done');
    await eventually(async () => (await store.run(id))!.epoch === 2);
    for (let second = 0; second < 5; second++) {
      clock.advance(1000);
      await settled();
    }
    expect((await store.run(id))!.state).toBe('running');
    isSlow = false;
    slow.open();
    expect(await app.handle(id).result()).toBe('done');
  });

  test('when that end comes as it is being parked, and the store is slow to tell it', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const [parking, ended, slow] = [gate(), gate(), gate()];
    const open = gate<string>();
    const child = workflow('child', () => step.run('work', () => open.opened));
    const parent = workflow('parent', () => child());
    let parkings = 0;
    const held = store.another({
      faults: {
        beforeCommit: async (entries) => {
          if (!parks(entries, 'p') || parkings++ > 0) return;
          parking.open();
          await ended.opened;
        },
      },
    });
    let isSlow = false;
    const sluggish = intercepted(held, {
      statuses: (original) => async (ids) => {
        if (isSlow) await slow.opened;
        return original(ids);
      },
    });
    // The child runs elsewhere: there is room for one here.
    const here = await launch({ store: sluggish, concurrency: 1 });
    const there = await launch({ store: store.another(), workflows: [child] });
    const { id } = await here.start(parent, [], { id: 'p' });
    await clock.passUntil(reaches(there, 'p.0', 'running'));
    await settled();
    clock.advance(1000);
    await parking.opened;
    isSlow = true;
    open.open('done');
    await reaches(there, 'p.0', 'succeeded');
    ended.open();
    for (let second = 0; second < 5; second++) {
      await settled();
      clock.advance(1000);
    }
    expect((await store.run(id))!.state).toBe('running');
    isSlow = false;
    slow.open();
    expect(await clock.passUntil(there.handle(id).result())).toBe('done');
    expect(parkings).toBe(1);
  });

  test('when that end comes as it is being parked by a shutdown', async () => {
    const { workflow, launch, store } = await bench();
    const [parking, ended] = [gate(), gate()];
    const open = gate<string>();
    const child = workflow('child', () => step.run('work', () => open.opened));
    const parent = workflow('parent', () => child());
    const held = store.another({
      faults: {
        beforeCommit: async (entries) => {
          if (!parks(entries, 'p')) return;
          parking.open();
          await ended.opened;
        },
      },
    });
    const here = await launch({ store: held, concurrency: 1 });
    const there = await launch({ store: store.another(), workflows: [child] });
    const { id } = await here.start(parent, [], { id: 'p' });
    await reaches(there, 'p.0', 'running');
    const gone = here.shutdown();
    await parking.opened;
    open.open('done');
    await reaches(there, 'p.0', 'succeeded');
    ended.open();
    await gone;
    const next = await launch();
    expect(await next.handle(id).result()).toBe('done');
  });
});

describe('an executor at the limit of its concurrency', () => {
  test('holds no more runs in memory than that, and runs them all in the end', async () => {
    const { workflow, launch } = await bench();
    let now = 0;
    let most = 0;
    const work = workflow('work', async (n: number) =>
      step.run('work', async () => {
        most = Math.max(most, ++now);
        await settled(3);
        now -= 1;
        return n;
      }),
    );
    const app = await launch({ concurrency: 4 });
    const numbers = Array.from({ length: 60 }, (_, n) => n);
    const handles = await Promise.all(numbers.map((n) => app.start(work, [n])));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(numbers);
    expect(most).toBe(4);
  });

  test('shares the work with another process', async () => {
    const { workflow, launch, store } = await bench();
    const all = gate();
    let entered = 0;
    const work = workflow('work', () =>
      step.run('work', () => {
        if (++entered === 10) all.open();
        return all.opened;
      }),
    );
    const one = await launch({ store: store.another(), concurrency: 5 });
    await launch({ store: store.another(), concurrency: 5 });
    const handles = await Promise.all(Array.from({ length: 10 }, () => one.start(work, [])));
    await Promise.all(handles.map((handle) => handle.result()));
    expect(entered).toBe(10);
  });
});
