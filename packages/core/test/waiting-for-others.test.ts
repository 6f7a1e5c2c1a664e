import { describe, expect, test } from 'vitest';
import { event, type Holdfast, isHoldfastError, stream } from '../src/index.js';
import type { Store } from '../src/internal.js';
import { bench, reaches, recordingCommits, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

const progress = event<number>('progress');
const tokens = stream<string>('tokens');

/** What a run gives that waits in each of the ways for a run of that id, and hears of an error as its code. */
const ways = {
  event: (id: string) => progress.get(id),
  stream: async (id: string) => {
    for await (const token of tokens.read(id)) return token;
    return 'no more';
  },
  result: (id: string, app: () => Holdfast) => app().handle(id).result(),
} as const;
type Way = keyof typeof ways;
const WAYS = Object.keys(ways) as Way[];

/** Two apps on one store: runs of `target` never end by themselves on the one, and are waited for on the other. */
async function waiting({ store: storeOf }: { readonly store?: (store: Store) => Store } = {}) {
  const clock = new ManualClock();
  const made = await bench({ clock });
  const { workflow, launch, store } = made;
  const finish = gate<string>();
  const target = workflow('target', () => finish.opened);
  const waiter = workflow('waiter', async (id: string, way: Way) => {
    try {
      return await ways[way](id, () => here);
    } catch (error) {
      if (isHoldfastError(error)) return error.code;
      throw error;
    }
  });
  const there = await launch({ store: store.another(), workflows: [target] });
  const here = await launch({
    store: storeOf ? storeOf(store.another()) : store.another(),
    workflows: [waiter],
  });
  /** A run that waits, parked. */
  const parked = async (id: string, way: Way) => {
    const handle = await here.start(waiter, [id, way]);
    await settled();
    clock.advance(1000);
    await reaches(there, handle.id, 'waiting');
    return handle;
  };
  return { ...made, clock, finish, target, waiter, there, here, parked };
}

describe('a run that waits for something of another run', () => {
  const comings: readonly [Way, string, (app: Holdfast, id: string) => Promise<unknown>, unknown][] = [
    ['event', 'the event is set', (app, id) => app.event(progress).set(id, 7), 7],
    ['stream', 'a value is written', (app, id) => app.stream(tokens).write(id, 'a'), 'a'],
    ['stream', 'the stream is closed', (app, id) => app.stream(tokens).close(id), 'no more'],
    ['event', 'the run is cancelled', (app, id) => app.runs.cancel(id), 'RUN_FINISHED'],
    ['stream', 'the run is cancelled', (app, id) => app.runs.cancel(id), 'no more'],
    ['result', 'the run is cancelled', (app, id) => app.runs.cancel(id), 'RUN_CANCELLED'],
    [
      'event',
      'the run is cancelled and deleted',
      (app, id) => app.runs.delete(id, { force: true }),
      'RUN_NOT_FOUND',
    ],
    [
      'stream',
      'the run is cancelled and deleted',
      (app, id) => app.runs.delete(id, { force: true }),
      'RUN_NOT_FOUND',
    ],
    [
      'result',
      'the run is cancelled and deleted',
      (app, id) => app.runs.delete(id, { force: true }),
      'RUN_NOT_FOUND',
    ],
  ];
  test.for(comings)(
    'is parked while it waits (%s), and woken at once when %s',
    async ([way, , come, given]) => {
      const { clock, there, here, target, parked } = await waiting();
      const { id } = await there.start(target, []);
      const handle = await parked(id, way);
      expect(await here.runs.get(handle.id)).toMatchObject({ state: 'waiting', executorId: undefined });
      const beganMs = clock.now();
      await come(there, id);
      expect(await clock.passUntil(handle.result())).toBe(given);
      expect(clock.now() - beganMs).toBeLessThan(100);
    },
  );

  test.for([
    ['event', 'RUN_FINISHED'],
    ['stream', 'no more'],
    ['result', 'done'],
  ] as const)('is woken at once when that ends (%s)', async ([way, given]) => {
    const { clock, finish, there, target, parked } = await waiting();
    const { id } = await there.start(target, []);
    const handle = await parked(id, way);
    const beganMs = clock.now();
    finish.open('done');
    expect(await clock.passUntil(handle.result())).toBe(given);
    expect(clock.now() - beganMs).toBeLessThan(100);
  });

  test('is woken when that fails, and when its time is over', async () => {
    const { clock, workflow, launch, store, parked } = await waiting();
    const go = gate();
    const failing = workflow('failing', async () => {
      await go.opened;
      throw new Error('no');
    });
    const lasting = workflow('lasting', forever);
    const app = await launch({ store: store.another(), workflows: [failing, lasting] });
    const one = await app.start(failing, []);
    const two = await app.start(lasting, [], { timeout: '1h' });
    const [first, second] = [await parked(one.id, 'result'), await parked(two.id, 'result')];
    go.open();
    expect((await errorOf(clock.passUntil(first.result()))).message).toBe('no');
    clock.advance(3_600_000);
    expect(await clock.passUntil(second.result())).toBe('RUN_TIMED_OUT');
  });

  test.for(WAYS)('of a run that is not there has RUN_NOT_FOUND at once (%s)', async (way) => {
    const { here, waiter } = await waiting();
    expect(await here.start(waiter, ['nobody', way]).then((handle) => handle.result())).toBe('RUN_NOT_FOUND');
  });

  test.for(WAYS)('is parked at once when its app is shut down (%s)', async (way) => {
    const { there, here, target, waiter, launch, store, clock, finish } = await waiting();
    const { id } = await there.start(target, []);
    const handle = await here.start(waiter, [id, way]);
    await settled();
    await here.shutdown({ drain: '1h' });
    expect(await store.run(handle.id)).toMatchObject({ state: 'waiting', executorId: null, wakeAtMs: null });
    const other = await launch({ store: store.another(), workflows: [waiter] });
    finish.open('done');
    const given = { event: 'RUN_FINISHED', stream: 'no more', result: expect.anything() }[way];
    expect(await clock.passUntil(other.handle(handle.id).result())).toEqual(given);
  });

  test('that is there before the run would be parked costs nothing but the call', async () => {
    const noted: unknown[] = [];
    const { clock, there, here, target, waiter } = await waiting({
      store: (store) =>
        intercepted(store, {
          waits: (original) => ({
            ...original,
            note: async (runs) => {
              noted.push(runs);
              return original.note(runs);
            },
          }),
        }),
    });
    const { id } = await there.start(target, []);
    const handle = await here.start(waiter, [id, 'event']);
    await settled();
    await there.event(progress).set(id, 1);
    expect(await clock.passUntil(handle.result())).toBe(1);
    expect(noted).toEqual([]);
  });

  test('of its own can be parked too', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const flow = workflow('flow', (id: string) => progress.get(id));
    const app = await launch();
    const { id } = await app.start(flow, ['me'], { id: 'me' });
    await settled();
    clock.advance(1000);
    await reaches(app, id, 'waiting');
    await app.event(progress).set(id, 1);
    expect(await clock.passUntil(app.handle(id).result())).toBe(1);
  });

  test('reads a stream to its end, however often it is parked between two values', async () => {
    const { clock, there, target, workflow, launch, store } = await waiting();
    const reader = workflow('reader', async (id: string) => {
      const read: string[] = [];
      for await (const token of tokens.read(id)) read.push(token);
      return read;
    });
    const app = await launch({ store: store.another(), workflows: [reader] });
    const { id } = await there.start(target, []);
    const handle = await app.start(reader, [id]);
    for (const token of ['a', 'b', 'c']) {
      await settled();
      clock.advance(1000);
      await reaches(there, handle.id, 'waiting');
      await there.stream(tokens).write(id, token);
      await clock.passUntil(
        eventually(async () =>
          (await app.runs.steps(handle.id)).some(
            ({ output }) => (output as { value?: string } | undefined)?.value === token,
          ),
        ),
      );
    }
    await there.stream(tokens).close(id);
    expect(await clock.passUntil(handle.result())).toEqual(['a', 'b', 'c']);
  });
});

