import { describe, expect, test } from 'vitest';
import { sleep, step } from '../src/index.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { shop } from './support/shop.js';
import { errorOf, eventually, forever, gate } from './support/signals.js';

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
