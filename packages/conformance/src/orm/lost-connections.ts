import { currentRun, step } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { CHECKPOINT } from './one-commit.js';

/** A run of one step that inserts an item, where something happens to the connection; and what came of it. */
async function insertOnce(
  bench: Bench,
  inBody: (tx: unknown, bodies: number) => Promise<unknown>,
  before: () => void = () => undefined,
): Promise<{ result: unknown; bodies: number; rows: number; attempts: Set<number | undefined> }> {
  const { orm, home } = bench;
  const name = bench.name('item');
  const attempts = new Set<number | undefined>();
  let bodies = 0;
  const warmUp = orm.steps('warm up', () => undefined);
  const record = orm.steps('record', async (tx) => {
    bodies += 1;
    const body = bodies;
    attempts.add(currentRun()?.step?.attempt);
    await orm.insertItem(tx, name);
    await inBody(tx, body);
    return `body ${body}`;
  });
  const { id, app, handle } = await bench.begin(async () => {
    await warmUp();
    before();
    return record();
  });
  const result = await handle.result();
  expect(await app.runs.steps(id)).toMatchObject([{}, { attempt: 1, output: result, error: undefined }]);
  return { result, bodies, rows: await home.items(name), attempts };
}

const TWICE = { result: 'body 2', bodies: 2, rows: 1, attempts: new Set([1]) };
const nothing = async (): Promise<void> => undefined;

