import { describe, expect, test } from 'vitest';
import { workflow as defineWorkflow, queue, type StartOptions, step } from '../src/index.js';
import { bench, journalOf, unavailable } from './support/bench.js';
import { errorOf, eventually, forever, gate } from './support/signals.js';

const KEY = { deduplicationKey: 'customer 42' };
const JOIN = { ...KEY, onDuplicate: 'join' } as const;

/** A workflow whose runs end when the test says so. */
async function withHolder() {
  const made = await bench();
  const end = gate<string>();
  const hold = made.workflow('hold', (_?: string) => step.run('wait', () => end.opened));
  return { ...made, hold, end };
}

describe('a start whose deduplication key a run has', () => {
  test('is rejected, naming that run, and nothing is written', async () => {
    const { launch, hold } = await withHolder();
    const app = await launch();
    await app.start(hold, [], { id: 'first', ...KEY });
    expect(await errorOf(app.start(hold, [], { id: 'second', ...KEY }))).toMatchObject({
      code: 'DUPLICATE_RUN',
      message: expect.stringContaining('Run "first" has the deduplication key "customer 42"'),
      details: { runId: 'first', deduplicationKey: 'customer 42', workflow: 'hold' },
    });
    expect(await errorOf(app.runs.get('second'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('joins it on request: the same handle, and the arguments of the first', async () => {
    const { launch, hold, end } = await withHolder();
    const app = await launch();
    await app.start(hold, ['first'], { id: 'first', ...KEY });
    const joined = await app.start(hold, ['second'], JOIN);
    expect(joined.id).toBe('first');
    end.open('done');
    expect(await joined.result()).toBe('done');
    expect((await app.runs.get('first')).input).toEqual(['first']);
  });

  test('is a new run once that one has ended, or was cancelled', async () => {
    const { launch, hold, end } = await withHolder();
    const app = await launch();
    const first = await app.start(hold, [], KEY);
    await first.cancel();
    const second = await app.start(hold, [], JOIN);
    expect(second.id).not.toBe(first.id);
    end.open('done');
    await second.result();
    const third = await app.start(hold, [], KEY);
    expect(await third.result()).toBe('done');
  });

  test('is the run itself if it has its id', async () => {
    const { launch, hold } = await withHolder();
    const app = await launch();
    await app.start(hold, [], { id: 'mine', ...KEY });
    expect((await app.start(hold, [], { id: 'mine', ...KEY })).id).toBe('mine');
  });

  test('cannot join a run of another workflow', async () => {
    const { launch, hold, workflow, registry } = await withHolder();
    const other = workflow('other', async () => {});
    queue('mail', { registry });
    const app = await launch();
    await app.start(hold, [], { id: 'first', queue: 'mail', ...KEY });
    expect(await errorOf(app.start(other, [], { queue: 'mail', ...JOIN }))).toMatchObject({
      code: 'DUPLICATE_RUN',
      message: expect.stringContaining('cannot join it'),
      details: { runId: 'first', workflow: 'hold' },
    });
  });

  test('of many at once one begins, and all others are rejected or join', async () => {
    const { launch, hold } = await withHolder();
    const apps = await Promise.all([launch(), launch()]);
    const starts = apps.flatMap((app) => Array.from({ length: 20 }, () => app.start(hold, [], JOIN)));
    expect(new Set((await Promise.all(starts)).map(({ id }) => id)).size).toBe(1);
    const errors = await Promise.all(apps.map((app) => errorOf(app.start(hold, [], KEY))));
    expect(errors.map(({ code }) => code)).toEqual(['DUPLICATE_RUN', 'DUPLICATE_RUN']);
  });

  test('whose answer was lost is that run, not a duplicate of itself', async () => {
    const { launch, hold, store } = await withHolder();
    let lost = 0;
    const app = await launch({
      store: store.another({
        faults: {
          afterCommit: ([entry]) => {
            if (entry?.op === 'start' && lost++ === 0) throw unavailable();
          },
        },
      }),
    });
    const handle = await app.start(hold, [], { id: 'first', ...KEY });
    expect([handle.id, await handle.status(), lost]).toEqual(['first', 'running', 2]);
  });
});

describe('a deduplication key is refused', () => {
  test.each<[string, object, string]>([
    ['that is empty', { deduplicationKey: '' }, 'INVALID_NAME'],
    ['that is no text', { deduplicationKey: 42 }, 'INVALID_NAME'],
    ['that cannot be printed', { deduplicationKey: 'a\0b' }, 'INVALID_NAME'],
    ['with a policy that is none', { ...KEY, onDuplicate: 'ignore' }, 'INVALID_OPTION'],
    ['that is only a policy', { onDuplicate: 'join' }, 'INVALID_OPTION'],
  ])('%s', async (_, options, code) => {
    const { launch, hold } = await withHolder();
    const app = await launch();
    const start = app.start(hold, [], { id: 'never', ...(options as StartOptions) });
    expect(await errorOf(start)).toMatchObject({ code });
    expect(await errorOf(app.runs.get('never'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('inside a run, a start whose deduplication key a run has', () => {
  /** A parent that starts, waits for the test, and says what it got, killed once in between. */
  async function killedAfterStart(options: StartOptions) {
    const { workflow, launch, kill, hold, end } = await withHolder();
    const entered = gate();
    let isFirst = true;
    const parent = workflow('parent', async () => {
      const told = await app.start(hold, [], options).then(
        ({ id }) => id,
        (error: Error & { code: string; details: object }) => [error.code, error.details],
      );
      await step.run('pause', () => {
        entered.open();
        return isFirst ? forever() : undefined;
      });
      return told;
    });
    let app = await launch();
    const holder = await app.start(hold, [], { id: 'holder', ...KEY });
    const { id } = await app.start(parent, [], { id: 'p' });
    await entered.opened;
    // By the time of the replay the key is free.
    await holder.cancel();
    isFirst = false;
    await kill(app);
    app = await launch();
    end.open('done');
    return { told: await app.handle(id).result(), journal: await journalOf(app, id) };
  }

  test('is rejected, and a replay is told the same although the key is free by then', async () => {
    const { told, journal } = await killedAfterStart(KEY);
    expect(told).toEqual([
      'DUPLICATE_RUN',
      { runId: 'holder', deduplicationKey: 'customer 42', workflow: 'hold' },
    ]);
    expect(journal[0]).toContain('start hold: Run "holder"');
  });

  test('joins that run, and a replay gets the same although the key is free by then', async () => {
    const { told, journal } = await killedAfterStart(JOIN);
    expect(told).toBe('holder');
    expect(journal).toEqual(['start hold', 'pause']);
  });

  test('and is its own, from before a crash, is found again', async () => {
    const { workflow, launch, kill, hold, store } = await withHolder();
    const parent = workflow('parent', async () => (await app.start(hold, [], KEY)).id);
    const stuck = gate();
    let isDead = false;
    // The child is recorded, and the process dies before that is in the parent's journal.
    const dying = store.another({
      faults: {
        beforeCommit: (entries) => {
          if (!entries.some((entry) => entry.op === 'step')) return undefined;
          stuck.open();
          return isDead ? undefined : forever();
        },
      },
    });
    let app = await launch({ store: dying });
    await app.start(parent, [], { id: 'p' });
    await stuck.opened;
    expect(await app.handle('p.0').status()).toBe('running');
    isDead = true;
    await kill(app);
    app = await launch();
    expect(await app.handle('p').result()).toBe('p.0');
  });
});

describe('a singleton', () => {
  async function singleton() {
    const made = await bench();
    const end = gate<string>();
    let bodies = 0;
    const only = defineWorkflow('only', { singleton: true, registry: made.registry }, async (_?: string) => {
      bodies += 1;
      return step.run('wait', () => end.opened);
    });
    return { ...made, only, end, bodies: () => bodies };
  }

  test('has one run at a time: calls and starts meanwhile join it', async () => {
    const { launch, only, end, bodies, registry } = await singleton();
    queue('mail', { registry });
    const app = await launch();
    const first = await app.start(only, ['first'], { id: 'first' });
    const second = await app.start(only, ['second'], { queue: 'mail' });
    const called = only('third');
    expect(second.id).toBe('first');
    end.open('done');
    expect(await Promise.all([first.result(), second.result(), called])).toEqual(['done', 'done', 'done']);
    expect(bodies()).toBe(1);
    expect((await app.start(only, [])).id).not.toBe('first');
  });

  test('is rejected on request', async () => {
    const { launch, only } = await singleton();
    const app = await launch();
    await app.start(only, [], { id: 'first' });
    expect(await errorOf(app.start(only, [], { onDuplicate: 'reject' }))).toMatchObject({
      code: 'DUPLICATE_RUN',
      message: 'Workflow "only" is a singleton, and run "first" of it has not ended.',
    });
  });

  test('takes no key of a start, as it has one', async () => {
    const { launch, only } = await singleton();
    const app = await launch();
    expect(await errorOf(app.start(only, [], KEY))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(() => defineWorkflow('x', { singleton: 'yes' as never }, async () => {})).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  test('called inside a run is joined, and after a crash waits for the same run, also if it has ended', async () => {
    const { launch, only, end, bodies, kill, registry } = await singleton();
    const parent = defineWorkflow('parent', { registry }, () => only());
    const app = await launch({ workflows: [only] });
    const other = await launch();
    await app.start(only, [], { id: 'first' });
    await other.start(parent, [], { id: 'p' });
    await eventually(async () => (await other.runs.steps('p'))[0]?.childId === 'first');
    await kill(other);
    end.open('done');
    await app.handle('first').result();
    await launch();
    expect(await app.handle('p').result()).toBe('done');
    expect(bodies()).toBe(1);
    expect(await journalOf(app, 'p')).toEqual(['child only']);
  });

  test('that calls itself is told so, rather than wait for ever', async () => {
    const { launch, registry } = await bench();
    const only: () => Promise<string> = defineWorkflow('only', { singleton: true, registry }, () => only());
    await launch();
    expect(await errorOf(only())).toMatchObject({ code: 'DUPLICATE_RUN' });
  });
});
