import { describe, expect, test } from 'vitest';
import { step, stream } from '../src/index.js';
import { bench, journalOf, unavailable } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

const tokens = stream<unknown>('tokens');
const notes = stream<string>('notes');

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const value of values) seen.push(value);
  return seen;
}

describe('a stream', () => {
  test('is read in the order in which it was written, to its end', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      for (let n = 0; n < 250; n++) await tokens.write(n);
      await tokens.close();
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    expect(await all(app.stream(tokens).read(id))).toEqual([...Array(250).keys()]);
  });

  test('keeps values of any kind, null and undefined and what looks like an end', async () => {
    const { workflow, launch } = await bench();
    const values = [null, undefined, '', 0, { done: true, value: undefined }, new Date(5), [new Map()]];
    const flow = workflow('flow', async () => {
      for (const value of values) await tokens.write(value);
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    expect(await all(app.stream(tokens).read(id))).toEqual(values);
  });

  test('is one of several, each with positions of its own', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      await tokens.write('a');
      await notes.write('x');
      await tokens.write('b');
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    expect(await all(app.stream(tokens).readEntries(id))).toEqual([
      { position: 0, value: 'a' },
      { position: 1, value: 'b' },
    ]);
    expect(await all(app.stream(notes).readEntries(id))).toEqual([{ position: 0, value: 'x' }]);
  });

  test('can be read on from any position', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      for (let n = 0; n < 5; n++) await tokens.write(n);
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await result();
    expect(await all(app.stream(tokens).read(id, { from: 3 }))).toEqual([3, 4]);
    expect(await all(app.stream(tokens).read(id, { from: 5 }))).toEqual([]);
    expect(await all(app.stream(tokens).read(id, { from: 1_000_000_000_000 }))).toEqual([]);
  });

  test('that was never written to ends with its run', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {});
    const app = await launch();
    const { id } = await app.start(flow, []);
    expect(await all(app.stream(tokens).read(id))).toEqual([]);
  });

  test('reaches its readers, here and elsewhere, as it is written', async () => {
    const { workflow, launch, store } = await bench();
    const gates = [gate(), gate()];
    const flow = workflow('flow', async () => {
      await tokens.write('a');
      await step.run('one', () => gates[0]!.opened);
      await tokens.write('b');
      await step.run('two', () => gates[1]!.opened);
    });
    const app = await launch({ store: store.another() });
    const other = await launch({ store: store.another(), workflows: [] });
    const { id } = await app.start(flow, []);
    const readers = [app, other].map((one) => one.stream(tokens).read(id));
    const next = (): Promise<unknown[]> => Promise.all(readers.map((reader) => reader.next()));
    expect(await next()).toEqual([0, 1].map(() => ({ done: false, value: 'a' })));
    const second = next();
    await settled();
    gates[0]!.open();
    expect(await second).toEqual([0, 1].map(() => ({ done: false, value: 'b' })));
    const end = next();
    await settled();
    gates[1]!.open();
    expect(await end).toEqual([0, 1].map(() => ({ done: true, value: undefined })));
  });

  test.each(['failed', 'cancelled'])('ends for who waits when its run has %s', async (state) => {
    const { workflow, launch, store } = await bench();
    const go = gate();
    const flow = workflow('flow', async () => {
      await tokens.write(1);
      await step.run('wait', () => go.opened);
    });
    const app = await launch({ store: store.another() });
    const other = await launch({ store: store.another(), workflows: [] });
    const handle = await app.start(flow, []);
    const reading = all(other.stream(tokens).read(handle.id));
    await settled();
    if (state === 'failed') go.fail(new Error('out of paper'));
    else await handle.cancel();
    expect(await reading).toEqual([1]);
    await eventually(async () => (await handle.status()) === state);
  });

  test('that is closed ends while its run goes on, and takes nothing more', async () => {
    const { workflow, launch } = await bench();
    const go = gate();
    const flow = workflow('flow', async () => {
      await tokens.write('a');
      await tokens.close();
      await tokens.close();
      const codes = [
        (await errorOf(tokens.write('b')))['code'],
        (await step.run('write', () => errorOf(tokens.write('c'))))['code'],
      ];
      await step.run('wait', () => go.opened);
      return codes;
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    expect(await all(app.stream(tokens).read(id))).toEqual(['a']);
    expect(await errorOf(app.stream(tokens).write(id, 'd'))).toMatchObject({ code: 'STREAM_CLOSED' });
    go.open();
    expect(await result()).toEqual(['STREAM_CLOSED', 'STREAM_CLOSED']);
    expect(await all(app.stream(tokens).read(id))).toEqual(['a']);
  });

  test('what is written, closed and written again at once is cut off at the close', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      const outcomes = await Promise.allSettled([tokens.write(1), tokens.close(), tokens.write(2)]);
      return outcomes.map(({ status }) => status);
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    expect(await result()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await all(app.stream(tokens).read(id))).toEqual([1]);
  });
});

