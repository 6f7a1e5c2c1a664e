import { knexSteps } from '@holdfast/orm-knex';
import makeKnex, { type Knex } from 'knex';
import type { MakeOrm } from './orm.js';

export const makeOrm: MakeOrm<Knex.Transaction> = ({ url, poolSize, registry }) => {
  const knex = makeKnex({ client: 'pg', connection: url, pool: { min: 0, max: poolSize } });
  return {
    insertItem: (tx) => tx('item').insert({ name: 'a name' }),
    transaction: (work) => knex.transaction(work),
    steps: knexSteps(knex, { registry }),
    close: () => knex.destroy(),
  };
};
