import { transactionalSteps } from '../../src/adapter.js';
import type { Holdfast, HoldfastOptions } from '../../src/index.js';
import { type Bench, bench, recordingCommits } from './bench.js';
import { FakeDatabase, fakeCheckpoints, located } from './fake-database.js';

/** A bench with a database, and transactional steps on it. */
export interface Shop extends Bench {
  readonly database: FakeDatabase;
  readonly tx: ReturnType<typeof transactionalSteps<import('./fake-database.js').FakeTx>>;
  /** The batches that the engine wrote by itself. */
  readonly batches: ReturnType<typeof recordingCommits>['batches'];
}

/** @param where whether journals are in the same database as the user's rows, or apart. */
export async function shop(where: 'here' | 'apart'): Promise<Shop> {
  const made = await bench();
  const journals = located(made.store);
  const database = new FakeDatabase(where === 'here' ? journals : undefined);
  const tx = transactionalSteps(database.adapter, fakeCheckpoints, { registry: made.registry });
  const { batches, faults } = recordingCommits();
  const withStore = (options: Partial<HoldfastOptions> = {}): Partial<HoldfastOptions> => ({
    store: located(made.store.another({ faults })),
    ...options,
  });
  return {
    ...made,
    app: (options): Holdfast => made.app(withStore(options)),
    launch: (options) => made.launch(withStore(options)),
    database,
    tx,
    batches,
  };
}
