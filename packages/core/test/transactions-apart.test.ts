import { describe, expect, test } from 'vitest';
import { transactionalSteps } from '../src/adapter.js';
import { currentRun } from '../src/index.js';
import { bench, journalOf } from './support/bench.js';
import { FakeDatabase, fakeCheckpoints, located, SqlError } from './support/fake-database.js';
import { shop } from './support/shop.js';
import { errorOf, forever, gate } from './support/signals.js';

// Transactional steps on a database that is not the engine's: the checkpoint is in a table of its own there.

const statements = (database: FakeDatabase): string[] => database.transactions.flatMap(({ text }) => text);

describe('a transactional step on another database', () => {
  test('commits its checkpoint there, and the journal takes it over', async () => {
    const { workflow, launch, tx, database, batches } = await shop('apart');
    const flow = workflow('flow', () =>
      tx.run('record', (t) => {
        t.insert('row');
        return new Date(5);
      }),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    expect(await handle.result()).toEqual(new Date(5));
    expect(database.rows).toEqual(['row']);
    expect(database.apart.size).toBe(1);
    expect(batches.flat().map(({ op }) => op)).toEqual(['start', 'step', 'finish']);
    expect(await journalOf(app, handle.id)).toEqual(['transaction record']);
  });

  test('makes its table once, and looks for no checkpoint that cannot be there', async () => {
    const { workflow, launch, tx, database } = await shop('apart');
    const flow = workflow('flow', async () => {
      await tx.run('one', () => {});
      await tx.run('two', () => {});
    });
    await launch();
    await flow();
    await flow();
    expect(statements(database)).toEqual(['is here', 'prepare apart', ...new Array(4).fill('record apart')]);
  });

  test('also where the store is in no database at all', async () => {
    const { workflow, launch, registry } = await bench();
    const database = new FakeDatabase();
    const tx = transactionalSteps(database.adapter, fakeCheckpoints, { registry });
    const flow = workflow('flow', () => tx.run('record', (t) => t.insert('row')));
    await launch();
    await flow();
    expect(database.rows).toEqual(['row']);
    expect(statements(database)).toEqual(['prepare apart', 'record apart']);
  });

  test('is told from one on the same database by the id that migrations wrote', async () => {
    const { workflow, launch, registry, store } = await bench();
    const database = new FakeDatabase(located(store, 'another one'));
    const tx = transactionalSteps(database.adapter, fakeCheckpoints, { registry });
    const flow = workflow('flow', () => tx.run('record', (t) => t.insert('row')));
    await launch({ store: located(store.another(), 'this one') });
    await flow();
    expect(statements(database)).toEqual(['is here', 'prepare apart', 'record apart']);
  });
});

describe('a crash between that commit and the journal', () => {
  test('loses nothing: the checkpoint is found, and the body is not called again', async () => {
    const { workflow, launch, kill, store, tx, database } = await shop('apart');
    let bodies = 0;
    const writing = gate();
    const flow = workflow('flow', () =>
      tx.run('record', (t) => {
        t.insert(`row ${++bodies}`);
        return { at: new Date(bodies) };
      }),
    );
    const dying = store.another({
      faults: {
        beforeCommit: (entries) => {
          if (!entries.some(({ op }) => op === 'step')) return;
          writing.open();
          return forever();
        },
      },
    });
    const app = await launch({ store: located(dying) });
    const { id } = await app.start(flow, []);
    await writing.opened;
    expect(database.rows).toEqual(['row 1']);
    await kill(app);
    const next = await launch();
    expect(await next.handle(id).result()).toEqual({ at: new Date(1) });
    expect([bodies, database.rows]).toEqual([1, ['row 1']]);
    expect(await journalOf(next, id)).toEqual(['transaction record']);
  });

  test('before that commit executes the step again', async () => {
    const { workflow, launch, kill, tx, database } = await shop('apart');
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

  test('checkpoints of another run with the same id are not taken for its own', async () => {
    const one = await shop('apart');
    const first = one.workflow('flow', () => one.tx.run('record', (t) => t.insert('row')));
    await (await (await one.launch()).start(first, [], { id: 'the same' })).result();
    const other = await shop('apart');
    const tx = transactionalSteps(one.database.adapter, fakeCheckpoints, { registry: other.registry });
    const entered = gate();
    const flow = other.workflow('flow', () =>
      tx.run('record', async () => {
        if (currentRun()!.epoch > 1) return 'own';
        entered.open();
        return forever();
      }),
    );
    const app = await other.launch();
    const { id } = await app.start(flow, [], { id: 'the same' });
    await entered.opened;
    await other.kill(app);
    const next = await other.launch();
    expect(await next.handle(id).result()).toBe('own');
  });
});

describe('a commit there whose answer is lost', () => {
  test.each<[string, string, number[]]>([
    ['and that landed: the checkpoint is found', 'answer lost', [1]],
    ['and that did not land: it is made again', 'connection lost', [1, 2]],
    ['and that lands while it is made again: the first counts', 'late', [1, 2]],
    ['by a conflict: it is made again', '40001', [1, 2]],
  ])('%s', async (_, fault, expected) => {
    const { workflow, launch, tx, database } = await shop('apart');
    const bodies: number[] = [];
    const flow = workflow('flow', () =>
      tx.run('record', (t) => {
        bodies.push(bodies.length + 1);
        t.insert(`row ${bodies.length}`);
        return bodies.length;
      }),
    );
    database.faults.push(fault);
    const app = await launch();
    const handle = await app.start(flow, []);
    const result = await handle.result();
    expect(bodies).toEqual(expected);
    expect(database.rows).toEqual([`row ${result}`]);
    expect(result).toBe(fault === 'late' ? 1 : expected.length);
    expect(await app.runs.steps(handle.id)).toMatchObject([{ attempt: 1 }]);
  });

  test('and whose checkpoint cannot be looked for at first is looked for again', async () => {
    const { workflow, launch, tx, database } = await shop('apart');
    let bodies = 0;
    database.faults.push('answer lost');
    const lost = { text: 'find apart', error: new SqlError('08006') };
    database.statementFaults.push(lost, lost);
    const flow = workflow('flow', () =>
      tx.run('record', (t) => {
        t.insert('row');
        return ++bodies;
      }),
    );
    await launch();
    expect(await flow()).toBe(1);
    expect(database.rows).toEqual(['row']);
  });
});

describe('a transactional step on another database that fails', () => {
  test('rolls back, and its error is its outcome', async () => {
    const { workflow, launch, tx, database } = await shop('apart');
    const flow = workflow('flow', () =>
      tx.run('record', async (t) => {
        t.insert('row');
        throw new Error('no');
      }),
    );
    await launch();
    expect(await errorOf(flow())).toMatchObject({ message: 'no' });
    expect([database.rows, database.apart.size]).toEqual([[], 0]);
  });

  test('is retried by its policy', async () => {
    const { workflow, launch, tx, database } = await shop('apart');
    let bodies = 0;
    const flow = workflow('flow', () =>
      tx.run(
        'record',
        async (t) => {
          t.insert(`row ${++bodies}`);
          if (bodies < 3) throw new Error('busy');
          return bodies;
        },
        { retry: { attempts: 3, initial: 1 } },
      ),
    );
    await launch();
    expect(await flow()).toBe(3);
    expect(database.rows).toEqual(['row 3']);
  });
});
