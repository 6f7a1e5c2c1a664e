import { describe, expect, test } from 'vitest';
import { currentRun, sleep, step } from '../src/index.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { shop } from './support/shop.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

/** A step that can be undone, and what was done and undone, in order. */
function undoables() {
  const seen: string[] = [];
  const book = step(
    'book',
    async (what: string) => {
      seen.push(`book ${what}`);
      return `ticket for ${what}`;
    },
    { undo: (ticket, what) => void seen.push(`cancel ${what}: ${ticket}`) },
  );
  return { seen, book };
}

const broke = (): never => {
  throw new Error('out of money');
};

describe('a run that fails', () => {
  test('takes back what it did, the last first, and fails with its error', async () => {
    const { workflow, launch } = await bench();
    const { seen, book } = undoables();
    const trip = workflow('trip', async () => {
      await book('hotel');
      await book('flight');
      await step.run('pay', broke);
    });
    const app = await launch();
    const handle = await app.start(trip, []);
    expect(await errorOf(handle.result())).toMatchObject({ message: 'out of money' });
    expect(seen).toEqual([
      'book hotel',
      'book flight',
      'cancel flight: ticket for flight',
      'cancel hotel: ticket for hotel',
    ]);
    expect(await handle.status()).toBe('failed');
    expect(await journalOf(app, handle.id)).toEqual([
      'book',
      'book',
      'pay: out of money',
      'undo undo book',
      'undo undo book',
    ]);
  });

  test('without an undo among its successes fails at once', async () => {
    const { workflow, launch } = await bench();
    const { seen } = undoables();
    const trip = workflow('trip', async () => {
      await step.run('look', () => 'nothing to undo');
      await step.run('pay', broke, { undo: () => void seen.push('unpay') });
    });
    const app = await launch();
    const handle = await app.start(trip, []);
    expect(await errorOf(handle.result())).toMatchObject({ message: 'out of money' });
    expect(seen).toEqual([]);
    expect((await app.runs.get(handle.id)).epoch).toBe(1);
  });

  test('an undo in place sees what the workflow knew when it failed', async () => {
    const { workflow, launch } = await bench();
    const undone: unknown[] = [];
    const trip = workflow('trip', async () => {
      const seat = await step.run('reserve', () => 12, {
        undo: (at) => void undone.push(['seat', at, seat]),
      });
      await sleep(5);
      throw new Error('no');
    });
    const app = await launch();
    await errorOf((await app.start(trip, [])).result());
    expect(undone).toEqual([['seat', 12, 12]]);
  });
});

describe('undos', () => {
  test('of a cancelled run are run before it ends, and it ends as cancelled', async () => {
    const { workflow, launch } = await bench();
    const { seen, book } = undoables();
    const trip = workflow('trip', async () => {
      await book('hotel');
      await sleep('3 days');
    });
    const app = await launch();
    const handle = await app.start(trip, []);
    await eventually(() => seen.length === 1);
    await reaches(app, handle.id, 'waiting');
    expect(await handle.cancel()).toBe(true);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
    expect(seen).toEqual(['book hotel', 'cancel hotel: ticket for hotel']);
    expect(await handle.status()).toBe('cancelled');
  });

  test('go on elsewhere when their process is killed, and those recorded are not run again', async () => {
    const { workflow, launch, kill } = await bench();
    const undone: string[] = [];
    const entered = gate();
    let isFirst = true;
    const trip = workflow('trip', async () => {
      await step.run('a', () => 1, {
        undo: () => {
          undone.push('a');
          if (!isFirst) return undefined;
          isFirst = false;
          entered.open();
          return forever();
        },
      });
      await step.run('b', () => 2, { undo: () => void undone.push('b') });
      throw new Error('no');
    });
    const app = await launch();
    const { id } = await app.start(trip, []);
    await entered.opened;
    await kill(app);
    const other = await launch();
    expect(await errorOf(other.handle(id).result())).toMatchObject({ message: 'no' });
    expect(undone).toEqual(['b', 'a', 'a']);
  });

  test('that fail for good do not stop the others, and are in the error', async () => {
    const { workflow, launch } = await bench();
    const undone: string[] = [];
    const trip = workflow('trip', async () => {
      await step.run('a', () => 1, { undo: () => void undone.push('a') });
      await step.run('b', () => 2, {
        undo: () => {
          undone.push('b');
          throw new Error('stuck');
        },
        undoRetry: { attempts: 2, initial: 0 },
      });
      throw new Error('no');
    });
    const app = await launch();
    expect(await errorOf((await app.start(trip, [])).result())).toMatchObject({
      message: 'no',
      details: { failedUndos: [{ step: 'b', seq: 1 }] },
    });
    expect(undone).toEqual(['b', 'b', 'a']);
  });

  test.each(['here', 'apart'] as const)(
    'of transactional steps are one commit each, with the rows %s',
    async (where) => {
      const { workflow, launch, tx, database } = await shop(where);
      const record = tx('record', async (t, row: string) => t.insert(row), {
        undo: (t, _, row) => t.insert(`not ${row}`),
      });
      const trip = workflow('trip', async () => {
        await record('one');
        await record('two');
        throw new Error('no');
      });
      const app = await launch();
      await errorOf((await app.start(trip, [])).result());
      expect(database.rows).toEqual(['one', 'two', 'not two', 'not one']);
    },
  );
});

