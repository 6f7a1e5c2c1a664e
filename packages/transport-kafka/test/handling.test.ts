import { randomUUID } from 'node:crypto';
import { createRegistry, Holdfast, NonRetryableError, workflow } from '@holdfast/core';
import { knexSteps, postgres } from '@holdfast/orm-knex';
import { createTestDatabase } from '@holdfast/postgres/internal';
import makeKnex, { type Knex } from 'knex';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type DeadRecord, type HandlingOptions, kafkaConsumer } from '../src/index.js';
import { kafkaAt, onBroker, SETTINGS, stopping, topic, until } from './support/kafka.js';

type Options = HandlingOptions<number, Knex.Transaction>;

/** A database with a table of the user's, and an app on it. */
async function shop() {
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  const knex = makeKnex({ client: 'pg', connection: url, pool: { min: 0, max: 6 } });
  await knex.schema.createTable('taken', (t) => t.integer('order').notNullable());
  const group = `group-${randomUUID()}`;
  const reader = `kafka:${group}`;
  const registry = createRegistry();
  const tx = knexSteps<Knex.Transaction>(knex, { registry });
  const take = workflow('take', { registry }, async (order: number) => `took ${order}`);
  const app = new Holdfast({ store: postgres(url), registry });
  await app.launch();
  onTestFinished(async () => {
    await app.shutdown({ drain: 0 });
    await knex.destroy();
    await drop();
  });
  return {
    app,
    reader,
    take,
    knex,
    consume: async (options: Pick<Options, 'topics' | 'handle'> & Partial<Options>) => {
      const all = { group, transaction: tx, settings: SETTINGS, ...options };
      const consumer = stopping(kafkaConsumer(app, kafkaAt(), all));
      await consumer.start();
      return consumer;
    },
    taken: async (): Promise<number[]> =>
      (await knex('taken').select('order').orderBy('order')).map(({ order }: { order: number }) => order),
    position: async (name: string) => (await app.offsets.read(reader)).get(`${name}/0`),
  };
}

onBroker('a function that records are handed to', () => {
  test('writes rows and starts runs in the transaction in which its record is read', async () => {
    const orders = await topic();
    await orders.write([{ value: 1 }, { value: 2 }]);
    const { app, take, consume, taken, position } = await shop();
    await consume({
      topics: orders.name,
      handle: async (t, { value, offset }) => {
        await t('taken').insert({ order: value });
        await app.within(t).start(take, [value], { id: `order-${offset}` });
        expect(await taken()).toEqual(offset === '0' ? [] : [1]);
      },
    });
    await until('both are read', async () => (await position(orders.name)) === '2');
    expect(await taken()).toEqual([1, 2]);
    expect(await app.handle('order-1').result()).toBe('took 2');
  });

  test('leaves nothing behind where it throws, and is called again', async () => {
    const orders = await topic();
    await orders.write([{ value: 1 }, { value: 2 }]);
    const { app, take, consume, taken, position } = await shop();
    let tries = 0;
    await consume({
      topics: orders.name,
      deadLetter: async () => expect.unreachable('it is no fault of the record'),
      handle: async (t, { value }) => {
        await t('taken').insert({ order: value });
        await app.within(t).start(take, [value], { id: `order-${value}-${tries}` });
        if (value === 2 && ++tries < 3) throw new Error('not yet');
      },
    });
    await until('both are read', async () => (await position(orders.name)) === '2');
    expect(await taken()).toEqual([1, 2]);
    const { runs } = await app.runs.list();
    expect(runs.map(({ id }) => id).sort()).toEqual(['order-1-0', 'order-2-2']);
  });

  test('may say that a record can never be taken', async () => {
    const orders = await topic();
    await orders.write([{ value: 1 }, { value: Buffer.from('no JSON') }, { value: 3 }]);
    const { consume, taken, position } = await shop();
    const dead: DeadRecord[] = [];
    await consume({
      topics: orders.name,
      deadLetter: async (one) => void dead.push(one),
      handle: async (t, { value }) => {
        await t('taken').insert({ order: value });
        if (value === 1) throw new NonRetryableError('there is no order 1');
      },
    });
    await until('all are read', async () => (await position(orders.name)) === '3');
    expect(await taken()).toEqual([3]);
    expect(dead.map(({ offset, error }) => [offset, error.name])).toEqual([
      ['0', 'NonRetryableError'],
      ['1', 'HoldfastError'],
    ]);
  });

  test('is waited for by another one that believes the partition its own, and that is told then', async () => {
    const orders = await topic();
    await orders.write([{ value: 1 }]);
    const { app, reader, knex, consume, taken, position } = await shop();
    const log = `${orders.name}/0`;
    const others: Promise<boolean>[] = [];
    await consume({
      topics: orders.name,
      handle: async (t, { value }) => {
        await t('taken').insert({ order: value });
        others.push(app.offsets.advance({ reader, log, from: undefined, to: '1' }, []));
        await until('the other one waits for this transaction', async () => {
          const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%offsets%'`;
          return (await knex.raw<{ rows: unknown[] }>(waiting)).rows.length > 0;
        });
      },
    });
    await until('it is read', async () => (await position(orders.name)) === '1');
    expect(await Promise.all(others)).toEqual([false]);
    expect(await taken()).toEqual([1]);
  });

  test('is not called for what another one has read', async () => {
    const orders = await topic();
    await orders.write([{ value: 1 }]);
    const { app, reader, consume, taken, position } = await shop();
    const calls: number[] = [];
    await consume({
      topics: orders.name,
      handle: async (t, { value }) => {
        calls.push(value);
        await t('taken').insert({ order: value });
      },
    });
    await until('the first is read', async () => (await position(orders.name)) === '1');
    // As a consumer does that took the partition over while this one was paused.
    const move = { reader, log: `${orders.name}/0`, from: '1', to: '3' };
    expect(await app.offsets.advance(move, [])).toBe(true);
    await orders.write([{ value: 2 }, { value: 3 }, { value: 4 }]);
    await until('the rest is read', async () => (await position(orders.name)) === '4');
    expect(calls).toEqual([1, 4]);
    expect(await taken()).toEqual([1, 4]);
  });
});
