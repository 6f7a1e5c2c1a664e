import { describe, expect, test } from 'vitest';
import { channel, step } from '../src/index.js';
import { bench, journalOf, unavailable } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate } from './support/signals.js';

const letters = channel<string>('letters');
const bills = channel<number>('bills');

describe('a message', () => {
  test('that was sent before is received at once; one that comes later is waited for', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => [await letters.receive(), await letters.receive()]);
    const app = await launch();
    const handle = await app.start(flow, []);
    await app.channel(letters).send(handle.id, 'one');
    await eventually(async () => (await app.runs.steps(handle.id)).length === 1);
    await app.channel(letters).send(handle.id, 'two');
    expect(await handle.result()).toEqual(['one', 'two']);
    expect(await journalOf(app, handle.id)).toEqual(['receive letters', 'receive letters']);
  });

  test('is received by the channel it was sent on, and leaves the others alone', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      const bill = await bills.receive();
      return [bill, await letters.receive()];
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await app.channel(letters).send(id, 'a letter');
    await app.channel(bills).send(id, 42);
    expect(await result()).toEqual([42, 'a letter']);
  });

  test('comes out as it went in', async () => {
    const { workflow, launch } = await bench();
    const things = channel<unknown>('things');
    const flow = workflow('flow', () => things.receive());
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    const value = { at: new Date(5), seen: new Map([[1n, undefined]]), error: new RangeError('far') };
    await app.channel(things).send(id, value);
    expect(await result()).toEqual(value);
  });

  test('may be undefined or null', async () => {
    const { workflow, launch } = await bench();
    const things = channel<unknown>('things');
    const flow = workflow('flow', async () => [await things.receive(), await things.receive()]);
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await app.channel(things).send(id, undefined);
    await app.channel(things).send(id, null);
    expect(await result()).toEqual([undefined, null]);
  });

  test('is received in the order in which it was sent, also within one millisecond', async () => {
    const { workflow, launch } = await bench({ clock: new ManualClock() });
    const flow = workflow('flow', async () => {
      const seen: number[] = [];
      while (seen.length < 300) seen.push(await bills.receive());
      return seen;
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    await Promise.all(numbers.map((n) => app.channel(bills).send(id, n)));
    expect(await result()).toEqual(numbers);
  });

  test('goes to the receives of a run in the order in which they were called', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () =>
      Promise.all([letters.receive(), letters.receive(), bills.receive(), letters.receive()]),
    );
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    for (const letter of ['a', 'b', 'c']) await app.channel(letters).send(id, letter);
    await app.channel(bills).send(id, 1);
    expect(await result()).toEqual(['a', 'b', 1, 'c']);
  });

  test('that nobody received in time goes to the next receive', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      const first = await letters
        .receive({ timeout: 0 })
        .catch((error: Error & { code: string }) => error.code);
      await bills.receive();
      return [first, await letters.receive()];
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await eventually(async () => (await app.runs.steps(id)).length === 1);
    await app.channel(letters).send(id, 'late');
    await app.channel(bills).send(id, 1);
    expect(await result()).toEqual(['TIMED_OUT', 'late']);
  });
});

describe('a message with a key', () => {
  test('arrives once however often it is sent, from outside, from a run and from a step', async () => {
    const { workflow, launch } = await bench();
    const target = workflow('target', async () => {
      const seen: string[] = [];
      for (;;) {
        const letter = await letters.receive();
        if (letter === 'end') return seen;
        seen.push(letter);
      }
    });
    const sender = workflow('sender', async (id: string) => {
      for (const key of ['run', 'run', 'other run']) await letters.send(id, key, { key });
      await step.run('send', async () => {
        for (const key of ['step', 'step', 'other step']) await letters.send(id, key, { key });
      });
    });
    const app = await launch();
    const { id, result } = await app.start(target, []);
    for (const key of ['app', 'app', 'other app']) await app.channel(letters).send(id, key, { key });
    await sender(id);
    await sender(id);
    await app.channel(letters).send(id, 'end');
    expect(await result()).toEqual(['app', 'other app', 'run', 'other run', 'step', 'other step']);
  });

  test('is another message to another run', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () => letters.receive());
    const app = await launch();
    const handles = [await app.start(flow, []), await app.start(flow, [])];
    for (const { id } of handles) await app.channel(letters).send(id, `to ${id}`, { key: 'same' });
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(
      handles.map(({ id }) => `to ${id}`),
    );
  });

  test('is sent again without harm after the run has ended, also by a run', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () => letters.receive());
    const sender = workflow('sender', (id: string) => letters.send(id, 'again', { key: 'k' }));
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await app.channel(letters).send(id, 'first', { key: 'k' });
    expect(await result()).toBe('first');
    await app.channel(letters).send(id, 'again', { key: 'k' });
    await sender(id);
    expect(await errorOf(app.channel(letters).send(id, 'new', { key: 'l' }))).toMatchObject({
      code: 'RUN_FINISHED',
    });
  });
});

