import type { SqlAdapter, SqlRow, SqlValue, TransactionOptions } from '@holdfast/core/adapter';
import { driverState, plainResult } from '@holdfast/postgres/internal';
import type { KnexDatabase, KnexTransaction, KnexTransactionConfig } from './knex-types.js';

/** Translates between core and a Knex instance. */
export function knexAdapter<Tx>(knex: KnexDatabase<Tx>): SqlAdapter<Tx> {
  return {
    name: 'knex',
    async transaction(options, work) {
      let working: ReturnType<typeof work> | undefined;
      await knex.transaction(async (tx) => {
        // Knex calls back although its begin has failed; it rejects all the same.
        if ((tx as KnexTransaction).isCompleted()) return;
        working = work(tx);
        await working;
      }, config(options));
      // Work that rolls back by itself ends the transaction in Knex's eyes, with success and before its own end.
      return working!;
    },
    async run(tx, text, values) {
      const { sql, bindings } = positional(text, values);
      const { rows } = await (tx as KnexTransaction).raw(sql, bindings);
      return rows as readonly SqlRow[];
    },
    sqlState: (error) => (isPoolTimeout(error) ? '53300' : driverState(error)),
    owns: (tx): tx is Tx =>
      typeof tx === 'function' && (tx as Partial<KnexTransaction>).isTransaction === true,
    plain: plainResult,
  };
}

function config({ isolationLevel, readOnly }: TransactionOptions): KnexTransactionConfig {
  return { ...(isolationLevel && { isolationLevel }), ...(readOnly && { readOnly }) };
}

/** A parameter of SQL text, or what may hold a dollar sign that is none: a comment, a quoted name, a literal. */
const PARAMETER = /--.*|"[^"]*"|'[^']*'|\$(\d+)/g;

/** Knex binds `?` in order, and reads a literal question mark as `\?`. */
function positional(text: string, values: readonly SqlValue[]): { sql: string; bindings: SqlValue[] } {
  const bindings: SqlValue[] = [];
  const sql = text.replaceAll('?', '\\?').replace(PARAMETER, (found, number?: string) => {
    if (number === undefined) return found;
    bindings.push(values[Number(number) - 1] ?? null);
    return '?';
  });
  return { sql, bindings };
}

/** No connection was free in time: SQLSTATE 53300, too_many_connections. */
function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'KnexTimeoutError';
}
