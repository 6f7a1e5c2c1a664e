import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';

/** The statement that writes a checkpoint into the journal. */
export const CHECKPOINT = /"holdfast"\.record_checkpoint\b/i;

/** What went over the wires while a run did something, its first use of the ORM left out. */
interface Traffic {
  readonly orm: readonly string[];
  readonly store: readonly string[];
}

/** Runs a transactional step twice, as the first one also finds out where checkpoints go, and listens to the second. */
async function trafficOf(bench: Bench, step: () => Promise<unknown>): Promise<Traffic> {
  return bench.run(async () => {
    await step();
    bench.ormWire.reset();
    bench.storeWire.reset();
    await step();
    return { orm: [...bench.ormWire.statements], store: [...bench.storeWire.statements] };
  });
}

export const oneCommit: Subject<Bench> = {
  name: 'one commit',
  define(test) {
    test("a step's rows and its checkpoint are written by one transaction", async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx) => void (await orm.insertItem(tx, name)));
      const { id, handle } = await bench.begin(record);
      await handle.result();
      const rows = await home.sql(
        `select i.xmin::text = s.xmin::text as "isSame", s.kind, s.name, s.attempt, s.epoch
         from item i, holdfast.steps s where i.name = $1 and s.run_id = $2`,
        [name, id],
      );
      expect(rows).toEqual([{ isSame: true, kind: 'transaction', name: 'record', attempt: 1, epoch: 1 }]);
    });

    test('a step costs its own statements, one for the checkpoint, a begin and a commit', async (bench) => {
      const { orm } = bench;
      const record = orm.steps('record', (tx) => orm.adapter.run(tx, 'select 1 as one', []));
      const { orm: statements } = await trafficOf(bench, record);
      expect(statements).toEqual([
        expect.stringMatching(/^begin/i),
        'select 1 as one',
        expect.stringMatching(CHECKPOINT),
        expect.stringMatching(/^commit/i),
      ]);
    });

    test('a step commits once, and nothing of it goes over the connections of the store', async (bench) => {
      const { orm } = bench;
      const record = orm.steps('record', async (tx) => void (await orm.insertItem(tx, bench.name('item'))));
      const traffic = await trafficOf(bench, record);
      expect(traffic.orm.filter((text) => /^commit/i.test(text))).toHaveLength(1);
      expect(traffic.orm.filter((text) => CHECKPOINT.test(text))).toHaveLength(1);
      expect(traffic.store.filter((text) => /\.(steps|runs)\b|^commit/i.test(text))).toEqual([]);
    });

    test('a step that throws leaves neither its rows nor its checkpoint', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx) => {
        await orm.insertItem(tx, name);
        throw new Error('out of stock');
      });
      const { id, handle } = await bench.begin(record);
      await expect(handle.result()).rejects.toThrow('out of stock');
      expect(await home.items(name)).toBe(0);
      // What is there is the error, written by the engine on its own connection.
      const steps = await home.sql(
        'select output, error is not null as "hasError" from holdfast.steps where run_id = $1',
        [id],
      );
      expect(steps).toEqual([{ output: null, hasError: true }]);
    });

    test('a commit that the database refuses leaves nothing, and is the error of the step', async (bench) => {
      const { orm, home } = bench;
      const sequence = `refusal_${Date.now()}`;
      await home.sql(`create sequence ${sequence}`);
      const name = `fail once:23514:${sequence}`;
      let bodies = 0;
      const record = orm.steps('record', async (tx) => {
        bodies += 1;
        await orm.insertItem(tx, name);
      });
      const { id, handle } = await bench.begin(record);
      const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
      expect(orm.adapter.sqlState(error)).toBe('23514');
      expect([bodies, await home.items(name)]).toEqual([1, 0]);
      const steps = await home.sql('select output from holdfast.steps where run_id = $1', [id]);
      expect(steps).toEqual([{ output: null }]);
    });

    test('a step that hides the failure of a statement fails, as nothing of it can be committed', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const record = orm.steps('record', async (tx) => {
        await orm.insertItem(tx, name);
        await orm.adapter.run(tx, 'select 1 / 0 as nothing', []).catch(() => undefined);
        return 'done';
      });
      const { handle } = await bench.begin(record);
      const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
      expect(orm.adapter.sqlState(error)).toBe('25P02');
      expect(await home.items(name)).toBe(0);
    });
  },
};
