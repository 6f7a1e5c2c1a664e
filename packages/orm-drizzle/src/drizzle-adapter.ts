import type { SqlAdapter, SqlRow, SqlValue, TransactionOptions } from '@holdfast/core/adapter';
import { driverState } from '@holdfast/postgres/internal';
import { type SQL, sql } from 'drizzle-orm';
import type {
  DrizzleDatabase,
  DrizzleTransaction,
  DrizzleTransactionConfig,
  TransactionOf,
} from './drizzle-types.js';

/** Translates between core and a Drizzle database. */
export function drizzleAdapter<Db extends DrizzleDatabase>(db: Db): SqlAdapter<TransactionOf<Db>> {
  return {
    name: 'drizzle',
    transaction: (options, work) => db.transaction((tx: TransactionOf<Db>) => work(tx), config(options)),
    async run(tx, text, values) {
      const result = await (tx as unknown as DrizzleTransaction).execute(withValues(text, values));
      return ('rows' in result ? result.rows : result) as readonly SqlRow[];
    },
    sqlState: driverState,
    owns: (tx): tx is TransactionOf<Db> => isTransaction(tx),
  };
}

function config({ isolationLevel, readOnly }: TransactionOptions): DrizzleTransactionConfig {
  return { ...(isolationLevel && { isolationLevel }), ...(readOnly && { accessMode: 'read only' }) };
}

/** Drizzle has no public way to run `$n` text, so its own template pieces are built from it. */
function withValues(text: string, values: readonly SqlValue[]): SQL {
  const pieces = text.split(/\$(\d+)/);
  return sql.join(
    pieces.map((piece, index) => (index % 2 ? sql`${values[Number(piece) - 1]}` : sql.raw(piece))),
  );
}

function isTransaction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { execute, rollback } = value as Partial<DrizzleTransaction>;
  return typeof execute === 'function' && typeof rollback === 'function';
}