describe('writing', () => {
  test('in a run’s own code is done once, however often it is replayed', async () => {
    const { workflow, launch, kill, store } = await bench();
    let isStuck = true;
    const flow = workflow('flow', async () => {
      await Promise.all([tokens.write('a'), tokens.write('b')]);
      await step.run('wait', () => (isStuck ? forever() : undefined));
      await tokens.write('c');
    });
    const app = await launch({ store: store.another() });
    const { id } = await app.start(flow, []);
    await eventually(async () => (await app.runs.steps(id)).length === 2);
    isStuck = false;
    await kill(app);
    const other = await launch({ store: store.another() });
    await other.handle(id).result();
    expect(await all(other.stream(tokens).read(id))).toEqual(['a', 'b', 'c']);
    expect(await journalOf(other, id)).toEqual(['write tokens', 'write tokens', 'wait', 'write tokens']);
  });

  test('in a step is done once for each attempt', async () => {
    const { workflow, launch } = await bench();
    let attempts = 0;
    const flow = workflow('flow', () =>
      step.run(
        'write',
        async () => {
          attempts += 1;
          await tokens.write(`attempt ${attempts}`);
          if (attempts < 3) throw new Error('busy');
        },
        { retry: { attempts: 3, initial: 1 } },
      ),
    );
    const app = await launch();
    const { id } = await app.start(flow, []);
    expect(await all(app.stream(tokens).read(id))).toEqual(['attempt 1', 'attempt 2', 'attempt 3']);
  });

  test('by a run, its steps and outside at once takes positions without gaps', async () => {
    const { workflow, launch } = await bench();
    const ten = [...Array(10).keys()];
    const ready = gate();
    const flow = workflow('flow', async () => {
      await Promise.all([
        step.run('wait', () => ready.opened),
        ...ten.map((n) => tokens.write(`run ${n}`)),
        ...ten.map((n) => step.run(`step ${n}`, () => tokens.write(`step ${n}`))),
      ]);
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    await Promise.all(ten.map((n) => app.stream(tokens).write(id, `app ${n}`)));
    ready.open();
    const entries = await all(app.stream(tokens).readEntries(id));
    expect(entries.map(({ position }) => position)).toEqual([...Array(30).keys()]);
    for (const who of ['run', 'step', 'app']) {
      const own = entries.map(({ value }) => String(value)).filter((value) => value.startsWith(who));
      expect(own).toEqual(ten.map((n) => `${who} ${n}`));
    }
  });

  test('whose answer is lost is repeated, and the value is there once', async () => {
    let commits = 0;
    const { workflow, launch } = await bench({
      faults: {
        afterCommit: (entries) => {
          if (entries.some(({ op }) => op === 'write' || op === 'close') && commits++ % 2 === 0) {
            throw unavailable();
          }
        },
      },
    });
    const go = gate();
    const flow = workflow('flow', async () => {
      await tokens.write('run');
      await step.run('write', () => tokens.write('step'));
      await step.run('wait', () => go.opened);
      await tokens.close();
    });
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    const reader = app.stream(tokens).read(id);
    const seen = [(await reader.next()).value, (await reader.next()).value];
    await app.stream(tokens).write(id, 'app');
    go.open();
    await result();
    expect([...seen, ...(await all(reader))]).toEqual(['run', 'step', 'app']);
    expect(commits).toBeGreaterThan(4);
  });

  test('outside any run without a run is refused', async () => {
    expect(await errorOf(tokens.write(1))).toMatchObject({ code: 'WRONG_CONTEXT' });
    expect(await errorOf(tokens.close())).toMatchObject({ code: 'WRONG_CONTEXT' });
  });

  test('on behalf of a run that is not there, or has ended, is refused', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {});
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    await result();
    const { write, close } = app.stream(tokens);
    const calls = [write('nobody', 1), close('nobody'), write(id, 1), close(id)];
    const errors = await Promise.all(calls.map(errorOf));
    expect(errors.map(({ code }) => code)).toEqual([
      'RUN_NOT_FOUND',
      'RUN_NOT_FOUND',
      'RUN_FINISHED',
      'RUN_FINISHED',
    ]);
  });
});

