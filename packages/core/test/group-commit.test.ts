import { describe, expect, test } from 'vitest';
import type { StoreEntry } from '../src/adapter.js';
import { queue, step } from '../src/index.js';
import { bench, recordingCommits } from './support/bench.js';
import { eventually, gate, settled } from './support/signals.js';

const ops = (entries: readonly StoreEntry[]): string[] => entries.map(({ op }) => op);

/** Faults that note each batch, and have the first one wait for `go` once it is to be written. */
function holdingTheFirst() {
  const [committing, go] = [gate(), gate()];
  const batches: (readonly StoreEntry[])[] = [];
  const beforeCommit = async (entries: readonly StoreEntry[]): Promise<void> => {
    batches.push(entries);
    if (batches.length > 1) return;
    committing.open();
    await go.opened;
  };
  return { batches, faults: { beforeCommit }, committing, go };
}

describe('group commit', () => {
  test('a lone run costs one commit for its start, one for each step and one for its end', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', async () => {
      for (let n = 0; n < 5; n++) await step.run('work', () => n);
    });
    await launch();
    await flow();
    expect(batches.map(ops)).toEqual([['start'], ...new Array(5).fill(['step']), ['finish']]);
  });

  test('steps side by side that end together share one commit', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', () =>
      Promise.all(Array.from({ length: 50 }, (_, n) => step.run('work', () => n))),
    );
    await launch();
    await flow();
    expect(batches.map(({ length }) => length)).toEqual([1, 50, 1]);
  });

  test('a hundred runs at once share commits: far fewer than there are steps', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', async () => {
      for (let n = 0; n < 10; n++) await step.run('work', () => n);
    });
    const app = await launch();
    const handles = await Promise.all(Array.from({ length: 100 }, () => app.start(flow, [])));
    await Promise.all(handles.map((handle) => handle.result()));
    expect(batches.flat().length).toBe(1200);
    expect(batches.length).toBeLessThan(100);
  });

  test('what comes in while a commit is under way gathers, and goes out together', async () => {
    const { batches, faults, committing, go } = holdingTheFirst();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', async () => {});
    const app = await launch();
    const first = app.start(flow, []);
    await committing.opened;
    const others = [app.start(flow, []), app.start(flow, []), app.start(flow, [])];
    await settled();
    expect(batches.length).toBe(1);
    go.open();
    await Promise.all([first, ...others]);
    expect(batches.slice(0, 2).map(ops)[1]).toEqual(['start', 'start', 'start', 'finish']);
  });

  test('what is worth a batch goes out beside one that is under way, but nothing of a run of which something is on its way', async () => {
    const { batches, faults, committing, go } = holdingTheFirst();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', async () => {});
    const app = await launch();
    const first = app.start(flow, [], { id: 'first' });
    await committing.opened;
    const again = app.start(flow, [], { id: 'first' });
    const others = Array.from({ length: 50 }, (_, n) => app.start(flow, [], { id: `other ${n}` }));
    await Promise.all((await Promise.all(others)).map((handle) => handle.result()));
    const sent = (id: string): number =>
      batches.flat().filter((entry) => entry.op === 'start' && entry.run.id === id).length;
    expect(sent('first')).toBe(1);
    expect(sent('other 49')).toBe(1);
    go.open();
    await Promise.all([first, again]);
    expect(sent('first')).toBe(2);
  });

  test('many steps that end together are shared out to two batches; few are not', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', async () => void (await step.run('work', () => {})));
    const app = await launch();
    const steps = (): number[] =>
      batches.filter((batch) => batch[0]?.op === 'step').map(({ length }) => length);
    const handles = await app.startMany(flow, new Array(100).fill([]));
    await Promise.all(handles.map((handle) => handle.result()));
    expect(steps()).toEqual([50, 50]);
    batches.length = 0;
    const few = await app.startMany(flow, new Array(40).fill([]));
    await Promise.all(few.map((handle) => handle.result()));
    expect(steps()).toEqual([40]);
  });

  test('starts into one queue take their places in the order in which they were made, whatever else is under way', async () => {
    const places: string[] = [];
    const { workflow, registry, launch } = await bench({
      faults: {
        afterCommit: (entries) => {
          for (const entry of entries)
            if (entry.op === 'start' && entry.run.queue === 'jobs') places.push(entry.run.id);
        },
        // Those that come first take longest.
        beforeCommit: (entries) => settled(entries.length > 100 ? 20 : 0),
      },
    });
    const flow = workflow('flow', async () => {});
    const jobs = queue('jobs', { registry });
    const app = await launch();
    const ids = Array.from({ length: 300 }, (_, n) => `job ${n}`);
    const starts = ids.slice(0, 150).map((id) => app.start(flow, [], { id, queue: jobs }));
    await settled();
    starts.push(...ids.slice(150).map((id) => app.start(flow, [], { id, queue: jobs })));
    await Promise.all(starts);
    expect(places).toEqual(ids);
  });

  test('nothing is handed to a workflow, or to whoever started it, before it is written', async () => {
    let written = 0;
    let held: (() => void) | undefined;
    const { workflow, launch } = await bench({
      faults: {
        beforeCommit: () =>
          new Promise<void>((resolve) => {
            held = resolve;
          }),
        afterCommit: () => void ++written,
      },
    });
    const seen: string[] = [];
    const flow = workflow('flow', async () => {
      seen.push(`begun after ${written}`);
      await step.run('work', () => {});
      seen.push(`went on after ${written}`);
    });
    const app = await launch();
    const result = app
      .start(flow, [])
      .then((handle) => handle.result())
      .then(() => void seen.push(`ended after ${written}`));
    for (let commit = 0; commit < 3; commit++) {
      await eventually(() => held !== undefined);
      await settled();
      expect(seen.length).toBe(commit);
      const release = held!;
      held = undefined;
      release();
      await eventually(() => seen.length === commit + 1);
    }
    await result;
    expect(seen).toEqual(['begun after 1', 'went on after 2', 'ended after 3']);
  });

  test('an idle app commits nothing', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', async () => {});
    await launch();
    await flow();
    const { length } = batches;
    await settled(200);
    expect(batches.length).toBe(length);
  });
});