describe('a run that runs out of time', () => {
  test('takes back what it did, without a time limit, and ends with RUN_TIMED_OUT', async () => {
    const { workflow, launch } = await bench();
    const { seen, book } = undoables();
    const slowly = gate();
    let deadline: Date | undefined;
    const undo = async (): Promise<void> => {
      deadline = currentRun()!.deadline;
      await slowly.opened;
      seen.push('slowly undone');
    };
    const trip = workflow('trip', async () => {
      await book('hotel');
      await step.run('slow to undo', () => 1, { undo });
      await step.run('hang', forever);
    });
    const app = await launch();
    const handle = await app.start(trip, [], { timeout: 50 });
    await eventually(async () => (await app.runs.get(handle.id)).isUnwinding);
    const began = await app.runs.get(handle.id);
    expect(began).toMatchObject({ deadline: undefined, error: { code: 'RUN_TIMED_OUT' } });
    await eventually(() => Date.now() > began.createdAt.getTime() + 100);
    slowly.open();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
    expect(seen).toEqual(['book hotel', 'slowly undone', 'cancel hotel: ticket for hotel']);
    expect(deadline).toBeUndefined();
    expect(await handle.status()).toBe('cancelled');
  });

  test('while it is parked does the same', async () => {
    const { workflow, launch } = await bench();
    const { seen, book } = undoables();
    const trip = workflow('trip', async () => {
      await book('hotel');
      await sleep('3 days');
    });
    const app = await launch({ parkAfter: 0 });
    const handle = await app.start(trip, [], { timeout: 300 });
    await reaches(app, handle.id, 'waiting');
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_TIMED_OUT' });
    expect(seen).toEqual(['book hotel', 'cancel hotel: ticket for hotel']);
  });
});

describe('a run that is cancelled with its children', () => {
  test('takes back what it did, and each child what that did', async () => {
    const { workflow, launch } = await bench();
    const { seen, book } = undoables();
    const child = workflow('child', async (what: string) => {
      await book(what);
      await step.run('hang', forever);
    });
    const parent = workflow('parent', async () => {
      await book('insurance');
      await Promise.all([child('hotel'), child('flight')]);
    });
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    await eventually(() => seen.length === 3);
    for (const id of ['p.1', 'p.2']) {
      await eventually(async () => (await app.runs.steps(id)).length === 1);
    }
    expect(await handle.cancel({ children: true })).toBe(true);
    for (const id of ['p', 'p.1', 'p.2']) {
      expect(await errorOf(app.handle(id).result())).toMatchObject({ code: 'RUN_CANCELLED' });
      expect(await app.runs.get(id)).toMatchObject({ state: 'cancelled', isUnwinding: false });
    }
    expect(seen.slice(3).sort()).toEqual([
      'cancel flight: ticket for flight',
      'cancel hotel: ticket for hotel',
      'cancel insurance: ticket for insurance',
    ]);
    expect((await app.runs.list()).runs).toHaveLength(3);
  });

  test('waits for the undos of a child that it is told of, as any waiter', async () => {
    const { workflow, launch } = await bench();
    const { seen, book } = undoables();
    const undone = gate();
    const child = workflow('child', async () => {
      await step.run('slow to undo', () => 1, { undo: () => undone.opened.then(() => seen.push('undone')) });
      await step.run('hang', forever);
    });
    const parent = workflow('parent', async () => {
      await book('insurance');
      await child();
    });
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    await eventually(async () => (await app.runs.steps('p.1')).length === 1);
    expect(await app.runs.cancel('p.1')).toBe(true);
    await settled();
    expect(await handle.status()).toBe('running');
    undone.open();
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'RUN_CANCELLED',
      details: { runId: 'p.1' },
    });
    expect(seen).toEqual(['book insurance', 'undone', 'cancel insurance: ticket for insurance']);
  });
});

describe('an undo that is not to be found any more', () => {
  /** Runs a flow to its last step, and replays it changed as it is cancelled. */
  async function changed(change: (book: ReturnType<typeof undoables>['book']) => Promise<unknown>) {
    const clock = new ManualClock();
    const { workflow, launch, kill } = await bench({ clock });
    const { seen, book } = undoables();
    let isChanged = false;
    const trip = workflow('trip', async () => {
      await book('insurance');
      if (isChanged) await change(book);
      else await step.run('reserve', () => 12, { undo: () => void seen.push('never') });
      await book('hotel');
      await step.run('hang', forever);
    });
    const app = await launch();
    const { id } = await app.start(trip, []);
    await eventually(async () => (await app.runs.steps(id)).length === 3);
    await kill(app);
    isChanged = true;
    const operator = await launch({ workflows: [] });
    await operator.runs.cancel(id);
    const next = await launch();
    const error = await clock.passUntil(errorOf(next.handle(id).result()));
    return { app: next, id, error, seen: seen.slice(2) };
  }

  test('is lost where the step has none any more; the others are run', async () => {
    const { app, id, error, seen } = await changed(() => step.run('reserve', () => 12));
    expect(error).toMatchObject({
      code: 'RUN_CANCELLED',
      details: { failedUndos: [{ step: 'reserve', seq: 1, message: expect.stringContaining('by hand') }] },
    });
    expect(seen).toEqual(['cancel hotel: ticket for hotel', 'cancel insurance: ticket for insurance']);
    expect((await app.runs.steps(id)).find(({ name }) => name === 'undo reserve')).toMatchObject({
      error: { code: 'UNDO_LOST', details: { step: 'reserve', seq: 1 } },
    });
  });

  test.each([
    ['makes another call', (book: ReturnType<typeof undoables>['book']) => book('another')],
    ['waits for something that no journal has', forever],
  ] as const)('is lost with all behind it where the code %s', async (_, change) => {
    const { error, seen } = await changed(change);
    expect(error).toMatchObject({
      details: {
        failedUndos: [
          { step: 'book', seq: 2 },
          { step: 'reserve', seq: 1 },
        ],
      },
    });
    expect(seen).toEqual(['cancel insurance: ticket for insurance']);
  });
});
