import { describe, expect, test } from 'vitest';
import { currentRun, step } from '../src/index.js';
import { unavailable } from './support/bench.js';
import { located, SqlError } from './support/fake-database.js';
import { intercepted } from './support/intercepted.js';
import { shop } from './support/shop.js';
import { errorOf, eventually, gate, settled } from './support/signals.js';

// What goes wrong with the commit of a transactional step on the database that the journals are in.

/** A shop with one workflow of one transactional step; each time its body is called it writes a row of its own. */
async function recording() {
  const made = await shop('here');
  const bodies: number[] = [];
  const attempts: number[] = [];
  const record = made.tx('record', (t) => {
    bodies.push(bodies.length + 1);
    attempts.push(currentRun()!.step!.attempt);
    t.insert(`row ${bodies.length}`);
    return bodies.length;
  });
  const flow = made.workflow('flow', () => record());
  return { ...made, bodies, attempts, flow };
}

describe('a commit that the database rolled back because of others', () => {
  test.each(['40001', '40P01'])('%s is tried again, and that is no attempt of the step', async (state) => {
    const { launch, database, flow, bodies, attempts } = await recording();
    database.faults.push(state, state, state);
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await handle.result()).toBe(4);
    expect(bodies).toEqual([1, 2, 3, 4]);
    expect(attempts).toEqual([1, 1, 1, 1]);
    expect(database.rows).toEqual(['row 4']);
    expect(await app.runs.steps(handle.id)).toMatchObject([{ attempt: 1, output: 4 }]);
  });

  test('is tried again also when the conflict shows in the body, or as the checkpoint is written', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    database.statementFaults.push({ text: 'record', error: new SqlError('40001') });
    let bodies = 0;
    const flow = workflow('flow', () =>
      tx.run('record', async (t) => {
        t.insert(`row ${++bodies}`);
        if (bodies === 1) throw new SqlError('40P01');
        return bodies;
      }),
    );
    await launch();
    expect(await flow()).toBe(3);
    expect(database.rows).toEqual(['row 3']);
  });
});

describe('a commit whose answer is lost', () => {
  test('and that landed is the outcome: the body is not called again', async () => {
    const { launch, database, flow, bodies } = await recording();
    database.faults.push('answer lost');
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await handle.result()).toBe(1);
    expect(bodies).toEqual([1]);
    expect(database.rows).toEqual(['row 1']);
  });

  test('and that did not land is made again', async () => {
    const { launch, database, flow, bodies, attempts } = await recording();
    database.faults.push('connection lost', 'connection lost');
    await launch();
    expect(await flow()).toBe(3);
    expect(bodies).toEqual([1, 2, 3]);
    expect(attempts).toEqual([1, 1, 1]);
    expect(database.rows).toEqual(['row 3']);
  });

  test('and that lands while it is made again wins: the rows of the second are not written', async () => {
    const { launch, database, flow, bodies } = await recording();
    database.faults.push('late');
    await launch();
    expect(await flow()).toBe(1);
    expect(bodies).toEqual([1, 2]);
    expect(database.rows).toEqual(['row 1']);
  });

  test('and that lands as the second try fails by itself: the run goes on from its journal', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const seen: unknown[] = [];
    let bodies = 0;
    database.faults.push('late');
    const flow = workflow('flow', async () => {
      const record = tx.run('record', async (t) => {
        t.insert(`row ${++bodies}`);
        if (bodies === 1) return 'first';
        await database.landLate();
        throw new Error('second');
      });
      seen.push(await record.catch((error: Error) => error));
      return seen;
    });
    await launch();
    expect(await flow()).toEqual(['first']);
    expect(database.rows).toEqual(['row 1']);
  });

  test('is looked for also while the journal cannot be read at first', async () => {
    const { workflow, launch, tx, database, store } = await shop('here');
    let reads = 0;
    const flow = workflow('flow', () => tx.run('record', (t) => t.insert('row')));
    const sluggish = intercepted(located(store.another()), {
      load: (original) => (ids) => (++reads < 4 ? Promise.reject(unavailable()) : original(ids)),
    });
    await launch({ store: sluggish });
    database.faults.push('answer lost');
    await flow();
    expect(reads).toBe(4);
    expect(database.rows).toEqual(['row']);
  });

  test('holds back later results until it is known: the order seen is the order recorded', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const order: string[] = [];
    const again = gate();
    let bodies = 0;
    database.faults.push('connection lost');
    const flow = workflow('flow', async () => {
      await Promise.all([
        tx
          .run('transaction', async (t) => {
            t.insert('row');
            if (++bodies === 2) await again.opened;
          })
          .then(() => order.push('transaction')),
        step.run('step', () => eventually(() => bodies === 2)).then(() => order.push('step')),
      ]);
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    await eventually(async () => (await app.runs.steps(handle.id)).length === 1);
    await settled();
    expect(order).toEqual([]);
    again.open();
    await handle.result();
    expect(order).toEqual(['transaction', 'step']);
    const ordinals = (await app.runs.steps(handle.id)).map(({ name, ordinal }) => [name, ordinal]);
    expect(ordinals).toEqual([
      ['transaction', 1],
      ['step', 2],
    ]);
  });
});

