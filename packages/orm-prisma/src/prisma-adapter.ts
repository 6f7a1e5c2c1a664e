import type { IsolationLevel, SqlAdapter, SqlRow, TransactionOptions } from '@holdfast/core/adapter';
import { prismaState } from './prisma-errors.js';
import type { PrismaDatabase, PrismaTransaction, PrismaTransactionConfig } from './prisma-types.js';

const LEVELS: Readonly<Record<IsolationLevel, NonNullable<PrismaTransactionConfig['isolationLevel']>>> = {
  'read uncommitted': 'ReadUncommitted',
  'read committed': 'ReadCommitted',
  'repeatable read': 'RepeatableRead',
  serializable: 'Serializable',
};

/** Translates between core and a Prisma client. */
export function prismaAdapter<Tx>(
  prisma: PrismaDatabase<Tx>,
  limits: Pick<PrismaTransactionConfig, 'maxWait' | 'timeout'>,
): SqlAdapter<Tx> {
  return {
    name: 'prisma',
    transaction: (options, work) =>
      prisma.$transaction(
        async (tx) => {
          // Prisma has no option for this.
          if (options.readOnly)
            await (tx as PrismaTransaction).$executeRawUnsafe('set transaction read only');
          return work(tx);
        },
        config(options, limits),
      ),
    run: async (tx, text, values) =>
      (await (tx as PrismaTransaction).$queryRawUnsafe(text, ...values)) as readonly SqlRow[],
    sqlState: prismaState,
    owns: (tx): tx is Tx => isTransaction(tx),
  };
}

function config(
  { isolationLevel }: TransactionOptions,
  limits: Pick<PrismaTransactionConfig, 'maxWait' | 'timeout'>,
): PrismaTransactionConfig {
  return { ...limits, ...(isolationLevel && { isolationLevel: LEVELS[isolationLevel] }) };
}

/** A client has all that its transactions have, and can connect. */
function isTransaction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { $queryRawUnsafe, $connect } = value as Partial<PrismaTransaction> & { $connect?: unknown };
  return typeof $queryRawUnsafe === 'function' && typeof $connect !== 'function';
}
