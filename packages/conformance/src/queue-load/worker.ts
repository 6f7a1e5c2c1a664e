import { randomUUID } from 'node:crypto';
import type { ServedWorkflow, Store } from '@holdfast/core/internal';

/** Longer than any test. */
const LEASE_MS = 600_000;

/** An executor, as far as it claims and leaves runs. */
export interface Worker {
  readonly id: string;
  readonly store: Store;
  readonly serves: readonly ServedWorkflow[];
  /** It is dead, or its burial is under way. */
  isDying: boolean;
  isDead: boolean;
}

/** Registers an executor. */
export async function hire(store: Store, serves: readonly ServedWorkflow[]): Promise<Worker> {
  const id = `executor ${randomUUID()}`;
  await store.register({ id, host: 'somewhere', pid: 4711 }, LEASE_MS);
  return { id, store, serves, isDying: false, isDead: false };
}
