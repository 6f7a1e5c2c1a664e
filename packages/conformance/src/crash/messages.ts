/** What a worker is started with, as JSON in its first argument. */
export interface WorkerConfig {
  /** The store's database. */
  readonly url: string;
  /** The database of the rows that transactional steps write. */
  readonly rowsUrl: string;
  readonly ledger: string;
  readonly lease: string;
}

/** A run that a worker is asked to start. */
export interface RunOrder {
  readonly id: string;
  readonly workflow: string;
  readonly queue?: string;
}

/** What the crew tells a worker. */
export type ToWorker =
  | { readonly kind: 'start'; readonly order: number; readonly runs: readonly RunOrder[] }
  /** Bodies that wait at the gate may pass. */
  | { readonly kind: 'open' };

/** What a worker tells the crew. */
export type FromWorker = { readonly kind: 'ready' } | { readonly kind: 'started'; readonly order: number };
