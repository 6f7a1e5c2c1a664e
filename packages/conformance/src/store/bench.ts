import { randomUUID } from 'node:crypto';
import {
  type Claim,
  type ClaimRequest,
  type EntryOutcome,
  type NewRun,
  type OwnedRun,
  PLAIN_TERMS,
  type RunRecord,
  type ServedWorkflow,
  type StepRecord,
  type Store,
  type StoreEntry,
} from '@holdfast/core/internal';
import { payload, SOME_TIME_MS, start } from './entries.js';

/** A store to be tested, with data of its own. */
export interface StoreHome {
  /** Opened. */
  readonly store: Store;
  /** Another handle on the same data, as another process would have it: opened. */
  another(): Promise<Store>;
  /** Closes every handle, also those that are closed already, and removes the data. */
  dispose(): Promise<void>;
}

/** A run and all that is recorded of it. */
export interface RunInFull {
  readonly run: RunRecord | undefined;
  readonly steps: readonly StepRecord[];
}

/** Longer than any test. */
const LONG_LEASE_MS = 600_000;

/**
 * What one test works with. Its runs are of a workflow that no other test has, so that it claims none but its own;
 * every executor it uses holds a lease.
 */
export class Bench {
  readonly store: Store;
  readonly served: ServedWorkflow = { workflow: `workflow-${randomUUID()}`, version: '1' };
  readonly #home: StoreHome;
  #executorId: string | undefined;
  #made = 0;

  constructor(home: StoreHome) {
    this.#home = home;
    this.store = home.store;
  }

  another(): Promise<Store> {
    return this.#home.another();
  }

  /** An id that nothing else has. Later ones sort after earlier ones. */
  id(what: string): string {
    return `${what}-${String(this.#made++).padStart(6, '0')}-${randomUUID()}`;
  }

  /** A new executor with a lease. */
  async executor(leaseMs = LONG_LEASE_MS, store = this.store): Promise<string> {
    const id = this.id('executor');
    await store.register({ id, host: 'somewhere', pid: 4711 }, leaseMs);
    return id;
  }

  /** The executor that this test's runs belong to unless it says otherwise. */
  async self(): Promise<string> {
    this.#executorId ??= await this.executor();
    return this.#executorId;
  }

  /** The store's time. */
  async nowMs(): Promise<number> {
    return (await this.store.renew(await this.self(), LONG_LEASE_MS)).nowMs;
  }

  /** A run that is left to whoever claims it. */
  newRun(changes: Partial<NewRun> = {}): NewRun {
    return {
      ...PLAIN_TERMS,
      id: this.id('run'),
      key: randomUUID(),
      ...this.served,
      input: payload([{ order: 42 }]),
      tags: null,
      executorId: null,
      delayMs: 0,
      startedAtMs: null,
      parentId: null,
      traceContext: null,
      ...changes,
    };
  }

  /** A run that this test's executor, or another, begins at once. */
  async newHeldRun(changes: Partial<NewRun> = {}): Promise<NewRun & { readonly epoch: 1 }> {
    const executorId = changes.executorId ?? (await this.self());
    return { ...this.newRun({ startedAtMs: SOME_TIME_MS, ...changes, executorId }), epoch: 1 };
  }

  /** Records runs that are left to whoever claims them. */
  async queue(count: number, changes: Partial<NewRun> = {}): Promise<readonly NewRun[]> {
    const runs = Array.from({ length: count }, () => this.newRun(changes));
    await this.writeAll(runs.map(start));
    return runs;
  }

  /** Records a run that is running from the start. */
  async begin(changes: Partial<NewRun> = {}): Promise<NewRun & { readonly epoch: 1 }> {
    return (await this.beginMany(1, changes))[0]!;
  }

  async beginMany(
    count: number,
    changes: Partial<NewRun> = {},
  ): Promise<readonly (NewRun & { readonly epoch: 1 })[]> {
    const runs = [];
    for (let made = 0; made < count; made++) runs.push(await this.newHeldRun(changes));
    await this.writeAll(runs.map(start));
    return runs;
  }

  /** Commits entries all of which must be written. */
  async writeAll(entries: readonly StoreEntry[], store = this.store): Promise<void> {
    const outcomes = await store.commit(entries);
    const odd = outcomes.find(({ kind }) => kind !== 'written');
    if (odd || outcomes.length !== entries.length) {
      throw new Error(
        `${entries.length} entries, ${outcomes.length} outcomes, ${JSON.stringify(odd)} among them`,
      );
    }
  }

  /** Commits one entry. */
  async commit(entry: StoreEntry, store = this.store): Promise<EntryOutcome> {
    const outcomes = await store.commit([entry]);
    return outcomes[0]!;
  }

  /** Claims runs of this test. */
  async claim(request: Partial<Omit<ClaimRequest, 'serves'>> = {}, store = this.store): Promise<Claim> {
    return store.claim({ executorId: await this.self(), limit: 1000, ...request, serves: [this.served] });
  }

  /** Claims the one run of this test that is due. */
  async claimOne(executorId?: string): Promise<OwnedRun> {
    const { runs } = await this.claim(executorId === undefined ? {} : { executorId });
    if (runs.length !== 1) throw new Error(`${runs.length} runs were claimed`);
    return runs[0]!;
  }

  /** A run that must be there. */
  async see(runId: string, store = this.store): Promise<RunRecord> {
    const run = await store.run(runId);
    if (!run) throw new Error(`run ${runId} is not there`);
    return run;
  }

  async inFull(runId: string, store = this.store): Promise<RunInFull> {
    return { run: await store.run(runId), steps: await store.steps(runId) };
  }
}

/** Looks until there is something, which must be soon. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadlineMs = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadlineMs) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function sorted(ids: Iterable<string>): string[] {
  return [...ids].sort();
}

export function idsOf(runs: readonly { readonly id: string }[]): string[] {
  return sorted(runs.map(({ id }) => id));
}
