/** The part of a Prisma client that is used here. */
export interface PrismaDatabase {
  $transaction<T>(work: (tx: never) => Promise<T>, options?: PrismaTransactionConfig): Promise<T>;
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

/** What a Prisma client has and its transactions have not. */
type NotInTransactions = '$connect' | '$disconnect' | '$on' | '$use' | '$extends' | '$transaction';

/** The transaction client that a Prisma client gives to its callbacks. */
export type TransactionOf<Client> = Omit<Client, NotInTransactions>;
