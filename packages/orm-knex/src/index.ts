import {
  type TransactionalStepMaker,
  type TransactionalStepMakerOptions,
  transactionalSteps,
} from '@holdfast/core/adapter';
import { checkpoints } from '@holdfast/postgres/internal';
import { knexAdapter } from './knex-adapter.js';
import type { KnexDatabase } from './knex-types.js';

export { type PostgresOptions, pglite, postgres, startEmbedded } from '@holdfast/postgres';
export type { KnexDatabase } from './knex-types.js';

/**
 * Makes transactional steps on a Knex instance with the `pg` client: the rows a step writes and its checkpoint are one
 * transaction, one commit.
 *
 * @example
 * const tx = knexSteps(knex);
 * const record = tx('record order', async (t, order: Order) => { await t('orders').insert(order); });
 */
export function knexSteps<Tx>(
  knex: KnexDatabase<Tx>,
  options?: TransactionalStepMakerOptions,
): TransactionalStepMaker<Tx> {
  return transactionalSteps(knexAdapter(knex), checkpoints, options);
}
