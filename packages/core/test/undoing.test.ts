import { describe, expect, test } from 'vitest';
import { sleep, step } from '../src/index.js';
import { bench, journalOf } from './support/bench.js';
import { errorOf } from './support/signals.js';

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
