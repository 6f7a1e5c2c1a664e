import { describe, expect, test } from 'vitest';
import { channel, type StepView, sleep } from '../src/index.js';
import { bench, reaches, recordingCommits, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, gate, settled } from './support/signals.js';

const letters = channel<string>('letters');
const bills = channel<number>('bills');

describe('a receive that times out', () => {
  test('is a typed error at the moment it names, and again on replay without a wait', async () => {
    const clock = new ManualClock();
    const { workflow, launch, kill, store } = await bench({ clock });
    const seen: unknown[] = [];
    const flow = workflow('flow', async () => {
      const error = await errorOf(letters.receive({ timeout: '1h' }));
      seen.push(error['code'], clock.now());
      await bills.receive();
    });
    const app = await launch({ store: store.another() });
    const { id } = await app.start(flow, []);
    const startedMs = clock.now();
    await settled();
    expect((await app.runs.get(id)).state).toBe('running');
    clock.advance(1000);
    await reaches(app, id, 'waiting');
    clock.advance(3_600_000 - 1001);
    await settled();
    expect(seen).toEqual([]);
    await clock.passUntil(eventually(() => seen.length === 2));
    expect(seen[0]).toBe('TIMED_OUT');
    expect((seen[1] as number) - startedMs - 3_600_000).toBeLessThan(20);
    await eventually(async () => (await app.runs.steps(id)).length === 1);
    await kill(app);
    const other = await launch({ store: store.another() });
    await other.channel(bills).send(id, 1);
    await clock.passUntil(other.handle(id).result());
    expect(seen.filter((one) => one === 'TIMED_OUT')).toHaveLength(2);
    const [timeout] = await other.runs.steps(id);
    expect(timeout).toMatchObject({ kind: 'receive', name: 'letters', epoch: 2 });
    expect(timeout!.startedAt.getTime()).toBeGreaterThanOrEqual(startedMs);
  });

  test('is not begun anew by a crash', async () => {
    const clock = new ManualClock();
    const { workflow, launch, kill, store } = await bench({ clock });
    const flow = workflow('flow', () => letters.receive({ timeout: '10s' }));
    const app = await launch({ store: store.another(), parkAfter: '1h' });
    const { id } = await app.start(flow, []);
    await settled();
    clock.advance(8000);
    await settled();
    await kill(app);
    const other = await launch({ store: store.another(), parkAfter: '1h' });
    await reaches(other, id, 'running');
    await settled();
    clock.advance(2000);
    expect(await errorOf(other.handle(id).result())).toMatchObject({ code: 'TIMED_OUT' });
  });

  test('looks once more before it gives up: a message of which no word came is received', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const mute = intercepted(store.another(), { announce: () => async () => {} });
    const flow = workflow('flow', () => letters.receive({ timeout: 100 }));
    const app = await launch({ store: mute });
    const other = await launch({ store: mute, workflows: [] });
    const { id } = await app.start(flow, []);
    await settled();
    await other.channel(letters).send(id, 'just in time');
    clock.advance(101);
    expect(await app.handle(id).result()).toBe('just in time');
  });
});

describe('a run that waits for a message', () => {
  test('leaves memory, and is woken by the message wherever it is sent', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const flow = workflow('flow', () => letters.receive());
    const app = await launch({ store: store.another() });
    const other = await launch({ store: store.another(), workflows: [] });
    const { id } = await app.start(flow, []);
    await settled();
    clock.advance(1000);
    await reaches(app, id, 'waiting');
    expect((await app.runs.get(id)).wakeAt).toBeUndefined();
    await other.channel(letters).send(id, 'wake up');
    expect(await clock.passUntil(app.handle(id).result())).toBe('wake up');
    expect((await app.runs.get(id)).epoch).toBe(2);
    // The wait took as long as it took, although it was called anew to go on.
    const [{ startedAt, completedAt }] = (await app.runs.steps(id)) as [StepView];
    expect(completedAt!.getTime() - startedAt.getTime()).toBeGreaterThanOrEqual(1000);
  });

  test('costs one write to park, and none to begin to wait', async () => {
    const clock = new ManualClock();
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ clock, faults });
    const flow = workflow('flow', () => letters.receive({ timeout: '1 day' }));
    const app = await launch();
    const { id } = await app.start(flow, []);
    await settled();
    clock.advance(1000);
    await reaches(app, id, 'waiting');
    await app.channel(letters).send(id, 'x');
    await app.handle(id).result();
    expect(batches.flat().map(({ op }) => op)).toEqual(['start', 'park', 'send', 'receive', 'finish']);
  });

  test('does not sleep through a message that comes as it is being parked', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const [parking, sent] = [gate(), gate()];
    const held = store.another({
      faults: {
        beforeCommit: async (entries) => {
          if (!entries.some(({ op }) => op === 'park')) return;
          parking.open();
          await sent.opened;
        },
      },
    });
    const flow = workflow('flow', () => letters.receive());
    const app = await launch({ store: held });
    const mute = intercepted(store.another(), { announce: () => async () => {} });
    const other = await launch({ store: mute, workflows: [] });
    const { id } = await app.start(flow, []);
    await settled();
    clock.advance(1000);
    await parking.opened;
    await other.channel(letters).send(id, 'in between');
    sent.open();
    expect(await app.handle(id).result()).toBe('in between');
    expect((await app.runs.get(id)).epoch).toBe(1);
  });

  test('finds the message by polling where no word of it comes', async () => {
    const { workflow, launch, store } = await bench();
    const deaf = intercepted(store.another(), {
      announce: () => () => Promise.reject(unavailable()),
      attend:
        (original) =>
        async (...args) => ({ ...(await original(...args)), hears: false }),
    });
    const flow = workflow('flow', () => letters.receive());
    const app = await launch({ store: deaf, parkAfter: '1h' });
    const other = await launch({ store: deaf, workflows: [] });
    const { id } = await app.start(flow, []);
    await reaches(app, id, 'running');
    await other.channel(letters).send(id, 'x');
    expect(await app.handle(id).result()).toBe('x');
  });

  test('is let go at once when it is cancelled', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () => letters.receive());
    const app = await launch();
    const handle = await app.start(flow, []);
    await handle.cancel();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
  });

  test('may wait for something else beside it, and the message still to come waits for the next receive', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      const first = await Promise.race([letters.receive(), sleep(5).then(() => 'slept')]);
      return [first, await bills.receive()];
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await eventually(async () => (await app.runs.steps(id)).some(({ kind }) => kind === 'sleep'));
    await app.channel(bills).send(id, 7);
    expect(await result()).toEqual(['slept', 7]);
  });
});
