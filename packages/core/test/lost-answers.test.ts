import { describe, expect, test } from 'vitest';
import type { EntryOutcome, StoreEntry } from '../src/adapter.js';
import { type Logger, type MemoryStore, sleep, step } from '../src/index.js';
import { bench, journalOf, reaches, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually } from './support/signals.js';

/** Throws before or after the n-th commit, and at every further one that `which` says. */
function failing(when: 'before' | 'after', isFailing: (commit: number) => boolean) {
  let commits = 0;
  const failures = { count: 0 };
  const fault = (): void => {
    if (!isFailing(commits++)) return;
    failures.count += 1;
    throw unavailable();
  };
  return { failures, faults: when === 'before' ? { beforeCommit: fault } : { afterCommit: fault } };
}

describe('a commit whose answer is lost, or that does not arrive', () => {
  for (const when of ['before', 'after'] as const) {
    test.each([0, 1, 2, 3, 4])(`is repeated, and nobody notices (${when} commit %d)`, async (n) => {
      const { failures, faults } = failing(when, (commit) => commit === n);
      const { workflow, launch } = await bench({ faults });
      const calls: string[] = [];
      const child = workflow('child', async () => 'child');
      const flow = workflow('flow', async () => {
        try {
          const a = await step.run('a', () => calls.push('a'));
          const b = await child();
          await sleep(1);
          const c = await step.run('c', () => calls.push('c'), { effect: 'at-most-once' });
          return [a, b, c];
        } catch (error) {
          calls.push(`caught ${(error as Error).message}`);
          throw error;
        }
      });
      const app = await launch();
      const handle = await app.start(flow, []);
      expect(await handle.result()).toEqual([1, 'child', 2]);
      expect(calls).toEqual(['a', 'c']);
      expect(failures.count).toBe(1);
      expect(await journalOf(app, handle.id)).toEqual(['a', 'child', 'sleep', 'c']);
      expect((await app.runs.get(handle.id)).epoch).toBe(1);
    });
  }

  test('is repeated however often, every write of every run', async () => {
    for (const when of ['before', 'after'] as const) {
      const { faults } = failing(when, (commit) => commit % 2 === 0);
      const { workflow, launch } = await bench({ faults });
      let calls = 0;
      const flow = workflow('flow', async (n: number) => {
        await step.run('a', () => ++calls);
        await step.run('b', () => ++calls);
        return n;
      });
      const app = await launch();
      const handles = await Promise.all(
        Array.from({ length: 20 }, (_, n) => app.start(flow, [n], { id: `${n}` })),
      );
      expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(handles.map((_, n) => n));
      expect(calls).toBe(40);
    }
  });

  test('of a park leaves the run parked, and it wakes', async () => {
    const hasPark = (entries: readonly StoreEntry[]): boolean => entries.some(({ op }) => op === 'park');
    let parks = 0;
    const { workflow, launch } = await bench({
      faults: {
        afterCommit: (entries) => {
          if (hasPark(entries) && ++parks === 1) throw unavailable();
        },
      },
    });
    const nap = workflow('nap', async () => {
      await sleep(60);
      return 'rested';
    });
    const app = await launch({ parkAfter: 1 });
    const handle = await app.start(nap, []);
    await reaches(app, handle.id, 'waiting');
    expect(await handle.result()).toBe('rested');
    expect(parks).toBe(2);
  });

  test('of a note of a failed attempt counts it once', async () => {
    const { faults } = failing('after', (commit) => commit === 1);
    const { workflow, launch } = await bench({ faults });
    let attempts = 0;
    const flow = workflow('flow', () =>
      step.run(
        'try',
        () => {
          if (++attempts < 3) throw new Error('busy');
          return attempts;
        },
        { retry: { attempts: 3, initial: 1 } },
      ),
    );
    await launch();
    expect(await flow()).toBe(3);
  });
});

