import { describe, expect, test } from 'vitest';
import { currentRun, step } from '../src/index.js';
import { journalOf } from './support/bench.js';
import { SqlError } from './support/fake-database.js';
import { shop } from './support/shop.js';
import { errorOf, forever, gate } from './support/signals.js';

// Transactional steps on the database that the journals are in. What goes wrong with commits is in a file of its own.

describe('a transactional step', () => {
  test('commits its rows and its checkpoint together: the engine writes nothing for it', async () => {
    const { workflow, launch, tx, database, batches } = await shop('here');
    const record = tx('record', async (t, order: string) => {
      t.insert(order);
      return { recorded: order };
    });
    const flow = workflow('flow', (order: string) => record(order));
    const app = await launch();
    const handle = await app.start(flow, ['order-1']);
    expect(await handle.result()).toEqual({ recorded: 'order-1' });
    expect(database.rows).toEqual(['order-1']);
    expect(batches.flat().map(({ op }) => op)).toEqual(['start', 'finish']);
    expect(await app.runs.steps(handle.id)).toMatchObject([
      {
        kind: 'transaction',
        name: 'record',
        ordinal: 1,
        attempt: 1,
        epoch: 1,
        output: { recorded: 'order-1' },
      },
    ]);
  });

  test('may be written in place, and without a result', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', async () => {
      await tx.run('one', (t) => t.insert('one'));
      return tx.run('two', async (t) => t.insert('two'));
    });
    await launch();
    expect(await flow()).toBeUndefined();
    expect(database.rows).toEqual(['one', 'two']);
  });

  test('is not called again on replay, and its rows are there once', async () => {
    const { workflow, launch, kill, tx, database } = await shop('here');
    let bodies = 0;
    const entered = gate();
    const flow = workflow('flow', async () => {
      const n = await tx.run('record', (t) => {
        t.insert('row');
        return ++bodies;
      });
      await step.run('wait', () => {
        entered.open();
        return bodies === 1 && currentRun()!.epoch === 1 ? forever() : undefined;
      });
      return n;
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    await entered.opened;
    await kill(app);
    const next = await launch();
    expect(await next.handle(id).result()).toBe(1);
    expect([bodies, database.rows]).toEqual([1, ['row']]);
  });

  test('killed before its commit leaves nothing, and is executed again', async () => {
    const { workflow, launch, kill, tx, database } = await shop('here');
    let bodies = 0;
    const entered = gate();
    const flow = workflow('flow', () =>
      tx.run('record', async (t) => {
        t.insert(`row ${++bodies}`);
        entered.open();
        if (bodies === 1) await forever();
        return bodies;
      }),
    );
    const app = await launch();
    const { id } = await app.start(flow, []);
    await entered.opened;
    await kill(app);
    const next = await launch();
    expect(await next.handle(id).result()).toBe(2);
    expect(database.rows).toEqual(['row 2']);
  });

  test('takes its place in the order of results among steps side by side', async () => {
    const { workflow, launch, kill, tx } = await shop('here');
    const seen: string[][] = [];
    const entered = gate();
    const flow = workflow('flow', async () => {
      const order: string[] = [];
      const epoch = currentRun()!.epoch;
      seen.push(order);
      await Promise.all([
        tx.run('a', () => 'a').then((value) => order.push(value)),
        step.run('b', () => 'b').then((value) => order.push(value)),
        tx.run('c', () => 'c').then((value) => order.push(value)),
        step.run('d', () => 'd').then((value) => order.push(value)),
      ]);
      await step.run('wait', () => {
        entered.open();
        return epoch === 1 ? forever() : undefined;
      });
    });
    const app = await launch();
    const { id } = await app.start(flow, []);
    await entered.opened;
    await kill(app);
    const next = await launch();
    await next.handle(id).result();
    expect(seen.length).toBe(2);
    expect(seen[1]).toEqual(seen[0]);
    expect([...seen[0]!].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('opens its transaction as it is told', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', () => tx.run('record', () => {}, { isolationLevel: 'serializable' }));
    await launch();
    await flow();
    expect(database.transactions.at(-1)!.options).toMatchObject({ isolationLevel: 'serializable' });
  });

  test('asks once per database whether the journals are there', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', () => tx.run('record', () => {}));
    await launch();
    await Promise.all([flow(), flow(), flow()]);
    expect(
      database.transactions.flatMap(({ text }) => text).filter((text) => text === 'is here').length,
    ).toBe(1);
  });

  test('holds plain steps in its body as parts of it', async () => {
    const { workflow, launch, tx } = await shop('here');
    const flow = workflow('flow', () =>
      tx.run('outer', async () => [
        currentRun()?.step?.name,
        await step.run('inner', () => currentRun()?.step?.name),
      ]),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await handle.result()).toEqual(['outer', 'outer']);
    expect(await journalOf(app, handle.id)).toEqual(['transaction outer']);
  });
});

describe('a transactional step that fails', () => {
  test('by its own error rolls back, and that error is its outcome', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', async () => {
      await tx.run('record', async (t) => {
        t.insert('row');
        throw Object.assign(new Error('no'), { code: 'NOPE' });
      });
    });
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await errorOf(handle.result())).toMatchObject({ message: 'no', code: 'NOPE' });
    expect(database.rows).toEqual([]);
    expect(await app.runs.steps(handle.id)).toMatchObject([
      { kind: 'transaction', name: 'record', ordinal: 1, error: { code: 'NOPE' } },
    ]);
  });

  test('by an error of its own SQL is the same: a constraint is no conflict', async () => {
    const { workflow, launch, tx } = await shop('here');
    let bodies = 0;
    const flow = workflow('flow', () =>
      tx.run('record', async () => {
        bodies += 1;
        throw new SqlError('23505');
      }),
    );
    await launch();
    expect(await errorOf(flow())).toMatchObject({ code: '23505' });
    expect(bodies).toBe(1);
  });

  test('at its commit, by a deferred constraint, has that error as its outcome', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    database.faults.push('23503');
    const flow = workflow('flow', async () => {
      const how = await tx.run('record', (t) => t.insert('row')).catch((error: SqlError) => error.code);
      return step.run('tell', () => how);
    });
    await launch();
    expect(await flow()).toBe('23503');
    expect(database.rows).toEqual([]);
  });

  test('by a value that cannot be recorded rolls back, and names the path to it', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', () =>
      tx.run('record', (t) => {
        t.insert('row');
        return { onDone: () => {} };
      }),
    );
    await launch();
    expect(await errorOf(flow())).toMatchObject({
      code: 'UNRECORDABLE_VALUE',
      message: expect.stringContaining('the result of step "record": $.onDone'),
    });
    expect(database.rows).toEqual([]);
  });

  test('is retried by its policy, each time in a new transaction', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const attempts: number[] = [];
    const flow = workflow('flow', () =>
      tx.run(
        'record',
        async (t) => {
          attempts.push(currentRun()!.step!.attempt);
          t.insert(`row ${attempts.length}`);
          if (attempts.length < 3) throw new Error('busy');
          return attempts.length;
        },
        { retry: { attempts: 3, initial: 1 } },
      ),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await handle.result()).toBe(3);
    expect(attempts).toEqual([1, 2, 3]);
    expect(database.rows).toEqual(['row 3']);
    expect(await app.runs.steps(handle.id)).toMatchObject([{ attempt: 3, output: 3 }]);
  });

  test('in all its attempts is RETRIES_EXHAUSTED', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', () =>
      tx.run(
        'record',
        async (t) => {
          t.insert('row');
          throw new Error('busy');
        },
        { retry: { attempts: 2, initial: 1 } },
      ),
    );
    await launch();
    expect(await errorOf(flow())).toMatchObject({ code: 'RETRIES_EXHAUSTED', cause: { message: 'busy' } });
    expect(database.rows).toEqual([]);
  });

  test('by its timeout rolls back', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', () =>
      tx.run(
        'record',
        (t) => {
          t.insert('row');
          return forever();
        },
        { timeout: 10 },
      ),
    );
    await launch();
    expect(await errorOf(flow())).toMatchObject({ code: 'STEP_TIMEOUT', details: { step: 'record' } });
    expect(database.rows).toEqual([]);
  });
});