describe('a parked wait with a time limit', () => {
  test('ends with TIMED_OUT at its time, whatever is waited for', async () => {
    const { clock, there, target, workflow, launch, store } = await waiting();
    const flow = workflow('flow', (id: string) =>
      Promise.all(
        [
          progress.get(id, { timeout: '1h' }),
          tokens.read(id, { timeout: '1h' })[Symbol.asyncIterator]().next(),
          app.handle(id).result({ timeout: '1h' }),
        ].map((wait) => errorOf(wait).then(({ code }) => code)),
      ),
    );
    const app = await launch({ store: store.another(), workflows: [flow] });
    const { id } = await there.start(target, []);
    const beganMs = clock.now();
    const handle = await app.start(flow, [id]);
    await settled();
    clock.advance(1000);
    await reaches(there, handle.id, 'waiting');
    expect((await store.run(handle.id))!.wakeAtMs).toBe(beganMs + 3_600_000);
    clock.advance(3_599_000);
    expect(await clock.passUntil(handle.result())).toEqual(['TIMED_OUT', 'TIMED_OUT', 'TIMED_OUT']);
    expect(clock.now() - beganMs).toBeLessThan(3_600_500);
  });

  test('that is woken too late finds what came in time, or since', async () => {
    const { clock, there, here, target, workflow, launch, store } = await waiting();
    const flow = workflow('flow', (id: string) => progress.get(id, { timeout: '1h' }));
    const app = await launch({ store: store.another(), workflows: [flow] });
    const { id } = await there.start(target, []);
    const handle = await app.start(flow, [id]);
    await settled();
    clock.advance(1000);
    await reaches(there, handle.id, 'waiting');
    await app.shutdown();
    clock.advance(7_200_000);
    await here.event(progress).set(id, 5);
    const later = await launch({ store: store.another(), workflows: [flow] });
    expect(await clock.passUntil(later.handle(handle.id).result())).toBe(5);
  });
});