export const lostConnections: Subject<Bench> = {
  name: 'lost connections',
  define(test) {
    test('a backend that is terminated under a statement is no outcome: the step runs again', async (bench) => {
      const seen = await insertOnce(bench, async (tx, body) => {
        if (body === 1)
          await bench.orm.adapter.run(tx, 'select pg_terminate_backend(pg_backend_pid())::text as done', []);
      });
      expect(seen).toEqual(TWICE);
    });

    test('a backend that is terminated between two statements is no outcome either', async (bench) => {
      const seen = await insertOnce(bench, async (tx, body) => {
        if (body > 1) return;
        const [row] = await bench.orm.adapter.run(tx, 'select pg_backend_pid() as pid', []);
        await bench.home.sql('select pg_terminate_backend($1, 10000)', [row?.['pid']]);
      });
      expect(seen).toEqual(TWICE);
    });

    test('nor if the body hides it', async (bench) => {
      const seen = await insertOnce(bench, async (tx, body) => {
        if (body > 1) return;
        await bench.orm.adapter
          .run(tx, 'select pg_terminate_backend(pg_backend_pid())::text as done', [])
          .catch(() => undefined);
      });
      expect(seen).toEqual(TWICE);
    });

    test('nor if the body puts it into an error of its own', async (bench) => {
      const seen = await insertOnce(bench, async (tx, body) => {
        if (body > 1) return;
        bench.ormWire.cut();
        await bench.orm.insertItem(tx, 'never').catch((cause: unknown) => {
          throw Object.assign(new Error('could not insert', { cause }), { code: 'INSERT_FAILED' });
        });
      });
      expect(seen).toEqual(TWICE);
    });

    test('a connection that is cut in the body is no outcome', async (bench) => {
      const seen = await insertOnce(bench, async (_, body) => {
        if (body === 1) bench.ormWire.cut();
      });
      expect(seen).toEqual(TWICE);
    });

    test('a connection that is cut at the begin is no outcome', async (bench) => {
      let lost: Promise<void> | undefined;
      const seen = await insertOnce(bench, nothing, () => {
        lost = bench.ormWire.cutBefore(/^begin/i);
      });
      await lost;
      expect(seen).toEqual({ ...TWICE, result: 'body 1', bodies: 1 });
    });

    test('connections that are cut at the begin are given back, however many', async (bench) => {
      const { home, registry, ormWire } = bench;
      const orm = await bench.anotherOrm(ormWire.url(home.url), { registry, poolSize: 2 });
      const look = orm.steps('look', () => 'seen');
      const seen = await bench.run(async () => {
        await look();
        const lost = [1, 2, 3, 4, 5].map(() => ormWire.cutBefore(/^begin/i));
        const found = await Promise.all([look(), look(), look()]);
        await Promise.all(lost);
        return found;
      });
      expect(seen).toEqual(['seen', 'seen', 'seen']);
    });

    test('a connection that is cut at the checkpoint is no outcome', async (bench) => {
      let lost: Promise<void> | undefined;
      const seen = await insertOnce(bench, nothing, () => {
        lost = bench.ormWire.dropResponseTo(CHECKPOINT);
      });
      await lost;
      expect(seen).toEqual(TWICE);
    });

    test('a connection that is cut before the commit reaches the server means another try', async (bench) => {
      let lost: Promise<void> | undefined;
      const seen = await insertOnce(bench, nothing, () => {
        lost = bench.ormWire.cutBefore(/^commit/i);
      });
      await lost;
      expect(seen).toEqual(TWICE);
    });

    test('if that other try fails by itself, its error is the outcome', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      let bodies = 0;
      let lost: Promise<void> | undefined;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        await orm.insertItem(tx, name);
        if (bodies === 2) throw new Error('out of stock');
      });
      const { id, app, handle } = await bench.begin(async () => {
        await orm.steps.run('warm up', () => undefined);
        lost = bench.ormWire.cutBefore(/^commit/i);
        const failed = await record().catch((error: Error) => error.message);
        return [failed, await orm.steps.run('go on', () => 'went on')];
      });
      expect(await handle.result()).toEqual(['out of stock', 'went on']);
      await lost;
      expect([bodies, await home.items(name)]).toEqual([2, 0]);
      expect(await app.runs.steps(id)).toHaveLength(3);
    });

    test('a commit whose answer is lost has happened: its result counts, and no other', async (bench) => {
      let lost: Promise<void> | undefined;
      const seen = await insertOnce(bench, nothing, () => {
        lost = bench.ormWire.dropResponseTo(/^commit/i);
      });
      await lost;
      expect([seen.result, seen.rows]).toEqual(['body 1', 1]);
    });

    test('a connection that is lost while the adapter is asked where its checkpoints go is no outcome', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const lost = [bench.ormWire.cutBefore(/^begin/i), bench.ormWire.dropResponseTo(/^commit/i)];
      await bench.run(orm.steps('record', async (tx) => void (await orm.insertItem(tx, name))));
      await Promise.all(lost);
      expect(await home.items(name)).toBe(1);
    });

    test('a read-only step is tried again as well', async (bench) => {
      const { orm } = bench;
      let bodies = 0;
      const look = orm.steps(
        'look',
        async (tx) => {
          bodies += 1;
          if (bodies === 1) bench.ormWire.cut();
          await orm.adapter.run(tx, 'select 1 as one', []);
          return bodies;
        },
        { readOnly: true },
      );
      expect(await bench.run(look)).toBe(2);
    });

    test('a lost connection to some other service is the error of the step, recorded and not tried for ever', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        await orm.insertItem(tx, name);
        throw Object.assign(new Error('socket hang up'), {
          code: 'ECONNRESET',
          syscall: 'read',
          errno: -104,
        });
      });
      const { id, app, handle } = await bench.begin(record);
      await expect(handle.result()).rejects.toMatchObject({ message: 'socket hang up', code: 'ECONNRESET' });
      expect([bodies, await home.items(name)]).toEqual([1, 0]);
      expect(await app.runs.steps(id)).toMatchObject([{ error: { code: 'ECONNRESET' } }]);
    });

    test('the same when the step has also made a statement fail', async (bench) => {
      const { orm } = bench;
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        await orm.adapter.run(tx, 'select 1 / 0 as nothing', []).catch(() => undefined);
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      });
      await expect(bench.run(record)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(bodies).toBe(1);
    });

    test('results of other steps wait for a commit whose answer is lost, and keep their order', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const orders: string[][] = [];
      const record = orm.steps('record', async (tx) => {
        await orm.insertItem(tx, name);
        return 'transaction';
      });
      const { id, app, workflow, handle } = await bench.begin(async () => {
        await orm.steps.run('warm up', () => undefined);
        const order: string[] = [];
        orders.push(order);
        const lost = orders.length === 1 ? bench.ormWire.dropResponseTo(/^commit/i) : undefined;
        const committed = record();
        // Recorded after the commit has landed and before anybody here knows.
        const plain = step.run('plain', async () => {
          await lost;
          return 'step';
        });
        await Promise.all([committed, plain].map(async (result) => void order.push(await result)));
        return order;
      });
      expect(await handle.result()).toEqual(['transaction', 'step']);
      expect(await home.items(name)).toBe(1);
      await home.sql(
        `update holdfast.runs set state = 'pending', wake_at = now(), completed_at = null, output = null where id = $1`,
        [id],
      );
      await app.shutdown();
      const replayed = await bench.launch([workflow]);
      expect(await replayed.handle(id).result()).toEqual(['transaction', 'step']);
      expect(orders).toEqual([orders[0], orders[0]]);
    });
  },
};
