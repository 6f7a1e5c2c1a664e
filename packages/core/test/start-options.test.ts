import { describe, expect, test } from 'vitest';
import { queue, type StartOptions } from '../src/index.js';
import { bench, recordingCommits } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { errorOf } from './support/signals.js';

async function sending() {
  const { batches, faults } = recordingCommits();
  const made = await bench();
  const send = made.workflow('send', async (letter: string) => `sent ${letter}`);
  const asked: string[] = [];
  const { queues } = made.store;
  const store = intercepted(made.store.another({ faults }), {
    queues: () =>
      new Proxy(queues, {
        get: (target, name) =>
          name === 'find'
            ? (queueName: string) => {
                asked.push(queueName);
                return queues.find(queueName);
              }
            : (Reflect.get(target, name) as () => unknown).bind(target),
      }),
  });
  return { ...made, launch: () => made.launch({ store }), send, asked, batches };
}

describe('a start in a queue', () => {
  test('of a name that nobody has defined is refused before anything is written', async () => {
    const { launch, send, batches } = await sending();
    const app = await launch();
    const refused = [
      app.start(send, ['a'], { queue: 'mial' }),
      app.startMany(send, [['a'], ['b']], { queue: 'mial' }),
      app.debounce(send, 'k', ['a'], { queue: 'mial', wait: '1s' }),
    ];
    for (const start of refused) {
      expect(await errorOf(start)).toMatchObject({ code: 'UNKNOWN_QUEUE', details: { queue: 'mial' } });
    }
    expect(batches).toEqual([]);
  });

  test('inside a run is refused for the workflow to deal with', async () => {
    const { launch, send, workflow } = await sending();
    const parent = workflow('parent', () =>
      app.start(send, ['a'], { queue: 'mial' }).then(
        () => 'started',
        (error: Error & { code: string }) => error.code,
      ),
    );
    const app = await launch();
    expect(await parent()).toBe('UNKNOWN_QUEUE');
  });

  test('that this app defines asks nobody', async () => {
    const { launch, send, registry, asked } = await sending();
    const mail = queue('mail', { registry });
    const app = await launch();
    const handles = [
      await app.start(send, ['a'], { queue: mail }),
      await app.start(send, ['b'], { queue: 'mail' }),
    ];
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(['sent a', 'sent b']);
    expect(asked).toEqual([]);
  });

  test('that the store knows asks once', async () => {
    const { launch, send, asked } = await sending();
    const app = await launch();
    await app.queues.set('made by hand', { concurrency: 1 });
    asked.splice(0);
    for (const letter of ['a', 'b']) {
      const handle = await app.start(send, [letter], { queue: 'made by hand' });
      expect(await handle.result()).toBe(`sent ${letter}`);
    }
    expect(asked).toEqual(['made by hand']);
  });
});

describe('a start is refused before anything is written', () => {
  test.each<[string, object, string]>([
    ['with a priority without a queue', { priority: 1 }, 'INVALID_OPTION'],
    ['with a partition key without a queue', { partitionKey: 'a' }, 'INVALID_OPTION'],
    ['with a priority that is no whole number', { queue: 'mail', priority: 1.5 }, 'INVALID_OPTION'],
    ['with a priority in a text', { queue: 'mail', priority: '1' }, 'INVALID_OPTION'],
    ['with a priority too large to be kept', { queue: 'mail', priority: 2 ** 31 }, 'INVALID_OPTION'],
    ['with an empty partition key', { queue: 'mail', partitionKey: '' }, 'INVALID_NAME'],
    ['with a partition key that is no text', { queue: 'mail', partitionKey: 7 }, 'INVALID_NAME'],
    ['in a queue without a name', { queue: '' }, 'INVALID_NAME'],
    ['in something that is no queue', { queue: 7 }, 'INVALID_OPTION'],
    ['with a delay that is none', { delay: 'soon' }, 'INVALID_DURATION'],
  ])('%s', async (_, options, code) => {
    const { launch, send, registry, batches } = await sending();
    queue('mail', { registry });
    const app = await launch();
    expect(await errorOf(app.start(send, ['a'], options as StartOptions))).toMatchObject({ code });
    expect(batches).toEqual([]);
  });
});

test('an id that is taken keeps the queue and the arguments that it was first started with', async () => {
  const { launch, send, registry } = await sending();
  const [mail, other] = [queue('mail', { registry }), queue('other', { registry })];
  const app = await launch();
  const first = await app.start(send, ['first'], { id: 'mine', queue: mail, delay: '1h', priority: 3 });
  const again = await app.start(send, ['second'], { id: 'mine', queue: other });
  expect(again.id).toBe(first.id);
  expect(await app.runs.get('mine')).toMatchObject({ queue: 'mail', priority: 3, input: ['first'] });
});

test('priorities decide who is taken first, equals in the order of their starts, and can be changed', async () => {
  const { launch, registry, workflow } = await sending();
  const line = queue('line', { registry, concurrency: 1 });
  const taken: string[] = [];
  const take = workflow('take', async (name: string) => void taken.push(name));
  const app = await launch();
  await app.queues.pause(line);
  const handles = await app.startMany(take, [['a'], ['b'], ['c'], ['d'], ['last']], (n) => ({
    queue: line,
    priority: [0, 5, -1, 0, 0][n]!,
  }));
  expect(await app.runs.setPriority(handles[4]!.id, 9)).toBe(true);
  await app.queues.resume(line);
  await Promise.all(handles.map((handle) => handle.result()));
  expect(taken).toEqual(['c', 'a', 'd', 'b', 'last']);
});
