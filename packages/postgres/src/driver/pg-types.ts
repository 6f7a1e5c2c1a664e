import type { EventEmitter } from 'node:events';

// Our own declarations, not those of `@types/pg`: whoever uses this package need not have them.

/** What `pg` makes connections from. It knows more options than these; all are handed on. */
export interface PgConfig {
  readonly connectionString?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | (() => string | Promise<string>) | undefined;
  readonly database?: string | undefined;
  readonly ssl?: unknown;
  /** How many connections there may be. */
  readonly max?: number | undefined;
  readonly [option: string]: unknown;
}

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
  readonly options: object;
  connect(): Promise<PgPoolClient>;
  query(query: PgQuery): Promise<PgResult>;
  end(): Promise<void>;
}

/** What a pool makes its clients with. Not declared, but there since the first version. */
export interface PgClientMaker {
  readonly Client?: new (config: object) => PgClient;
}

/** Whether a value is a pool of `pg`, of whatever copy of it. */
export function isPgPool(value: unknown): value is PgPool {
  if (typeof value !== 'object' || value === null) return false;
  const { query, connect, options, on } = value as Partial<Record<keyof PgPool, unknown>>;
  const isPool = typeof query === 'function' && typeof connect === 'function' && typeof on === 'function';
  return isPool && typeof options === 'object' && options !== null;
}
