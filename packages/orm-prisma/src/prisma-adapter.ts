import type { IsolationLevel, SqlAdapter, SqlRow, TransactionOptions } from '@holdfast/core/adapter';
import { prismaState } from './prisma-errors.js';
import type {
  PrismaDatabase,
  PrismaTransaction,
  PrismaTransactionConfig,
  TransactionOf,
} from './prisma-types.js';

const LEVELS: Readonly<Record<IsolationLevel, NonNullable<PrismaTransactionConfig['isolationLevel']>>> = {
  'read uncommitted': 'ReadUncommitted',
  'read committed': 'ReadCommitted',
  'repeatable read': 'RepeatableRead',
  serializable: 'Serializable',
};

/** Translates between core and a Prisma client. */
export function prismaAdapter<Client extends PrismaDatabase>(
  prisma: Client,
  limits: Pick<PrismaTransactionConfig, 'maxWait' | 'timeout'>,
): SqlAdapter<TransactionOf<Client>> {
  return {
    name: 'prisma',
    transaction: (options, work) =>
      prisma.$transaction(
        async (tx: TransactionOf<Client>) => {
          // Prisma has no option for this.
          if (options.readOnly)
            await (tx as unknown as PrismaTransaction).$executeRawUnsafe('set transaction read only');
          return work(tx);
        },
        config(options, limits),
      ),
    async run(tx, text, values) {
      return (await (tx as unknown as PrismaTransaction).$queryRawUnsafe(
        text,
        ...values,
      )) as readonly SqlRow[];
    },
    sqlState: prismaState,
    owns: (tx): tx is TransactionOf<Client> => isTransaction(tx),
  };
}

function config(
  { isolationLevel }: TransactionOptions,
  limits: Pick<PrismaTransactionConfig, 'maxWait' | 'timeout'>,
): PrismaTransactionConfig {
  return { ...limits, ...(isolationLevel && { isolationLevel: LEVELS[isolationLevel] }) };
}

function isTransaction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { $queryRawUnsafe, $transaction } = value as Partial<PrismaTransaction> & { $transaction?: unknown };
  return typeof $queryRawUnsafe === 'function' && typeof $transaction !== 'function';
}