describe('a crash', () => {
  test('between the receipt of a message and what follows loses nothing and gives nothing twice', async () => {
    const { workflow, launch, kill, store } = await bench();
    const seen: string[] = [];
    let isStuck = true;
    const flow = workflow('flow', async () => {
      const got = [await letters.receive()];
      await step.run('note', () => {
        seen.push(got[0]!);
        return isStuck ? forever() : undefined;
      });
      got.push(await letters.receive());
      return got;
    });
    const app = await launch({ store: store.another() });
    const { id } = await app.start(flow, []);
    for (const letter of ['a', 'b']) await app.channel(letters).send(id, letter);
    await eventually(() => seen.length === 1);
    isStuck = false;
    await kill(app);
    const other = await launch({ store: store.another() });
    expect(await other.handle(id).result()).toEqual(['a', 'b']);
    expect(seen).toEqual(['a', 'a']);
  });

  test('before the answer to a receipt arrived: the message is not received a second time', async () => {
    const { workflow, launch, kill, store } = await bench();
    const written = gate();
    const dying = store.another({
      faults: {
        afterCommit: async (entries) => {
          if (!entries.some(({ op }) => op === 'receive')) return;
          written.open();
          await forever();
        },
      },
    });
    const flow = workflow('flow', async () => [await letters.receive(), await letters.receive()]);
    const app = await launch({ store: dying });
    const { id } = await app.start(flow, []);
    const other = await launch({ store: store.another(), workflows: [] });
    await other.channel(letters).send(id, 'a');
    await other.channel(letters).send(id, 'b');
    await written.opened;
    await kill(app);
    const next = await launch({ store: store.another() });
    expect(await next.handle(id).result()).toEqual(['a', 'b']);
  });

  test('before the answer to a sending arrived: the message arrives once', async () => {
    const { workflow, launch, kill, store } = await bench();
    const written = gate();
    const dying = store.another({
      faults: {
        afterCommit: async (entries) => {
          if (!entries.some(({ op }) => op === 'send')) return;
          written.open();
          await forever();
        },
      },
    });
    const target = workflow('target', async () => {
      const got = [await letters.receive(), await letters.receive()];
      return got;
    });
    const sender = workflow('sender', async (id: string) => {
      await letters.send(id, 'a');
      await letters.send(id, 'b');
    });
    const there = await launch({ store: store.another(), workflows: [target] });
    const { id, result } = await there.start(target, []);
    const app = await launch({ store: dying, workflows: [sender] });
    await app.start(sender, [id]);
    await written.opened;
    await kill(app);
    await launch({ store: store.another(), workflows: [sender] });
    expect(await result()).toEqual(['a', 'b']);
  });

  test('a commit whose answer is lost is repeated, and the message is there once', async () => {
    let lost = 0;
    const { workflow, launch } = await bench({
      faults: {
        afterCommit: (entries) => {
          if (entries.some(({ op }) => op === 'send' || op === 'receive') && lost++ % 2 === 0) {
            throw unavailable();
          }
        },
      },
    });
    const flow = workflow('flow', async () => [await letters.receive(), await letters.receive()]);
    const sender = workflow('sender', (id: string) => letters.send(id, 'from a run'));
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await app.channel(letters).send(id, 'from outside');
    await sender(id);
    expect(await result()).toEqual(['from outside', 'from a run']);
    expect(lost).toBeGreaterThan(3);
  });
});