describe('a run that waits for several things at once', () => {
  test('is parked, and woken by whichever comes first: a child, a stranger, an event', async () => {
    const { clock, there, target, workflow, launch, store } = await waiting();
    const child = workflow('child', forever);
    const flow = workflow('flow', async (id: string) => {
      const own = await app.start(child, []);
      const first = app
        .waitFirst([own, app.handle(id)])
        .then((handle) => (handle.id === id ? 'stranger' : 'child'));
      const said = progress.get(id);
      return [await Promise.race([first, said]), await first];
    });
    const app = await launch({ store: store.another(), workflows: [flow, child] });
    const { id } = await there.start(target, []);
    const handle = await app.start(flow, [id]);
    await eventually(async () => (await app.runs.steps(handle.id)).length > 0);
    await settled();
    clock.advance(1000);
    await reaches(there, handle.id, 'waiting');
    await there.event(progress).set(id, 3);
    await clock.passUntil(eventually(async () => (await app.runs.get(handle.id)).epoch === 2));
    await settled();
    clock.advance(1000);
    await clock.passUntil(reaches(there, handle.id, 'waiting'));
    await there.runs.cancel(id);
    expect(await clock.passUntil(handle.result())).toEqual([3, 'stranger']);
  });

  test('hears of all of them', async () => {
    const { clock, there, target, workflow, launch, store, finish } = await waiting();
    const flow = workflow('flow', async (ids: readonly string[]) => {
      const all = await app.waitAll(ids.map((id) => app.handle(id)));
      return all.map(({ status }) => status);
    });
    const app = await launch({ store: store.another(), workflows: [flow] });
    const [one, two] = [await there.start(target, []), await there.start(target, [])];
    const handle = await app.start(flow, [[one.id, two.id]]);
    await settled();
    clock.advance(1000);
    await reaches(there, handle.id, 'waiting');
    await two.cancel();
    await clock.passUntil(eventually(async () => (await app.runs.get(handle.id)).epoch > 1));
    finish.open('done');
    expect(await clock.passUntil(handle.result())).toEqual(['fulfilled', 'rejected']);
  });
});

