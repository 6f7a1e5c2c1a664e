import { isHoldfastError, type RunHandle, type Starter, step } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { gate, until } from './gate.js';

/** How many runs have this id, as others see it. */
async function runs(bench: Bench, id: string): Promise<number> {
  return (await bench.home.sql('select from holdfast.runs where id = $1', [id])).length;
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return isHoldfastError(error) ? error.code : undefined;
}

/** A workflow of one argument, an app that has it, and an id for a run of it. */
async function greeter(bench: Bench) {
  const greet = bench.workflow(async (whom: string) => `hello ${whom}`);
  return { greet, app: await bench.launch([greet]), id: bench.name('run') };
}

export const within: Subject<Bench> = {
  name: 'starting a run within a transaction',
  define(test) {
    test('others see the run when the transaction commits, and not before', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      const name = bench.name('item');
      const handle = await bench.orm.transaction(async (tx) => {
        await bench.orm.insertItem(tx, name);
        const started = await app.within(tx).start(greet, ['you'], { id });
        expect(await runs(bench, id)).toBe(0);
        return started;
      });
      expect(handle.id).toBe(id);
      expect(await handle.result()).toBe('hello you');
      expect(await bench.home.items(name)).toBe(1);
    });

    test('it is gone when the transaction rolls back', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      let handle: RunHandle<string> | undefined;
      const rolledBack = bench.orm.transaction(async (tx) => {
        handle = await app.within(tx).start(greet, ['you'], { id });
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      expect(await runs(bench, id)).toBe(0);
      expect(await codeOf(handle!.result())).toBe('RUN_NOT_FOUND');
    });

    test('it may have arguments, tags and a delay, as any start', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      await bench.orm.transaction((tx) =>
        app.within(tx).start(greet, ['you'], { id, tags: { shop: 'Ω "1"' }, delay: '1h' }),
      );
      const run = await app.runs.get(id);
      expect(run).toMatchObject({ state: 'pending', input: ['you'], tags: { shop: 'Ω "1"' } });
      expect(run.wakeAt!.getTime() - run.createdAt.getTime()).toBe(3_600_000);
    });

    test('without an id it gets one, and several may be started in one transaction', async (bench) => {
      const { greet, app } = await greeter(bench);
      const handles = await bench.orm.transaction(async (tx) => [
        await app.within(tx).start(greet, ['a']),
        await app.within(tx).start(greet, ['b']),
      ]);
      expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(['hello a', 'hello b']);
    });

    test('the same id twice is the same run, in one transaction and in two', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      const start = (starter: Starter, whom: string): Promise<RunHandle<string>> =>
        starter.start(greet, [whom], { id });
      await bench.orm.transaction(async (tx) => {
        await start(app.within(tx), 'first');
        await start(app.within(tx), 'second');
      });
      await bench.orm.transaction((tx) => start(app.within(tx), 'third'));
      expect(await (await start(app, 'fourth')).result()).toBe('hello first');
      expect(await runs(bench, id)).toBe(1);
    });

    test('of two transactions with the same id at the same time, one waits and finds the run of the other', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      const [started, commit] = [gate(), gate()];
      const first = bench.orm.transaction(async (tx) => {
        await app.within(tx).start(greet, ['first'], { id });
        started.open();
        await commit.passed;
      });
      await started.passed;
      const second = bench.orm.transaction((tx) => app.within(tx).start(greet, ['second'], { id }));
      await until(async () => {
        const blocked = await bench.home.sql(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return blocked.length > 0;
      });
      commit.open();
      await first;
      expect(await (await second).result()).toBe('hello first');
    });

    test('an id that a run of another workflow has is refused, and the transaction can go on', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      const other = bench.workflow(async () => 'other');
      const both = await bench.launch([greet, other]);
      await app.start(greet, ['you'], { id });
      const name = bench.name('item');
      const code = await bench.orm.transaction(async (tx) => {
        await bench.orm.insertItem(tx, name);
        return codeOf(both.within(tx).start(other, [], { id }));
      });
      expect([code, await bench.home.items(name)]).toEqual(['RUN_ID_CONFLICT', 1]);
    });

    test('an argument that cannot be recorded is refused before anything is written', async (bench) => {
      const take = bench.workflow(async (_: unknown) => undefined);
      const app = await bench.launch([take]);
      const code = await bench.orm.transaction((tx) => codeOf(app.within(tx).start(take, [() => 1])));
      expect(code).toBe('UNRECORDABLE_VALUE');
      expect(bench.ormWire.count(/holdfast/)).toBe(0);
    });

    test('a transaction on another database is refused, and can go on', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      const home = await bench.anotherHome();
      const orm = await bench.anotherOrm(home.url, { registry: bench.registry });
      const name = bench.name('item');
      const code = await orm.transaction(async (tx) => {
        await orm.insertItem(tx, name);
        return codeOf(app.within(tx).start(greet, ['you'], { id }));
      });
      expect(code).toBe('WITHIN_OTHER_DATABASE');
      expect([await home.items(name), await runs(bench, id)]).toEqual([1, 0]);
    });

    test('and so is one on a copy of the tables in another database', async (bench) => {
      const { greet, app, id } = await greeter(bench);
      const home = await bench.anotherHome();
      const copy = bench.ground.postgres(home.url);
      await copy.open();
      await copy.close();
      const orm = await bench.anotherOrm(home.url, { registry: bench.registry });
      const code = await orm.transaction((tx) => codeOf(app.within(tx).start(greet, ['you'], { id })));
      expect(code).toBe('WITHIN_OTHER_DATABASE');
    });

    test('what is no open transaction is refused', async (bench) => {
      const { greet, app } = await greeter(bench);
      const nothings = [undefined, null, 1, 'tx', {}, () => 1, Promise.resolve(), bench.orm.noTransaction];
      for (const nothing of nothings) {
        expect(await codeOf(app.within(nothing).start(greet, ['you']))).toBe('ADAPTER_UNKNOWN_TRANSACTION');
      }
    });

    test('an idle worker elsewhere is woken by the commit, well before it would look by itself', async (bench) => {
      const ran: number[] = [];
      const quick = bench.workflow(async () => void ran.push(performance.now()));
      const busy = gate();
      const keep = bench.workflow(() => step.run('keep', () => busy.passed));
      // Full, so that it cannot take the run itself.
      const starter = await bench.launch([quick, keep], { concurrency: 1 });
      await starter.start(keep, []);
      const worker = await bench.launch([quick]);
      await (await worker.start(quick, [])).result();
      const handle = await bench.orm.transaction((tx) => starter.within(tx).start(quick, []));
      const committed = performance.now();
      await worker.handle(handle.id).result();
      busy.open();
      expect(ran[1]! - committed).toBeLessThan(1000);
    });
  },
};
