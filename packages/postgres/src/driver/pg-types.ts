import type { EventEmitter } from 'node:events';
import type { ClientConfig, PoolConfig } from 'pg';

/** What a query is asked with. */
export interface PgQuery {
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

export interface PgResult {
  readonly rows: Record<string, unknown>[];
}

/** As much of a client of `pg` as is used. A user's pool may come from another copy of the package. */
export interface PgClient extends EventEmitter {
  readonly host: string;
  readonly port: number;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  /** The server's process, as the server or a pooler in between names it. */
  readonly processID?: number | null;
  readonly connection?: { readonly stream?: { destroy(): void } };
  connect(): Promise<unknown>;
  query(query: string | PgQuery): Promise<PgResult>;
  end(): Promise<void>;
}

export interface PgPoolClient extends PgClient {
  release(error?: Error | boolean): void;
}

/** As much of a pool of `pg` as is used. */
export interface PgPool extends EventEmitter {
  readonly options: PoolConfig;
  readonly Client?: new (config?: ClientConfig) => PgClient;
  connect(): Promise<PgPoolClient>;
  query(query: PgQuery): Promise<PgResult>;
  end(): Promise<void>;
}

/** Whether a value is a pool of `pg`, of whatever copy of it. */
export function isPgPool(value: unknown): value is PgPool {
  if (typeof value !== 'object' || value === null) return false;
  const { query, connect, options, on } = value as Partial<Record<keyof PgPool, unknown>>;
  const isPool = typeof query === 'function' && typeof connect === 'function' && typeof on === 'function';
  return isPool && typeof options === 'object' && options !== null;
}