describe('what comes about as a run is being parked is not missed', () => {
  /** The store of who waits, which does something before or after it has noted a wait. */
  const noting =
    (moment: { before?: () => Promise<unknown>; after?: () => Promise<unknown> }) => (store: Store) =>
      intercepted(store, {
        waits: (original) => ({
          ...original,
          note: async (runs) => {
            await moment.before?.();
            const come = await original.note(runs);
            await moment.after?.();
            return come;
          },
        }),
      });

  test.for(['before', 'after'] as const)('%s it is noted that it waits', async (when) => {
    const moment: { before?: () => Promise<unknown>; after?: () => Promise<unknown> } = {};
    const { clock, there, here, target, waiter } = await waiting({ store: noting(moment) });
    const { id } = await there.start(target, []);
    const handle = await here.start(waiter, [id, 'event']);
    let isFirst = true;
    moment[when] = async () => {
      if (isFirst) await there.event(progress).set(id, 4);
      isFirst = false;
    };
    await settled();
    clock.advance(1000);
    const beganMs = clock.now();
    expect(await clock.passUntil(handle.result())).toBe(4);
    // No sweep had to find it.
    expect(clock.now() - beganMs).toBeLessThan(3000);
  });

  test('after it is noted, by a process that dies then: the parking is refused', async () => {
    const moment: { after?: () => Promise<unknown> } = {};
    const { clock, there, here, target, waiter } = await waiting({ store: noting(moment) });
    const { id } = await there.start(target, []);
    const handle = await here.start(waiter, [id, 'event']);
    moment.after = async () => {
      moment.after = async () => undefined;
      await there.event(progress).set(id, 4);
      there.halt();
    };
    await settled();
    clock.advance(1000);
    expect(await clock.passUntil(handle.result())).toBe(4);
  });

  test('a run whose waits cannot be noted stays in memory, and is parked when they can', async () => {
    const trouble = { isOn: true };
    const { clock, there, here, target, waiter } = await waiting({
      store: noting({
        before: async () => {
          if (trouble.isOn) throw unavailable();
        },
      }),
    });
    const { id } = await there.start(target, []);
    const handle = await here.start(waiter, [id, 'event']);
    for (let second = 0; second < 3; second++) {
      await settled();
      clock.advance(1000);
    }
    expect(await handle.status()).toBe('running');
    trouble.isOn = false;
    await clock.passUntil(reaches(there, handle.id, 'waiting'));
    await there.event(progress).set(id, 4);
    expect(await clock.passUntil(handle.result())).toBe(4);
  });
});

describe('news that nobody brought', () => {
  test('is brought by another process: who set the event died with the commit', async () => {
    const { clock, store, there, here, target, parked, launch } = await waiting();
    const { id } = await there.start(target, []);
    const handle = await parked(id, 'event');
    const dying = await launch({
      store: intercepted(store.another(), {
        waits: (original) => ({ ...original, wake: () => new Promise(() => {}) }),
      }),
      workflows: [],
    });
    await dying.event(progress).set(id, 6);
    dying.halt();
    const beganMs = clock.now();
    expect(await clock.passUntil(here.handle(handle.id).result())).toBe(6);
    expect(clock.now() - beganMs).toBeLessThan(5100);
  });

  test('is brought as soon as the store can be reached again', async () => {
    const { clock, store, there, target, parked, launch } = await waiting();
    const { id } = await there.start(target, []);
    const handle = await parked(id, 'event');
    let failures = 0;
    const troubled = await launch({
      store: intercepted(store.another(), {
        waits: (original) => ({
          ...original,
          wake: async (limit) => {
            if (failures++ < 1) throw unavailable();
            return original.wake(limit);
          },
        }),
      }),
      workflows: [],
    });
    await troubled.event(progress).set(id, 6);
    expect(await clock.passUntil(handle.result())).toBe(6);
  });
});

describe('a replay', () => {
  test('of a run that was parked sees what was recorded, and neither waits nor notes anything', async () => {
    const { batches, faults } = recordingCommits();
    const { clock, there, target, workflow, launch, store } = await waiting();
    const flow = workflow('flow', async (id: string) => [await progress.get(id), await progress.get(id)]);
    const app = await launch({ store: store.another({ faults }), workflows: [flow] });
    const { id } = await there.start(target, []);
    const handle = await app.start(flow, [id]);
    await settled();
    clock.advance(1000);
    await reaches(there, handle.id, 'waiting');
    await there.event(progress).set(id, 1);
    expect(await clock.passUntil(handle.result())).toEqual([1, 1]);
    expect(batches.flat().map(({ op }) => op)).toEqual(['start', 'park', 'step', 'step', 'finish']);
  });
});
