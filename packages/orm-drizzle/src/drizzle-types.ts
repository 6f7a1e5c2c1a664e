import type { SQL } from 'drizzle-orm';

/** The part of a Drizzle database that is used here; `Tx` is what it gives to the callbacks of its transactions. */
export interface DrizzleDatabase<Tx> {
  /** The driver's own pool or client. */
  readonly $client?: unknown;
  transaction<T>(work: (tx: Tx) => Promise<T>, config?: DrizzleTransactionConfig): Promise<T>;
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
