import type { SqlAdapter, SqlRow, SqlValue, TransactionOptions } from '@holdfast/core/adapter';
import { driverState, plainResult } from '@holdfast/postgres/internal';
import { type SQL, sql } from 'drizzle-orm';
import { lend } from './drizzle-handle.js';
import { usePool } from './drizzle-pool.js';
import type { DrizzleDatabase, DrizzleTransaction, DrizzleTransactionConfig } from './drizzle-types.js';

/** Translates between core and a Drizzle database. @throws HoldfastError INVALID_OPTION */
export function drizzleAdapter<Tx>(db: DrizzleDatabase<Tx>): SqlAdapter<Tx> {
  usePool(db.$client);
  return {
    name: 'drizzle',
    transaction: (options, work) => db.transaction((tx) => lend(tx, work), config(options)),
    async run(tx, text, values) {
      const result = await (tx as DrizzleTransaction).execute(withValues(text, values));
      return ('rows' in result ? result.rows : [...result]) as readonly SqlRow[];
    },
    sqlState: driverState,
    owns: (tx): tx is Tx => isTransaction(tx),
    plain: plainResult,
  };
}

/** Undefined without options: of an empty configuration some drivers make a statement that is none. */
function config({ isolationLevel, readOnly }: TransactionOptions): DrizzleTransactionConfig | undefined {
  if (!isolationLevel && !readOnly) return undefined;
  return { ...(isolationLevel && { isolationLevel }), ...(readOnly && { accessMode: 'read only' }) };
}

/** A parameter of SQL text, or what may hold a dollar sign that is none: a comment, a quoted name, a literal. */
const PARAMETER = /--.*|"[^"]*"|'[^']*'|\$(\d+)/g;

/** Drizzle has no public way to run `$n` text, so its own template pieces are built from it. */
function withValues(text: string, values: readonly SqlValue[]): SQL {
  const pieces: SQL[] = [];
  let end = 0;
  for (const { 0: found, 1: number, index } of text.matchAll(PARAMETER)) {
    if (number === undefined) continue;
    pieces.push(sql.raw(text.slice(end, index)), sql`${values[Number(number) - 1]}`);
    end = index + found.length;
  }
  return sql.join([...pieces, sql.raw(text.slice(end))]);
}

function isTransaction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { execute, rollback } = value as Partial<DrizzleTransaction>;
  return typeof execute === 'function' && typeof rollback === 'function';
}
