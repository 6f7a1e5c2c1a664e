import type { StoreEntry } from '../src/adapter.js';
import {
  createRegistry,
  Holdfast,
  type MemoryStore,
  memoryStore,
  type WorkflowFunction,
  workflow,
} from '../src/index.js';

/** When to kill the executor: at its n-th commit from 0, or at that of the run's end; before or after it is written. */
export interface CrashPoint {
  readonly commit: number | 'finish';
  readonly when: 'before' | 'after';
}

export interface Ended<Result> {
  readonly outcome: PromiseSettledResult<Result>;
  /** How many executors it took. */
  readonly executors: number;
  readonly store: MemoryStore;
}

const RUN_ID = 'the-run';

/** A run's body; told which executor it is on, from 0. */
export type Body<Result> = (executor: number) => Promise<Result>;

/**
 * Executes one run to its end. Executor n is killed at the n-th crash point, if it gets there; then the next takes the
 * run over. After the last crash point an executor lives on.
 */
export async function executeWithCrashes<Result>(
  body: Body<Result>,
  crashes: readonly CrashPoint[],
): Promise<Ended<Result>> {
  const store = memoryStore();
  await store.open();
  for (let executor = 0; ; executor++) {
    const { app, run, crashed, spare } = incarnation(store, () => body(executor), crashes[executor]);
    await app.launch();
    const ended = outcomeOf(app, run);
    const outcome = await Promise.race([ended, crashed]);
    if (outcome) {
      spare();
      await app.shutdown();
      return { outcome, executors: executor + 1, store };
    }
    await store.bury(app.executorId);
  }
}

function incarnation<Result>(store: MemoryStore, body: () => Promise<Result>, crash: CrashPoint | undefined) {
  let commits = 0;
  let isSpared = false;
  let reportCrash: (nothing: undefined) => void;
  const crashed = new Promise<undefined>((resolve) => {
    reportCrash = resolve;
  });
  const at = (when: CrashPoint['when']) => (entries: readonly StoreEntry[]) => {
    if (crash?.when !== when || isSpared) return;
    const isFinish = entries.some(({ op }) => op === 'finish');
    if (crash.commit === 'finish' ? !isFinish : commits++ !== crash.commit) return;
    app.halt();
    reportCrash(undefined);
    throw new Error('the process is dead');
  };
  const registry = createRegistry();
  const run = workflow('run', { registry }, body);
  const handle = store.another({ faults: { beforeCommit: at('before'), afterCommit: at('after') } });
  const app = new Holdfast({ store: handle, registry, parkAfter: '1h' });
  const spare = (): void => {
    isSpared = true;
  };
  return { app, run, crashed, spare };
}

async function outcomeOf<Result>(
  app: Holdfast,
  run: WorkflowFunction<[], Result>,
): Promise<PromiseSettledResult<Result>> {
  const handle = await app.start(run, [], { id: RUN_ID });
  const [outcome] = await Promise.allSettled([handle.result()]);
  return outcome;
}
