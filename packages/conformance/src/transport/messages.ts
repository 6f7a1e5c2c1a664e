/** Where a worker is killed: when it has taken in a delivery and started nothing, or started its run and told nobody. */
export type Point = 'received' | 'started';

/** What a worker is started with, as JSON in its first argument. */
export interface WorkerConfig {
  /** The store's database. */
  readonly url: string;
  readonly ledger: string;
  /** What the transport's package says of where to receive from. */
  readonly place: unknown;
  /** With which delivery, and where, it dies. */
  readonly death: { readonly point: Point; readonly delivery: string } | null;
  /** Whether starts wait for the gate to open. */
  readonly isShut: boolean;
}

/** What the test tells a worker. */
export type ToWorker =
  /** Starts that wait at the gate may pass. */
  | { readonly kind: 'open' }
  /** Take in nothing more, and end. */
  | { readonly kind: 'close' };

/** What a worker tells the test. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly address: unknown }
  /** How many starts are under way, and the most that ever were. */
  | { readonly kind: 'starting'; readonly now: number; readonly most: number }
  /** It takes in nothing more. */
  | { readonly kind: 'closing' };
