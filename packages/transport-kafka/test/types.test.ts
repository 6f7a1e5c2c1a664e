import type { Holdfast, TransactionalStepMaker, WorkflowFunction } from '@holdfast/core';
import type { Kafka } from 'kafkajs';
import type { Knex } from 'knex';
import * as v from 'valibot';
import { expectTypeOf, test } from 'vitest';
import { type KafkaClient, type KafkaRecord, kafkaConsumer } from '../src/index.js';

// Checked by the compiler; none of this runs.
const unrun = (_: () => void): void => undefined;

declare const app: Holdfast;
declare const kafka: Kafka;
declare const tx: TransactionalStepMaker<Knex.Transaction>;
declare const take: WorkflowFunction<[order: { id: string }], void>;
declare const takeTwo: WorkflowFunction<[id: string, offset: string], void>;
const Order = v.object({ id: v.string() });

test('the real client of kafkajs fits', () => {
  expectTypeOf<Kafka>().toExtend<KafkaClient>();
  unrun(() => kafkaConsumer(app, kafka, { group: 'g', topics: 't', workflow: take }));
});

test('a workflow gets what args makes of a record, or its value', () => {
  unrun(() =>
    kafkaConsumer(app, kafka, {
      group: 'g',
      topics: ['t'],
      schema: Order,
      workflow: takeTwo,
      args: ({ value, offset }) => [value.id, offset],
    }),
  );
  unrun(() =>
    // @ts-expect-error the second argument is missing
    kafkaConsumer(app, kafka, {
      group: 'g',
      topics: ['t'],
      schema: Order,
      workflow: takeTwo,
      args: ({ value }) => [value.id],
    }),
  );
});

test('a function that handles records gets the transaction of its library', () => {
  unrun(() =>
    kafkaConsumer(app, kafka, {
      group: 'g',
      topics: 't',
      schema: Order,
      transaction: tx,
      handle: async (t, record) => {
        expectTypeOf(t).toEqualTypeOf<Knex.Transaction>();
        expectTypeOf(record).toEqualTypeOf<KafkaRecord<{ id: string }>>();
      },
    }),
  );
});
