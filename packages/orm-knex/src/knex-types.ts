/** The part of a Knex instance that is used here; `Tx` is what it gives to the callbacks of its transactions. */
export interface KnexDatabase<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>, config?: KnexTransactionConfig): Promise<T>;
}

export interface KnexTransactionConfig {
  isolationLevel?: 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable';
  readOnly?: boolean;
}

/** The part of an open Knex transaction that is used here. */
export interface KnexTransaction {
  raw(
    sql: string,
    bindings: readonly (string | number | boolean | null)[],
  ): PromiseLike<{ readonly rows: readonly unknown[] }>;
  readonly isTransaction?: boolean;
  isCompleted(): boolean;
}
