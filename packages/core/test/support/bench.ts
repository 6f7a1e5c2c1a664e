import { onTestFinished } from 'vitest';
import type { StoreEntry } from '../../src/adapter.js';
import {
  createRegistry,
  Holdfast,
  HoldfastError,
  type HoldfastOptions,
  type MemoryStore,
  type MemoryStoreOptions,
  memoryStore,
  type Registry,
  type WorkflowFunction,
  workflow,
} from '../../src/index.js';
import { eventually } from './signals.js';

/** A store and a registry for one test, and the apps it launches on them. They are gone when the test ends. */
export interface Bench {
  readonly store: MemoryStore;
  readonly registry: Registry;
  workflow<Args extends readonly unknown[], Result>(
    name: string,
    body: (...args: Args) => Promise<Result>,
  ): WorkflowFunction<Args, Result>;
  /** An app of all the workflows defined so far; it is not launched yet. */
  app(options?: Partial<HoldfastOptions>): Holdfast;
  launch(options?: Partial<HoldfastOptions>): Promise<Holdfast>;
  /** What `kill -9` does: the app falls silent, and the others learn of its death. */
  kill(app: Holdfast): Promise<void>;
}

export async function bench(options: MemoryStoreOptions = {}): Promise<Bench> {
  const store = memoryStore(options);
  await store.open();
  const registry = createRegistry();
  const app = (changes: Partial<HoldfastOptions> = {}): Holdfast => {
    const made = new Holdfast({
      store,
      registry,
      ...(options.clock && { clock: options.clock }),
      ...changes,
    });
    onTestFinished(() => made.shutdown({ drain: 0 }));
    return made;
  };
  return {
    store,
    registry,
    workflow: (name, body) => workflow(name, { registry }, body),
    app,
    async launch(changes) {
      const made = app(changes);
      await made.launch();
      return made;
    },
    async kill(victim) {
      victim.halt();
      await store.bury(victim.executorId);
    },
  };
}

/** Waits until a run is in a state. */
export function reaches(app: Holdfast, runId: string, state: string): Promise<void> {
  return eventually(async () => (await app.runs.get(runId)).state === state);
}

/** A run's journal, shortly: `name` or `kind name`, with what came of it. */
export async function journalOf(app: Holdfast, runId: string): Promise<string[]> {
  return (await app.runs.steps(runId)).map(({ kind, name, ordinal, error }) => {
    const call = kind === 'step' || kind === name ? name : `${kind} ${name}`;
    if (ordinal === undefined) return `${call}: open`;
    return error === undefined ? call : `${call}: ${(error as Error).message}`;
  });
}

/** The error of a store that cannot be reached at the moment. */
export function unavailable(): HoldfastError {
  return new HoldfastError('STORE_UNAVAILABLE', 'The store cannot be reached.');
}

/** Writes down every batch that a store is given. */
export function recordingCommits(): {
  readonly batches: (readonly StoreEntry[])[];
  readonly faults: NonNullable<MemoryStoreOptions['faults']>;
} {
  const batches: (readonly StoreEntry[])[] = [];
  return { batches, faults: { beforeCommit: (entries) => void batches.push(entries) } };
}
