import {
  type TransactionalStepMaker,
  type TransactionalStepMakerOptions,
  transactionalSteps,
} from '@holdfast/core/adapter';
import { checkpoints } from '@holdfast/postgres/internal';
import { drizzleAdapter } from './drizzle-adapter.js';
import type { DrizzleDatabase } from './drizzle-types.js';

export { type PostgresOptions, pglite, postgres, startEmbedded } from '@holdfast/postgres';
export type { DrizzleDatabase } from './drizzle-types.js';

/**
 * Makes transactional steps on a Drizzle database (on `pg`, postgres.js or PGlite): the rows a step writes and its
 * checkpoint are one transaction, one commit.
 *
 * @example
 * const tx = drizzleSteps(db);
 * const record = tx('record order', async (t, order: Order) => t.insert(orders).values(order));
 */
export function drizzleSteps<Tx>(
  db: DrizzleDatabase<Tx>,
  options?: TransactionalStepMakerOptions,
): TransactionalStepMaker<Tx> {
  return transactionalSteps(drizzleAdapter(db), checkpoints, options);
}
