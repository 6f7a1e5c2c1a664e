import { Client, channel, isHoldfastError, type RunHandle } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';

/** A process that executes nothing, an app that does, and a workflow that waits for a word. */
async function listeners(bench: Bench) {
  const words = channel<string>('words');
  const listen = bench.workflow(async (whom: string) => `${whom} heard ${await words.receive()}`);
  const app = await bench.launch([listen]);
  const client = new Client({ store: bench.store(), registry: bench.registry });
  await client.open();
  const id = bench.name('run');
  /** Sends a message as the functions for other languages do, in a transaction of the ORM's. */
  const send = (tx: unknown, word: string, key: string) =>
    bench.orm.adapter.run(
      tx,
      'select holdfast.send($1::text, $2::text, $3::text::json, $4::text)::text as sent',
      [id, 'words', JSON.stringify(word), key],
    );
  return { words, listen, app, client, id, send };
}

const rollback = (): never => {
  throw new Error('no');
};

export const withinClient: Subject<Bench> = {
  name: 'a client within a transaction',
  define(test) {
    test('starts a run that is there when it commits, by the name of its workflow', async (bench) => {
      const { listen, app, client, id } = await listeners(bench);
      const name = bench.name('item');
      const handle = await bench.orm.transaction(async (tx) => {
        await bench.orm.insertItem(tx, name);
        const started = await client.within(tx).start(listen, ['Ann'], { id, tags: { of: 'client' } });
        expect(await bench.home.sql('select from holdfast.runs where id = $1', [id])).toEqual([]);
        return started;
      });
      expect(await app.runs.get(id)).toMatchObject({ input: ['Ann'], tags: { of: 'client' } });
      expect(await client.runs.cancel(id)).toBe(true);
      expect(await bench.home.items(name)).toBe(1);
      expect(handle.id).toBe(id);
      await client.close();
    });

    test('starts none if it rolls back', async (bench) => {
      const { listen, client, id } = await listeners(bench);
      let handle: RunHandle<string> | undefined;
      const rolledBack = bench.orm.transaction(async (tx) => {
        handle = await client.within(tx).start(listen, ['Ann'], { id });
        rollback();
      });
      await expect(rolledBack).rejects.toThrow('no');
      const error: unknown = await handle!.result().catch((thrown: unknown) => thrown);
      expect(isHoldfastError(error, 'RUN_NOT_FOUND')).toBe(true);
      await client.close();
    });

    test('may start a run and send to it in one transaction; what is rolled back is never received', async (bench) => {
      const { listen, client, id, send } = await listeners(bench);
      await bench.orm.transaction(async (tx) => {
        await client.within(tx).start(listen, ['Ann'], { id });
      });
      const rolledBack = bench.orm.transaction(async (tx) => {
        await send(tx, 'lies', 'a key');
        rollback();
      });
      await expect(rolledBack).rejects.toThrow('no');
      // Of the same key: what was rolled back has not used it up.
      await bench.orm.transaction((tx) => send(tx, 'the truth', 'a key'));
      expect(await client.handle(id).result()).toBe('Ann heard the truth');
      const other = bench.name('run');
      await bench.orm.transaction(async (tx) => {
        await client.within(tx).start(listen, ['Bob'], { id: other });
        await bench.orm.adapter.run(
          tx,
          'select holdfast.send($1::text, $2::text, $3::text::json)::text as sent',
          [other, 'words', '"at once"'],
        );
      });
      expect(await client.handle(other).result()).toBe('Bob heard at once');
      await client.close();
    });

    test('refuses what is no open transaction, and one on another database', async (bench) => {
      const { listen, client } = await listeners(bench);
      const codeOf = async (tx: unknown): Promise<unknown> => {
        const error: unknown = await client
          .within(tx)
          .start(listen, ['Ann'])
          .catch((thrown: unknown) => thrown);
        return isHoldfastError(error) ? error.code : undefined;
      };
      expect(await codeOf(bench.orm.noTransaction)).toBe('ADAPTER_UNKNOWN_TRANSACTION');
      const home = await bench.anotherHome();
      const orm = await bench.anotherOrm(home.url, { registry: bench.registry });
      expect(await orm.transaction(codeOf)).toBe('WITHIN_OTHER_DATABASE');
      await client.close();
    });
  },
};
