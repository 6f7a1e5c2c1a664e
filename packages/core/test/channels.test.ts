import { describe, expect, test } from 'vitest';
import type { Payload } from '../src/adapter.js';
import { channel, event, type StepView, sleep, step } from '../src/index.js';
import { UNCHECKED_INPUT } from '../src/internal.js';
import { bench, journalOf, reaches, recordingCommits, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

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

describe('sending', () => {
  test('to a run that is not there is an error, which a run sees again on replay', async () => {
    const { workflow, launch, kill, store } = await bench();
    const later = channel<string>('later');
    const codes: unknown[] = [];
    const flow = workflow('flow', async () => {
      codes.push(await letters.send('nobody', 'x').catch((error: Error & { code: string }) => error.code));
      await later.receive();
    });
    const app = await launch({ store: store.another() });
    const { id } = await app.start(flow, []);
    await eventually(() => codes.length === 1);
    await kill(app);
    const other = await launch({ store: store.another() });
    await other.channel(later).send(id, 'go on');
    await other.handle(id).result();
    expect(codes).toEqual(['RUN_NOT_FOUND', 'RUN_NOT_FOUND']);
    expect(await errorOf(other.channel(letters).send('nobody', 'x'))).toMatchObject({
      code: 'RUN_NOT_FOUND',
      details: { runId: 'nobody' },
    });
  });

  test('to a run that has ended is an error, also in a run and in a step', async () => {
    const { workflow, launch } = await bench();
    const done = workflow('done', async () => {});
    const sender = workflow('sender', async (id: string) => [
      await errorOf(letters.send(id, 'x')),
      await step.run('send', () => errorOf(letters.send(id, 'x'))),
    ]);
    const app = await launch();
    const handle = await app.start(done, []);
    await handle.result();
    const errors = await sender(handle.id);
    expect(errors.map((error) => error['code'])).toEqual(['RUN_FINISHED', 'RUN_FINISHED']);
    expect(await errorOf(app.channel(letters).send(handle.id, 'x'))).toMatchObject({ code: 'RUN_FINISHED' });
  });

  test('to oneself is received like anything else', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async (id: string) => {
      await letters.send(id, 'to me');
      return letters.receive();
    });
    const app = await launch();
    expect(await (await app.start(flow, ['me'], { id: 'me' })).result()).toBe('to me');
  });

  test('is one write together with its record', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    const flow = workflow('flow', () => letters.receive());
    const sender = workflow('sender', (id: string) => letters.send(id, 'x'));
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await sender(id);
    await result();
    const ops = batches.flat().map(({ op }) => op);
    expect(ops.filter((op) => op === 'send' || op === 'receive' || op === 'step').sort()).toEqual([
      'receive',
      'send',
    ]);
  });

  test('a value that cannot be recorded, or does not fit the schema, is an error of that call', async () => {
    const { workflow, launch } = await bench();
    const things = channel<unknown>('things');
    const checked = channel('checked', { schema: shortTexts });
    const flow = workflow('flow', async (id: string) => [
      (await errorOf(things.send(id, () => {})))['code'],
      (await errorOf(checked.send(id, 'too long')))['code'],
    ]);
    const app = await launch();
    const { id, result } = await app.start(flow, ['x'], { id: 'x' });
    expect(await result()).toEqual(['UNRECORDABLE_VALUE', 'INVALID_INPUT']);
    expect(await errorOf(app.channel(checked).send(id, 'too long'))).toMatchObject({
      code: 'INVALID_INPUT',
      details: { channel: 'checked', issues: [{ path: '', message: 'too long' }] },
    });
  });

  test('a value is what the schema makes of it', async () => {
    const { workflow, launch } = await bench();
    const checked = channel('checked', { schema: shortTexts });
    const flow = workflow('flow', () => checked.receive());
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await app.channel(checked).send(id, ' ab ');
    expect(await result()).toBe('ab');
  });

  test('by other means than an app is checked by the schema when it is received, and recorded as that', async () => {
    const { workflow, launch, store } = await bench();
    const checked = channel('checked', { schema: shortTexts });
    const flow = workflow('flow', async () => [
      await checked.receive(),
      (await errorOf(checked.receive()))['code'],
      await letters.receive(),
    ]);
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    const entry = { op: 'send', step: null, runId: id } as const;
    const unchecked = (text: string): Payload => ({ json: JSON.stringify(text), extra: UNCHECKED_INPUT });
    await store.commit([
      { ...entry, channel: 'checked', key: 'a', value: unchecked(' ab ') },
      { ...entry, channel: 'checked', key: 'b', value: unchecked('too long') },
      { ...entry, channel: 'letters', key: 'c', value: unchecked('as it stands') },
    ]);
    expect(await result()).toEqual(['ab', 'INVALID_INPUT', 'as it stands']);
    expect((await app.runs.steps(id)).map(({ output }) => output)).toEqual(['ab', undefined, 'as it stands']);
  });

  test.each([
    ['an empty run id', () => letters.send('', 'x'), 'INVALID_ID'],
    ['an empty key', () => letters.send('a', 'x', { key: '' }), 'INVALID_ID'],
    ['receiving outside any run', () => letters.receive(), 'WRONG_CONTEXT'],
    ['a timeout that is none', () => letters.receive({ timeout: 'soon' }), 'INVALID_DURATION'],
  ])('%s is refused', async (_, call, code) => {
    expect(await errorOf(call())).toMatchObject({ code });
  });

  test('a channel without a name is refused', () => {
    expect(() => channel('')).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });

  test('receiving in a step is refused', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', () => step.run('receive', () => letters.receive()));
    await launch();
    expect(await errorOf(flow())).toMatchObject({ code: 'WRONG_CONTEXT' });
  });

  test('through an app something that is no channel is refused', async () => {
    const { launch } = await bench();
    const app = await launch();
    expect(() => app.channel(event('progress') as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('outside any run, by itself', () => {
  test('a channel is the one launched app’s of its registry', async () => {
    const { workflow, launch, registry, store } = await bench();
    const own = channel<string>('own', { registry });
    const flow = workflow('flow', () => own.receive());
    expect(await errorOf(own.send('x', 'y'))).toMatchObject({ code: 'NOT_LAUNCHED' });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await own.send(id, 'hello');
    expect(await result()).toBe('hello');
    const other = await launch({ store: store.another() });
    expect(await errorOf(own.send(id, 'x'))).toMatchObject({ code: 'AMBIGUOUS_APP' });
    await other.shutdown();
    expect(await errorOf(own.send(id, 'x'))).toMatchObject({ code: 'RUN_FINISHED' });
  });
});

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

/** Takes texts of at most three characters, without the spaces around them. */
const shortTexts = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) => {
      const text = String(value).trim();
      return text.length > 3 ? { issues: [{ message: 'too long' }] } : { value: text };
    },
    types: undefined as { input: string; output: string } | undefined,
  },
} as const;
