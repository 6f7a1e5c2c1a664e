import type { Store } from '@holdfast/core/internal';

/** An empty database, deleted when it is no longer needed. */
export interface GroundDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A proxy between clients and a server: counts what passes, and breaks it on request. */
export interface GroundWire {
  url(original: string): string;
  readonly statements: readonly string[];
  count(match: RegExp): number;
  reset(): void;
  cut(): void;
  dropResponseTo(match: RegExp): Promise<void>;
  cutBefore(match: RegExp): Promise<void>;
  close(): Promise<void>;
}

/**
 * What the suites use of `@holdfast/postgres`. Handed in, as this package cannot depend on it: its own tests depend on
 * this package.
 */
export interface Ground {
  /** A server whose user may create databases. */
  readonly serverUrl: string;
  postgres(url: string, options?: { readonly schema?: string }): Store;
  createTestDatabase(serverUrl: string): Promise<GroundDatabase>;
  startWireProxy(target: { host: string; port: number }): Promise<GroundWire>;
}
