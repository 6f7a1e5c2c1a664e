import type { Serves } from './serving.js';

/** A process that executes runs, as its row says. */
export interface ExecutorRecord {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Null for one that takes nothing. */
  readonly serves: Serves | null;
  readonly startedAtMs: number;
  readonly leaseUntilMs: number;
  /** When it signed off or was declared dead; null while it was not. */
  readonly stoppedAtMs: number | null;
  /** `lapsed`: its lease has run out and nobody has declared it dead yet. By the store's clock. */
  readonly standing: 'alive' | 'lapsed' | 'stopped';
  /** How many runs are in its hands. */
  readonly runs: number;
}

/** Looking at those who execute runs. */
export interface ExecutorStore {
  /** All that are known, those that came first, first: those that stopped for a day at least. */
  list(): Promise<readonly ExecutorRecord[]>;
}
