import type { SqlAdapter, SqlRow, SqlValue, TransactionOptions } from '@holdfast/core/adapter';
import { driverState } from '@holdfast/postgres/internal';
import type { Knex } from 'knex';
import type { KnexDatabase, KnexTransaction, KnexTransactionConfig } from './knex-types.js';

/** Translates between core and a Knex instance. */
export function knexAdapter(knex: KnexDatabase): SqlAdapter<Knex.Transaction> {
  return {
    name: 'knex',
    transaction: (options, work) => knex.transaction((tx: Knex.Transaction) => work(tx), config(options)),
    async run(tx, text, values) {
      const { sql, bindings } = positional(text, values);
      const { rows } = await (tx as unknown as KnexTransaction).raw(sql, bindings);
      return rows as readonly SqlRow[];
    },
    sqlState: (error) => (isPoolTimeout(error) ? '53300' : driverState(error)),
    owns: (tx): tx is Knex.Transaction =>
      typeof tx === 'function' && (tx as unknown as KnexTransaction).isTransaction === true,
  };
}

function config({ isolationLevel, readOnly }: TransactionOptions): KnexTransactionConfig {
  return { ...(isolationLevel && { isolationLevel }), ...(readOnly && { readOnly }) };
}

/** Knex binds `?` in order, and reads a literal question mark as `\?`. */
function positional(text: string, values: readonly SqlValue[]): { sql: string; bindings: SqlValue[] } {
  const bindings: SqlValue[] = [];
  const sql = text.replaceAll('?', '\\?').replace(/\$(\d+)/g, (_, n: string) => {
    bindings.push(values[Number(n) - 1] ?? null);
    return '?';
  });
  return { sql, bindings };
}

/** No connection was free in time: SQLSTATE 53300, too_many_connections. */
function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'KnexTimeoutError';
}
