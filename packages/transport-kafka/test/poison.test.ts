import { workflow } from '@holdfast/core';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { DeadRecord } from '../src/index.js';
import { bench, values } from './support/app.js';
import { onBroker, topic, until } from './support/kafka.js';

onBroker('a record that cannot be a run', () => {
  test('goes to a topic as it came, with headers that say where from and why, and the others go on', async () => {
    const [orders, dead] = [await topic(), await topic()];
    await orders.write([
      { value: 1 },
      { value: Buffer.from('{ no JSON'), key: 'ada', headers: { trace: 'abc' } },
      { value: 2 },
    ]);
    const shop = await bench();
    await shop.consume({ topics: orders.name, deadLetter: dead.name });
    await until('the others run', () => shop.seen.length === 2);
    expect(values(shop)).toEqual([1, 2]);
    expect(await dead.read(1)).toEqual([
      {
        value: '{ no JSON',
        key: 'ada',
        headers: {
          trace: 'abc',
          'holdfast-topic': orders.name,
          'holdfast-partition': '0',
          'holdfast-offset': '1',
          'holdfast-group': shop.group,
          'holdfast-error': expect.stringContaining(
            `value of record 1 of ${orders.name}/0 cannot be decoded`,
          ),
          'holdfast-error-code': 'INVALID_INPUT',
        },
      },
    ]);
    expect(await shop.app.offsets.read(`kafka:${shop.group}`)).toEqual(new Map([[`${orders.name}/0`, '3']]));
  });

  test('is one that a schema refuses, or the schema of the workflow, or that args or start throw for, or cannot be stored', async () => {
    const dead: DeadRecord[] = [];
    const orders = await topic();
    await orders.write([0, 1, 2, 3, 4, 5, 6].map((value) => ({ value })));
    const shop = await bench();
    const seen: unknown[] = [];
    const strict = workflow(
      'strict',
      {
        registry: shop.registry,
        input: v.pipe(
          v.unknown(),
          v.check((value) => value !== 2, 'not 2'),
        ),
      },
      async (value) => void seen.push(value),
    );
    const app = await shop.launch([strict as never]);
    await shop.consume({
      app,
      topics: orders.name,
      schema: v.pipe(v.number(), v.minValue(1)),
      workflow: strict as never,
      args: ({ value }) => {
        if (value === 3) throw new Error('no arguments for 3');
        return [value === 4 ? () => 'a function' : value];
      },
      start: ({ value }) => {
        if (value === 5) throw new Error('no start for 5');
        return { tags: { value } };
      },
      deadLetter: async (one) => void dead.push(one),
    });
    await until('the sound ones run', () => seen.length === 2);
    expect(seen).toEqual([1, 6]);
    const sorted = dead.sort((a, b) => Number(a.offset) - Number(b.offset));
    expect(sorted.map(({ offset, error }) => [offset, (error as { code?: string }).code])).toEqual([
      ['0', 'INVALID_INPUT'],
      ['2', 'INVALID_INPUT'],
      ['3', 'INVALID_INPUT'],
      ['4', 'UNRECORDABLE_VALUE'],
      ['5', 'INVALID_INPUT'],
    ]);
  });

  test('stops its partition where nobody said what to do with it, and no other; newer code reads it', async () => {
    const orders = await topic({ partitions: 2 });
    await orders.write([
      { value: Buffer.from('<order/>'), partition: 0 },
      { value: 1, partition: 1 },
    ]);
    const shop = await bench();
    const consumer = await shop.consume({ topics: orders.name });
    await until('the other runs', () => shop.seen.length === 1);
    await until('it is held', () => consumer.status.partitions[0]!.held?.reason === 'error');
    expect(consumer.status.partitions[0]!.held!.error).toMatchObject({ code: 'INVALID_INPUT' });
    await consumer.stop();
    await shop.consume({ topics: orders.name, decode: (bytes) => bytes!.toString() });
    await until('it runs', () => shop.seen.length === 2);
    expect(values(shop)).toEqual([1, '<order/>']);
  });

  test('is put away before the consumer reads on: what fails to be is put away again', async () => {
    const orders = await topic();
    await orders.write([{ value: Buffer.from('no JSON') }, { value: 1 }]);
    const shop = await bench();
    const tries: string[] = [];
    await shop.consume({
      topics: orders.name,
      deadLetter: async ({ offset }) => {
        tries.push(offset);
        expect(shop.seen).toEqual([]);
        if (tries.length < 3) throw new Error('no room among the dead');
      },
    });
    await until('the other runs', () => shop.seen.length === 1);
    expect(tries).toEqual(['0', '0', '0']);
  });
});