describe('while the store cannot be reached', () => {
  test('runs stay as they are, and go on when it is back', async () => {
    let isDown = false;
    const { workflow, launch } = await bench({
      faults: {
        beforeCommit: () => {
          if (isDown) throw unavailable();
        },
      },
    });
    const seen: string[] = [];
    const flow = workflow('flow', async () => {
      await step.run('a', () => {
        seen.push('a');
        isDown = true;
      });
      seen.push('after a');
    });
    const warnings: string[] = [];
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      warn: (_, message) => void warnings.push(message),
      error: () => {},
    };
    const app = await launch({ logger });
    const handle = await app.start(flow, []);
    await eventually(() => warnings.length >= 2);
    expect(seen).toEqual(['a']);
    expect(await handle.status()).toBe('running');
    isDown = false;
    await handle.result();
    expect(seen).toEqual(['a', 'after a']);
    expect(new Set(warnings)).toEqual(new Set(['the store cannot be reached; the commit is repeated']));
  });

  test('outcomes are looked for again', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', async () => {
      await sleep(20);
      return 'done';
    });
    const here = await launch({ store: store.another() });
    let failures = 3;
    const flaky = intercepted(store.another(), {
      statuses: (original) => (ids) => (failures-- > 0 ? Promise.reject(unavailable()) : original(ids)),
    });
    const there = await launch({ store: flaky });
    const { id } = await here.start(flow, []);
    expect(await there.handle(id).result()).toBe('done');
    expect(failures).toBeLessThanOrEqual(0);
  });

  test('a lease that could not be renewed is renewed soon, and the runs are kept', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    let failures = 2;
    let renewals = 0;
    const flaky = intercepted(store.another(), {
      renew:
        (original) =>
        async (...args) => {
          if (failures-- > 0) throw unavailable();
          renewals += 1;
          return original(...args);
        },
    });
    const flow = workflow('flow', () => step.run('work', () => eventually(() => renewals >= 3)));
    const app = await launch({ store: flaky });
    await launch({ store: store.another() });
    const handle = await app.start(flow, []);
    await clock.passUntil(handle.result());
    expect(clock.now() - Date.UTC(2030, 0, 1)).toBeGreaterThan(10_000);
    expect(await app.runs.get(handle.id)).toMatchObject({ epoch: 1, executorId: app.executorId });
  });

  test('signals that are not sent do no harm: others find out by polling', async () => {
    const { workflow, launch, store } = await bench();
    const deaf = intercepted(store.another(), {
      announce: () => () => Promise.reject(unavailable()),
      attend:
        (original) =>
        async (...args) => ({ ...(await original(...args)), hears: false }),
    });
    const flow = workflow('flow', async () => 'done');
    const other = workflow('other', async () => 'other');
    const one = await launch({ store: deaf, workflows: [flow] });
    const two = await launch({ store: deaf, workflows: [flow, other] });
    const { id } = await two.start(other, []);
    expect(await one.handle(id).result()).toBe('other');
  });
});

describe('an entry that the store refuses', () => {
  /** A store that refuses some entries and writes the others. */
  const refusing = (store: MemoryStore, isBad: (entry: StoreEntry) => boolean): MemoryStore =>
    intercepted(store.another(), {
      commit: (original) => async (entries) => {
        const outcomes = [...(await original(entries.filter((entry) => !isBad(entry))))];
        const refused: EntryOutcome = { kind: 'refused', error: new Error('value too long') };
        return entries.map((entry) => (isBad(entry) ? refused : outcomes.shift()!));
      },
    });
  const isBadStep = (entry: StoreEntry): boolean =>
    entry.op === 'step' && entry.name === 'bad' && entry.output !== null;

  test('fails alone: its neighbours in the same commit are written', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', (name: string) => step.run(name, () => `value of ${name}`));
    const app = await launch({ store: refusing(store, isBadStep) });
    const handles = await Promise.all(['good', 'bad', 'fine'].map((name) => app.start(flow, [name])));
    const outcomes = await Promise.allSettled(handles.map((handle) => handle.result()));
    expect(outcomes).toMatchObject([
      { value: 'value of good' },
      { reason: { code: 'STORE_WRITE_REFUSED', cause: { message: 'value too long' } } },
      { value: 'value of fine' },
    ]);
  });

  test('is an error that the workflow may catch', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', async () => {
      const how = await step.run('bad', () => 'x').catch((error: Error & { code: string }) => error.code);
      return step.run('tell', () => how);
    });
    const app = await launch({ store: refusing(store, isBadStep) });
    const handle = await app.start(flow, []);
    expect(await handle.result()).toBe('STORE_WRITE_REFUSED');
    expect(await journalOf(app, handle.id)).toEqual([
      'bad: The store refused to record the outcome of "bad": value too long',
      'tell',
    ]);
  });

  test('as the result of a run fails the run', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', async () => 'x');
    const isBad = (entry: StoreEntry): boolean => entry.op === 'finish' && entry.output !== null;
    const app = await launch({ store: refusing(store, isBad) });
    const handle = await app.start(flow, []);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'STORE_WRITE_REFUSED' });
    expect(await handle.status()).toBe('failed');
  });

  test('as the start of a run is the error of that start', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', async () => 'x');
    const app = await launch({ store: refusing(store, (entry) => entry.op === 'start') });
    expect(await errorOf(app.start(flow, [], { id: 'refused' }))).toMatchObject({
      message: 'value too long',
    });
    expect(await errorOf(flow())).toMatchObject({ message: 'value too long' });
    expect(await store.statuses(['refused'])).toEqual([]);
  });
});
