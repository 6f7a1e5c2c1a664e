import { describe, expect, test } from 'vitest';
import { type ManyStartOptions, queue, step } from '../src/index.js';
import { bench, journalOf, recordingCommits } from './support/bench.js';
import { errorOf, forever, gate } from './support/signals.js';

const LETTERS = Array.from({ length: 10 }, (_, n): [string] => [`letter ${n}`]);

async function post() {
  const { batches, faults } = recordingCommits();
  const made = await bench();
  const mail = queue('mail', { registry: made.registry });
  const send = made.workflow('send', async (letter: string) => `sent ${letter}`);
  const launch: typeof made.launch = (options) =>
    made.launch({ store: made.store.another({ faults }), ...options });
  const startsOf = (): number[] =>
    batches.map((batch) => batch.filter(({ op }) => op === 'start').length).filter((starts) => starts > 0);
  return { ...made, launch, mail, send, startsOf };
}

describe('many starts', () => {
  test('go in one round trip, and give the handles in their order', async () => {
    const { launch, send, startsOf } = await post();
    const app = await launch();
    const handles = await app.startMany(send, LETTERS);
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(
      LETTERS.map(([letter]) => `sent ${letter}`),
    );
    expect(startsOf()).toEqual([10]);
  });

  test('of ten thousand still go in one round trip', async () => {
    const { launch, send, mail, startsOf } = await post();
    const app = await launch();
    const handles = await app.startMany(
      send,
      Array.from({ length: 10_000 }, (_, n): [string] => [`${n}`]),
      { queue: mail, delay: '1h' },
    );
    expect(handles).toHaveLength(10_000);
    expect(startsOf()).toEqual([10_000]);
  });

  test('take options that are the same for all, or those of each', async () => {
    const { launch, send } = await post();
    const app = await launch();
    await app.startMany(send, LETTERS, (n, [letter]) => ({ id: `letter-${n}`, tags: { letter } }));
    expect(await app.runs.get('letter-3')).toMatchObject({
      input: ['letter 3'],
      tags: { letter: 'letter 3' },
    });
    const tagged = await app.startMany(send, LETTERS, { tags: { by: 'test' } });
    expect((await app.runs.get(tagged[9]!.id)).tags).toEqual({ by: 'test' });
  });

  test('that are made again with their ids are the same runs', async () => {
    const { launch, send, store } = await post();
    const app = await launch();
    const options: ManyStartOptions = (n) => ({ id: `letter-${n}` });
    const first = await app.startMany(send, LETTERS.slice(0, 5), options);
    await Promise.all(first.map((handle) => handle.result()));
    const again = await app.startMany(send, LETTERS, options);
    await Promise.all(again.map((handle) => handle.result()));
    expect(again.map(({ id }) => id)).toEqual(LETTERS.map((_, n) => `letter-${n}`));
    expect((await store.run('letter-0'))!.epoch).toBe(1);
  });

  test('of which one is not valid are all refused', async () => {
    const { launch, send, startsOf } = await post();
    const app = await launch();
    const odd = (() => {}) as unknown as string;
    const bad: [readonly [string][], ManyStartOptions, string][] = [
      [[...LETTERS, [odd]], {}, 'UNRECORDABLE_VALUE'],
      [[...LETTERS, 'x' as unknown as [string]], {}, 'INVALID_INPUT'],
      ['x' as unknown as [string][], {}, 'INVALID_INPUT'],
      [LETTERS, { id: 'all' }, 'INVALID_OPTION'],
      [LETTERS, (n) => ({ id: n === 9 ? '' : `${n}` }), 'INVALID_ID'],
      [LETTERS, { priority: 1 }, 'INVALID_OPTION'],
      [LETTERS, { deduplicationKey: 'x' }, 'INVALID_OPTION'],
    ];
    for (const [items, options, code] of bad) {
      expect(await errorOf(app.startMany(send, items, options))).toMatchObject({ code });
    }
    expect(startsOf()).toEqual([]);
  });

  test('with the id of another workflow’s run are refused, and started again are the same runs', async () => {
    const { launch, send, workflow } = await post();
    const other = workflow('other', async () => {});
    const app = await launch();
    await (await app.start(other, [], { id: 'letter-3' })).result();
    const error = await errorOf(app.startMany(send, LETTERS, (n) => ({ id: `letter-${n}` })));
    expect(error).toMatchObject({ code: 'RUN_ID_CONFLICT', details: { runId: 'letter-3' } });
    expect(await app.handle('letter-9').result()).toBe('sent letter 9');
  });

  test('with one key join the first of them', async () => {
    const { launch, send } = await post();
    const app = await launch();
    const handles = await app.startMany(send, LETTERS, {
      deduplicationKey: 'only one',
      onDuplicate: 'join',
      delay: '1h',
    });
    expect(new Set(handles.map(({ id }) => id)).size).toBe(1);
    expect((await app.runs.get(handles[9]!.id)).input).toEqual(['letter 0']);
  });

  test('of nothing are nothing', async () => {
    const { launch, send, startsOf } = await post();
    const app = await launch();
    expect(await app.startMany(send, [])).toEqual([]);
    expect(startsOf()).toEqual([]);
  });
});

describe('many starts inside a run', () => {
  test('are children of it, in one round trip, and the same on replay', async () => {
    const { workflow, launch, kill, send, startsOf } = await post();
    const entered = gate();
    let isFirst = true;
    const parent = workflow('parent', async () => {
      const handles = await app.startMany(send, LETTERS);
      await step.run('pause', () => {
        entered.open();
        return isFirst ? forever() : undefined;
      });
      return handles.map(({ id }) => id);
    });
    let app = await launch();
    await app.start(parent, [], { id: 'p' });
    await entered.opened;
    isFirst = false;
    await kill(app);
    app = await launch();
    expect(await app.handle('p').result()).toEqual(LETTERS.map((_, n) => `p.${n}`));
    expect(startsOf()).toEqual([1, 10]);
    expect(await journalOf(app, 'p')).toEqual([...LETTERS.map(() => 'start send'), 'pause']);
    expect((await app.runs.get('p.9')).parentId).toBe('p');
  });

  test('of which one is not valid start nothing, and the workflow may deal with it', async () => {
    const { workflow, launch, send, startsOf } = await post();
    const odd = (() => {}) as unknown as string;
    const parent = workflow('parent', () =>
      app.startMany(send, [...LETTERS, [odd]]).then(
        () => 'started',
        (error: Error & { code: string }) => error.code,
      ),
    );
    const app = await launch();
    expect(await parent()).toBe('UNRECORDABLE_VALUE');
    expect(startsOf()).toEqual([1]);
  });
});