describe('a read-only transactional step', () => {
  test('leaves no checkpoint beside the rows: its value is recorded as an ordinary step’s', async () => {
    const { workflow, launch, tx, database, batches } = await shop('here');
    const flow = workflow('flow', () => tx.run('read', () => [1, 2], { readOnly: true }));
    await launch();
    expect(await flow()).toEqual([1, 2]);
    expect(batches.flat().map(({ op }) => op)).toEqual(['start', 'step', 'finish']);
    expect(database.transactions.map(({ options, text }) => [options.readOnly, text])).toEqual([[true, []]]);
  });

  test('is tried again after a conflict or a lost connection, and that is no attempt', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const attempts: number[] = [];
    const flow = workflow('flow', () =>
      tx.run(
        'read',
        async (t) => {
          attempts.push(currentRun()!.step!.attempt);
          if (attempts.length === 1) throw new SqlError('40001');
          if (attempts.length === 2) {
            t.isLost = true;
            throw new SqlError('08006');
          }
          return 'read';
        },
        { readOnly: true },
      ),
    );
    await launch();
    expect(await flow()).toBe('read');
    expect(attempts).toEqual([1, 1, 1]);
    expect(database.rows).toEqual([]);
  });

  test('fails by its own error', async () => {
    const { workflow, launch, tx } = await shop('here');
    const flow = workflow('flow', () =>
      tx.run('read', () => Promise.reject(new Error('no')), { readOnly: true }),
    );
    await launch();
    expect(await errorOf(flow())).toMatchObject({ message: 'no' });
  });
});

