import type { SQL } from 'drizzle-orm';

/** The part of a Drizzle database that is used here. */
export interface DrizzleDatabase {
  transaction<T>(work: (tx: never) => Promise<T>, config?: DrizzleTransactionConfig): Promise<T>;
}

export interface DrizzleTransactionConfig {
  isolationLevel?: 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable';
  accessMode?: 'read only' | 'read write';
}

/** The part of an open Drizzle transaction that is used here. Drivers answer with rows, or with an object that has them. */
export interface DrizzleTransaction {
  execute(query: SQL): Promise<readonly unknown[] | { readonly rows: readonly unknown[] }>;
  rollback(): never;
}

/** The transaction handle that a database gives to its callbacks. */
export type TransactionOf<Db extends DrizzleDatabase> = Parameters<Parameters<Db['transaction']>[0]>[0];
