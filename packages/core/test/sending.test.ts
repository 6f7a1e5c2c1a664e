import { describe, expect, test } from 'vitest';
import type { Payload } from '../src/adapter.js';
import { channel, event, step } from '../src/index.js';
import { UNCHECKED_INPUT } from '../src/internal.js';
import { bench, recordingCommits } from './support/bench.js';
import { errorOf, eventually } from './support/signals.js';

const letters = channel<string>('letters');

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