describe('a transactional step outside a run', () => {
  test('is a plain transaction', async () => {
    const { tx, database } = await shop('here');
    const record = tx('record', async (t, order: string) => {
      t.insert(order);
      return { fn: () => order };
    });
    expect((await record('a')).fn()).toBe('a');
    expect(
      await errorOf(
        tx.run('bad', async (t) => {
          t.insert('b');
          throw new Error('no');
        }),
      ),
    ).toMatchObject({ message: 'no' });
    expect(database.rows).toEqual(['a']);
  });

  test('and in the body of another step too', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const flow = workflow('flow', () => step.run('outer', () => tx.run('inner', (t) => t.insert('row'))));
    const app = await launch();
    const handle = await app.start(flow, []);
    await handle.result();
    expect(database.rows).toEqual(['row']);
    expect(await journalOf(app, handle.id)).toEqual(['outer']);
  });
});

describe('the current transaction', () => {
  test('is told inside a transactional step, however deep, and nowhere else', async () => {
    const { workflow, launch, tx, database } = await shop('here');
    const deep = async (): Promise<void> => tx.current().insert('deep');
    const flow = workflow('flow', async () => {
      await tx.run('record', deep);
      return step.run('elsewhere', () => tx.current()).catch((error: Error & { code: string }) => error.code);
    });
    await launch();
    expect(await flow()).toBe('WRONG_CONTEXT');
    expect(database.rows).toEqual(['deep']);
    expect(() => tx.current()).toThrow(expect.objectContaining({ code: 'WRONG_CONTEXT' }));
  });
});

describe('a transactional step is refused', () => {
  test.each<[string, object, string]>([
    ['', {}, 'INVALID_NAME'],
    ['record', { timeout: 'soon' }, 'INVALID_DURATION'],
    ['record', { retry: { attempts: 0 } }, 'INVALID_OPTION'],
  ])('with the name %j and the options %j', async (name, options, code) => {
    const { tx } = await shop('here');
    expect(() => tx(name, () => {}, options)).toThrow(expect.objectContaining({ code }));
    expect(await errorOf(tx.run(name, () => {}, options))).toMatchObject({ code });
  });
});
