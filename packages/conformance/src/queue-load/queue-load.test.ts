import type { Store } from '@holdfast/core/internal';
import { memoryHome } from '../store/memory-home.js';
import { type Observation, queueLoadConformance } from './index.js';

queueLoadConformance('memory', async () => {
  const home = await memoryHome();
  return { home, observe: (queue, runIds) => observe(home.store, queue, runIds) };
});

/** What is asked in one turn of the event loop is answered as of one moment. */
async function observe(store: Store, queue: string, runIds: readonly string[]): Promise<Observation> {
  const [found, ...runs] = await Promise.all([
    store.queues.find(queue),
    ...runIds.map((runId) => store.run(runId)),
  ]);
  const { limits, inHands } = found!;
  const here = runs.flatMap((run) => (run?.queue === queue ? [{ ...run, key: run.partitionKey ?? '' }] : []));
  return {
    limits,
    inHands,
    // A record does not say whether a run that is parked has kept its slot.
    holders: here
      .filter(({ state }) => state === 'running')
      .map(({ executorId }) => ({ key: null, heldBy: executorId })),
    starts: here.flatMap(({ id, key, startedAtMs }) =>
      startedAtMs === null ? [] : [{ id, key, atMs: startedAtMs }],
    ),
  };
}