describe('a connection that is lost before the commit', () => {
  test('is another try, not an attempt', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    let bodies = 0;
    const flow = workflow('flow', () =>
      tx.run('record', async (t) => {
        t.insert(`row ${++bodies}`);
        if (bodies === 1) {
          t.isLost = true;
          throw new SqlError('57P01');
        }
        return bodies;
      }),
    );
    await launch();
    expect(await flow()).toBe(2);
    expect(database.rows).toEqual(['row 2']);
  });

  test('is told from a socket error that the body met elsewhere: that is its own', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    let bodies = 0;
    const flow = workflow('flow', () =>
      tx.run('record', async () => {
        bodies += 1;
        throw Object.assign(new Error('the mail server hung up'), { code: 'ECONNRESET' });
      }),
    );
    await launch();
    expect(await errorOf(flow())).toMatchObject({ message: 'the mail server hung up' });
    expect(bodies).toBe(1);
    expect(database.transactions.at(-1)!.text).toEqual(['select 1 as alive']);
  });

  test('and on the question where the journals are, is asked again', async () => {
    const { launch, database, flow } = await recording();
    const lost = { text: 'is here', error: new SqlError('08006') };
    database.statementFaults.push(lost, lost);
    await launch();
    expect(await flow()).toBe(1);
  });

  test('but any other error of that question is the outcome of the step', async () => {
    const { launch, database, flow, bodies } = await recording();
    database.statementFaults.push({ text: 'is here', error: new SqlError('42501') });
    await launch();
    expect(await errorOf(flow())).toMatchObject({ code: '42501' });
    expect(bodies).toEqual([]);
    // Asked anew by the next step: the grant may have been made meanwhile.
    expect(await flow()).toBe(1);
  });
});

describe('a transactional step of a run that was lost', () => {
  test('to another executor writes nothing here, and once there', async () => {
    const { workflow, launch, store, tx, database } = await shop('here');
    const [entered, go] = [gate(), gate()];
    const seen: string[] = [];
    const flow = workflow('flow', async () => {
      const { epoch } = currentRun()!;
      await tx.run('record', async (t) => {
        t.insert(`row of epoch ${epoch}`);
        if (epoch > 1) return;
        entered.open();
        await go.opened;
      });
      seen.push(`went on in epoch ${epoch}`);
    });
    const first = await launch({ lease: '1h' });
    const { id } = await first.start(flow, []);
    await entered.opened;
    await store.bury(first.executorId);
    const second = await launch({ lease: '1h' });
    await second.handle(id).result();
    go.open();
    await settled();
    expect(database.rows).toEqual(['row of epoch 2']);
    expect(seen).toEqual(['went on in epoch 2']);
  });

  test('to a cancel writes nothing', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const [entered, go] = [gate(), gate()];
    const flow = workflow('flow', () =>
      tx.run('record', async (t) => {
        t.insert('row');
        entered.open();
        await go.opened;
      }),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    await entered.opened;
    await handle.cancel();
    go.open();
    expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
    await settled();
    expect(database.rows).toEqual([]);
  });
});
