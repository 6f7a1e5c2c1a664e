import type { TransactionalStepMaker } from '@holdfast/core/adapter';
import makeKnex, { type Knex } from 'knex';
import { describe, expectTypeOf, test } from 'vitest';
import { knexSteps } from '../src/index.js';

interface Order {
  readonly id: string;
  readonly note: string | null;
}

// Nothing here connects.
const knex = makeKnex({ client: 'pg' });

describe('types', () => {
  test("a step's handle is Knex's transaction", () => {
    expectTypeOf(knexSteps(knex)).toEqualTypeOf<TransactionalStepMaker<Knex.Transaction>>();
    expectTypeOf(knexSteps(knex).current).returns.toEqualTypeOf<Knex.Transaction>();
  });

  test('arguments and results are inferred, without a word from the user', () => {
    const tx = knexSteps(knex);
    const record = tx('record', async (t, id: string, note?: string) => {
      const [order] = await t<Order>('orders').insert({ id, note: note ?? null }, ['id', 'note']);
      return order?.id;
    });
    expectTypeOf(record).toEqualTypeOf<(id: string, note?: string) => Promise<string | undefined>>();
  });
});