describe('reading', () => {
  test('a stream of a run that is not there is an error', async () => {
    const { launch } = await bench();
    const app = await launch();
    expect(await errorOf(all(app.stream(tokens).read('nobody')))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('times out for each value anew, and can be taken up again', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const flow = workflow('flow', forever);
    const app = await launch();
    const { id } = await app.start(flow, []);
    const reader = app.stream(tokens).read(id, { timeout: '10s' });
    await app.stream(tokens).write(id, 'a');
    expect(await reader.next()).toEqual({ done: false, value: 'a' });
    const startMs = clock.now();
    expect(await clock.passUntil(errorOf(reader.next()))).toMatchObject({
      code: 'TIMED_OUT',
      details: { stream: 'tokens', runId: id, timeoutMs: 10_000 },
    });
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(10_000);
    await app.stream(tokens).write(id, 'b');
    expect(await reader.next()).toEqual({ done: false, value: 'b' });
  });

  test.each([
    ['a negative position', { from: -1 }, 'INVALID_OPTION'],
    ['half a position', { from: 0.5 }, 'INVALID_OPTION'],
    ['a position that is none', { from: '1' as never }, 'INVALID_OPTION'],
    ['a timeout that is none', { timeout: 'soon' }, 'INVALID_DURATION'],
  ])('from %s is refused at once', (_, options, code) => {
    expect(() => tokens.read('x', options)).toThrow(expect.objectContaining({ code }));
  });

  test('by someone who leaves leaves nothing behind', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const flow = workflow('flow', forever);
    const app = await launch();
    const { id } = await app.start(flow, []);
    await app.stream(tokens).write(id, 'a');
    await settled();
    for await (const value of app.stream(tokens).read(id)) {
      expect(value).toBe('a');
      break;
    }
    const timers = clock.dueTimes.length;
    const reader = app.stream(tokens).read(id, { from: 1, timeout: '1h' });
    const pending = reader.next();
    await settled();
    expect(clock.dueTimes.length).toBeGreaterThan(timers);
    await reader.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    clock.advance(2000);
    await settled();
    expect(clock.dueTimes.filter((atMs) => atMs > clock.now() + 600_000)).toEqual([]);
  });

  test('asked for several values at once gives each once', async () => {
    const { workflow, launch } = await bench();
    const flow = workflow('flow', async () => {
      for (const value of ['a', 'b', 'c']) await tokens.write(value);
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    const reader = app.stream(tokens).read(id);
    const results = await Promise.all([1, 2, 3, 4].map(() => reader.next()));
    expect(results.map(({ value }) => value)).toEqual(['a', 'b', 'c', undefined]);
  });
});

describe('reading in a run', () => {
  const setUp = async () => {
    const made = await bench();
    const writer = made.workflow('writer', async () => {
      for (const value of ['a', 'b', 'c']) await tokens.write(value);
    });
    return { ...made, writer };
  };

  test('records each value, the end and a timeout, and reads none of them again on replay', async () => {
    const { workflow, writer, launch, kill, store } = await setUp();
    const silent = workflow('silent', forever);
    const seen: unknown[] = [];
    let isStuck = true;
    const flow = workflow('flow', async (id: string, mute: string) => {
      const got: unknown[] = [];
      for await (const { position, value } of tokens.readEntries(id)) {
        got.push(`${position} ${String(value)}`);
        if (position === 1 && isStuck) await step.run('wait', forever);
        if (position === 1 && !isStuck) await step.run('wait', () => {});
      }
      got.push((await errorOf(all(tokens.read(mute, { timeout: 1 }))))['code']);
      seen.push(got);
      return got;
    });
    const app = await launch({ store: store.another() });
    const { id, result } = await app.start(writer, []);
    await result();
    const mute = await app.start(silent, []);
    const { id: reader } = await app.start(flow, [id, mute.id]);
    await eventually(async () => (await app.runs.steps(reader)).length === 2);
    await settled();
    isStuck = false;
    await kill(app);
    const other = await launch({ store: store.another() });
    expect(await other.handle(reader).result()).toEqual(['0 a', '1 b', '2 c', 'TIMED_OUT']);
    expect(await journalOf(other, reader)).toEqual([
      'read tokens',
      'read tokens',
      'wait',
      'read tokens',
      'read tokens',
      expect.stringContaining('read tokens: No value came on stream "tokens"'),
    ]);
    expect(seen).toHaveLength(1);
  });

  test('in two places at once is refused, one after the other is fine', async () => {
    const { workflow, writer, launch } = await setUp();
    const flow = workflow('flow', async (id: string) => {
      const outcomes = await Promise.allSettled([all(tokens.read(id)), all(tokens.read(id))]);
      const codes = outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value.length : (outcome.reason as { code: string }).code,
      );
      return [...codes, (await all(tokens.read(id))).length];
    });
    const app = await launch();
    const { id } = await app.start(writer, []);
    expect(await (await app.start(flow, [id])).result()).toEqual([3, 'STREAM_IN_USE', 3]);
  });

  test('its own stream gives what it has written', async () => {
    const { workflow, launch } = await setUp();
    const flow = workflow('flow', async () => {
      await tokens.write(1);
      await tokens.write(2);
      await tokens.close();
      return all(tokens.read('me'));
    });
    const app = await launch();
    expect(await (await app.start(flow, [], { id: 'me' })).result()).toEqual([1, 2]);
  });

  test('of a run that is not there is recorded as an error', async () => {
    const { workflow, launch } = await setUp();
    const flow = workflow('flow', async () => (await errorOf(all(tokens.read('nobody'))))['code']);
    const app = await launch();
    const { id, result } = await app.start(flow, []);
    expect(await result()).toBe('RUN_NOT_FOUND');
    expect(await journalOf(app, id)).toEqual([expect.stringContaining('read tokens: There is no run')]);
  });

  test('ends when the run is cancelled', async () => {
    const { workflow, launch } = await setUp();
    const silent = workflow('silent', forever);
    const flow = workflow('flow', (id: string) => all(tokens.read(id)));
    const app = await launch();
    const { id } = await app.start(silent, []);
    const handle = await app.start(flow, [id]);
    await settled();
    await handle.cancel();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
  });

  test('in a step is not recorded, and ends with the attempt', async () => {
    const { workflow, writer, launch } = await setUp();
    const silent = workflow('silent', forever);
    const flow = workflow('flow', async (id: string, mute: string) => {
      const read = await step.run('read', () => all(tokens.read(id)));
      const error = await errorOf(step.run('wait', () => all(tokens.read(mute)), { timeout: 5 }));
      return [read, error['code']];
    });
    const app = await launch();
    const [one, two] = [await app.start(writer, []), await app.start(silent, [])];
    const { id, result } = await app.start(flow, [one.id, two.id]);
    expect(await result()).toEqual([['a', 'b', 'c'], 'STEP_TIMEOUT']);
    expect((await app.runs.steps(id)).map(({ kind }) => kind)).toEqual(['step', 'step']);
  });
});
