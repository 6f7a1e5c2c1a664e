import {
  type TransactionalStepMaker,
  type TransactionalStepMakerOptions,
  transactionalSteps,
} from '@holdfast/core/adapter';
import { checkpoints } from '@holdfast/postgres/internal';
import { prismaAdapter } from './prisma-adapter.js';
import type { PrismaDatabase } from './prisma-types.js';

export { type PostgresOptions, pglite, postgres, startEmbedded } from '@holdfast/postgres';
export type { PrismaDatabase } from './prisma-types.js';

/** Options of transactional steps on Prisma. */
export interface PrismaStepsOptions extends TransactionalStepMakerOptions {
  /** How long a transaction waits for a connection, in milliseconds. Default 10,000 (Prisma's own is 2,000). */
  readonly maxWaitMs?: number;
  /** How long a transaction may take, in milliseconds. Default 600,000 (Prisma's own is 5,000): steps have timeouts. */
  readonly timeoutMs?: number;
}

/**
 * Makes transactional steps on a Prisma client: the rows a step writes and its checkpoint are one transaction, one
 * commit.
 *
 * @example
 * const tx = prismaSteps(prisma);
 * const record = tx('record order', async (t, order: Order) => t.order.create({ data: order }));
 */
export function prismaSteps<Tx>(
  prisma: PrismaDatabase<Tx>,
  { maxWaitMs = 10_000, timeoutMs = 600_000, ...options }: PrismaStepsOptions = {},
): TransactionalStepMaker<Tx> {
  return transactionalSteps(
    prismaAdapter(prisma, { maxWait: maxWaitMs, timeout: timeoutMs }),
    checkpoints,
    options,
  );
}
