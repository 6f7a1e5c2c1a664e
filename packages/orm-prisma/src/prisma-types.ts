/** The part of a Prisma client that is used here; `Tx` is what it gives to the callbacks of its transactions. */
export interface PrismaDatabase<Tx> {
  $transaction<T>(work: (tx: Tx) => Promise<T>, options?: PrismaTransactionConfig): Promise<T>;
}

export interface PrismaTransactionConfig {
  isolationLevel?: 'ReadUncommitted' | 'ReadCommitted' | 'RepeatableRead' | 'Serializable';
  /** Milliseconds. */
  maxWait?: number;
  /** Milliseconds. */
  timeout?: number;
}

/** The part of an open Prisma transaction that is used here. */
export interface PrismaTransaction {
  $queryRawUnsafe(sql: string, ...values: readonly (string | number | boolean | null)[]): Promise<unknown>;
  $executeRawUnsafe(sql: string): Promise<number>;
}
